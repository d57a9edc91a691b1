import { asObject, asText } from '../lib/json.ts';
import type { KubernetesObject } from './object.ts';
import type { Snapshot } from './snapshot.ts';

/** Limits what is reported to some gateways (`NAME` or `NS/NAME`) and their routes; everything still resolves references. */
export function narrowed(snapshot: Snapshot, gateways: readonly string[]): Snapshot {
  if (gateways.length === 0) return snapshot;
  const objects = snapshot.objects.map((object) =>
    isBeside(object, gateways) ? { ...object, reported: false } : object,
  );
  return { ...snapshot, objects };
}

/** True for another gateway, and for a route that was attached to another. */
function isBeside({ ref, body }: KubernetesObject, gateways: readonly string[]): boolean {
  if (!ref.apiVersion.startsWith('appmesh.k8s.aws/')) return false;
  const namespace = ref.namespace ?? '';
  if (ref.kind === 'VirtualGateway') return !isNamed(gateways, namespace, ref.name);
  if (ref.kind !== 'GatewayRoute') return false;
  const gateway = asObject(asObject(body.spec).virtualGatewayRef);
  const name = asText(gateway.name);
  return name !== undefined && !isNamed(gateways, asText(gateway.namespace) ?? namespace, name);
}

function isNamed(gateways: readonly string[], namespace: string, name: string): boolean {
  return gateways.includes(name) || gateways.includes(`${namespace}/${name}`);
}
