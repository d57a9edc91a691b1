import type { Evidence } from '../../snapshot/evidence.ts';
import { envoyEvidence } from '../envoy/envoy.ts';
import { defaultBackend, splitDefaultName } from '../envoy/naming.ts';
import { egressTables } from '../envoy/tables.ts';
import type { Gateway } from '../gateway.ts';
import { nameKey } from '../inventory.ts';
import type { Model } from '../model.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { VirtualService } from './kinds.ts';

/** A virtual host without routes in what a gateway runs: every request to that VirtualService is answered with 404. */
export interface EmptyHost {
  /** The VirtualService: the object where it was read, else what its default name says. */
  readonly ref: ObjectRef;
  readonly service: VirtualService | null;
  readonly gateway: Gateway;
  readonly evidence: Evidence;
}

/** The empty virtual hosts of every gateway, each VirtualService once per gateway. */
export function emptyHosts(model: Model): readonly EmptyHost[] {
  const byAwsName = new Map(model.virtualServices.map((service) => [service.awsName, service]));
  return model.gateways.flatMap((gateway) => {
    const found = new Map<string, EmptyHost>();
    for (const envoy of gateway.envoys) {
      for (const host of (egressTables(envoy) ?? []).flatMap(({ virtualHosts }) => virtualHosts)) {
        if (host.routes.length > 0 || host.name === defaultBackend) continue;
        const service =
          byAwsName.get(host.name) ?? host.domains.map((name) => byAwsName.get(name)).find(Boolean) ?? null;
        const ref = service?.ref ?? refOf(host.name);
        const note = `virtual host ${host.name} has no routes`;
        const value = { name: host.name, domains: host.domains, routes: 0 };
        const evidence = envoyEvidence('config_dump', host.place, value, note);
        const key = nameKey(ref.namespace, ref.name);
        if (!found.has(key)) found.set(key, { ref, service, gateway, evidence });
      }
    }
    return [...found.values()];
  });
}

/** `cart.shop` and, for AWS names written as host names, `cart.shop.svc.cluster.local`. */
function refOf(awsName: string): ObjectRef {
  const split = splitDefaultName(awsName.replace(/\.svc(\.cluster\.local)?$/, ''), '.');
  const name = split && !split.name.includes('.') ? split : { name: awsName, namespace: null };
  return { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'VirtualService', ...name };
}
