import type { Gap } from '../snapshot/coverage.ts';
import type { KubernetesObject } from '../snapshot/object.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { sectionOf } from './envoy/envoy.ts';
import { completeness } from './inventory.ts';
import { notAsked } from './not-asked.ts';
import type { Part } from './parts.ts';
import { workloadKinds } from './platform/kinds.ts';
import { platformKinds } from './platform/platform.ts';

/** The group of App Mesh's kinds, as keys of kinds begin with it. */
export const meshGroup = 'appmesh.k8s.aws/';

/** The kinds of objects behind each part that is made of objects. */
export const kindsOfPart: Readonly<Record<string, readonly string[]>> = {
  'mesh.meshes': ['Mesh'],
  'mesh.virtualGateways': ['VirtualGateway'],
  'mesh.gatewayRoutes': ['GatewayRoute'],
  'mesh.virtualServices': ['VirtualService'],
  'mesh.virtualRouters': ['VirtualRouter'],
  'mesh.virtualNodes': ['VirtualNode'],
  'mesh.backendGroups': ['BackendGroup'],
  'platform.namespaces': ['Namespace'],
  'platform.pods': ['Pod'],
  'platform.services': ['Service'],
  'platform.endpointSlices': ['EndpointSlice'],
  'platform.workloads': [...workloadKinds],
  'platform.ingresses': ['Ingress'],
  ...platformKinds,
};

/** What is missing of a part; null: something of it was seen. */
export function missingPart(
  snapshot: Snapshot,
  byKind: ReadonlyMap<string, readonly KubernetesObject[]>,
  part: Part,
): Gap | null {
  const kinds = kindsOfPart[part];
  if (kinds) return missingKinds(snapshot, byKind, kinds, part.startsWith('mesh.') ? meshGroup : '');
  if (part === 'aws.cloudWatch' || part === 'rescue.copies' || part === 'logs' || part === 'traces')
    return notAsked(snapshot, part);
  const sections = snapshot.envoys.flatMap((view) => sectionOf(view, part) ?? []);
  if (sections.some(({ state }) => state !== 'not-read')) return null;
  const [unread] = sections;
  if (unread?.state === 'not-read') return unread.gap;
  return {
    missing: `what an Envoy says (${part.slice('envoy.'.length)})`,
    reason: 'no Envoy was read',
    remedy: 'name one with --admin URL, or give what its admin endpoint said with --config-dump, --stats …',
  };
}

function missingKinds(
  snapshot: Snapshot,
  byKind: ReadonlyMap<string, readonly KubernetesObject[]>,
  kinds: readonly string[],
  group: string,
): Gap | null {
  if (kinds.some((kind) => byKind.has(`${group}${kind}`))) return null;
  const [kind = ''] = kinds;
  const seen = completeness(snapshot, kind, '*');
  if (seen.complete) return null;
  return {
    missing: `${kind} objects`,
    reason: 'none was among what was read',
    remedy: 'give the manifests or an export of them with -f',
  };
}
