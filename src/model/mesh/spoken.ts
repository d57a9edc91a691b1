import { asList, asObject, asText } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { Service, ServicePort } from '../platform/kinds.ts';
import type { Listener, VirtualNode, VirtualRouter } from './kinds.ts';
import { virtualNode } from './links.ts';

/** Who says another protocol than a listener. */
export interface Other {
  readonly who: string;
  readonly protocol: string;
  readonly key: string;
  readonly evidence: Evidence;
  /** The name of a Service's port is a habit, not a rule. */
  readonly certain: boolean;
}

/** What is spoken on the wire: http2 and grpc are HTTP/2 both. */
export const wires: Readonly<Record<string, string>> = {
  http: 'HTTP/1.1',
  http2: 'HTTP/2',
  grpc: 'HTTP/2',
  tcp: 'TCP',
};

/** A route of a VirtualRouter to this listener whose type is another protocol on the wire. */
export function routerSaying(model: Model, node: VirtualNode, { port, protocol }: Listener): Other | null {
  for (const router of model.virtualRouters) {
    for (const route of router.routes) {
      const leads = route.targets.some((target) => {
        const found = virtualNode(model, target);
        if (found.state !== 'present' || found.value !== node) return false;
        return target.port === null ? node.listeners.length === 1 : target.port === port;
      });
      const type = leads ? typeOf(router, route.path) : null;
      if (!type || wires[type] === wires[protocol]) continue;
      const { namespace, name } = router.ref;
      return {
        who: `the ${type}Route ${JSON.stringify(route.name)} of VirtualRouter ${namespace}/${name}`,
        protocol: type,
        key: `router ${namespace}/${name}`,
        evidence: router.at(`${route.path}.${type}Route.match`),
        certain: true,
      };
    }
  }
  return null;
}

function typeOf(router: VirtualRouter, path: string): string | null {
  const at = Number(/\[(\d+)\]$/.exec(path)?.[1]);
  const route = asObject(asList(router.spec.routes)[at]);
  return Object.keys(wires).find((type) => route[`${type}Route`] !== undefined) ?? null;
}

/** What a port of a Service says: `appProtocol`, else the beginning of its name. */
export function serviceSaying(service: Service, entry: ServicePort, { protocol }: Listener): Other | null {
  const at = Number(/\[(\d+)\]$/.exec(entry.path)?.[1]);
  const written = asText(asObject(asList(service.spec.ports)[at]).appProtocol);
  const said = written === 'kubernetes.io/h2c' ? 'http2' : (written ?? entry.name.split('-')[0] ?? '');
  if (!Object.hasOwn(wires, said) || wires[said] === wires[protocol]) return null;
  // A name or appProtocol of `tcp` says no more than that bytes are carried, and `http` is said of HTTP/2 too.
  if (said === 'tcp' || protocol === 'tcp' || (said === 'http' && written === undefined)) return null;
  return {
    who: `port ${entry.port} of Service ${service.ref.namespace}/${service.ref.name}`,
    protocol: said,
    key: 'service',
    evidence: service.at(`${entry.path}.${written === undefined ? 'name' : 'appProtocol'}`),
    certain: written !== undefined,
  };
}
