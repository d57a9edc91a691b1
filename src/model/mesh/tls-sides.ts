import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { grownBy } from '../envoy/upstream-rates.ts';
import { type Upstream, upstreams } from '../envoy/upstreams.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import { envoyOf, runnersOfNode } from '../platform/runners.ts';
import { firstUnlisted, firstUnread } from '../unread.ts';
import type { VirtualNode, VirtualService } from './kinds.ts';
import { gatewaysServing, routesTo, servicesOfNode } from './reach.ts';
import { enforcedOn, tlsModeOf } from './tls-demand.ts';

/** What a listener of a VirtualNode and the gateways that lead to it say of TLS. */
export interface TlsSides {
  readonly services: readonly VirtualService[];
  /** Those whose routes are known to lead there. */
  readonly gateways: readonly Gateway[];
  /** The clusters that lead to this port. */
  readonly here: readonly Upstream[];
  /** Requests were answered well between two readings: both sides agree, whatever objects say. */
  readonly works: boolean;
  /** `tls.mode` of the listener. */
  readonly mode: string;
  /** What shows that a gateway begins with TLS. */
  readonly demand: Evidence | null;
  /** The listener takes TLS only, and every cluster begins in plain text. */
  readonly plain: boolean;
  /** What was not read that could tell of a mismatch; null where all was. */
  readonly gap: Gap | null;
}

/** Compares both sides of a listener's port. */
export function tlsSides(model: Model, node: VirtualNode, index: number, port: number): TlsSides {
  const services = servicesOfNode(model, node);
  const led = services.some((service) => routesTo(model, service).length > 0);
  const gateways = led ? gatewaysServing(model, services) : [];
  const here = upstreams(model).filter(
    (upstream) => upstream.node === node && upstream.cluster.targets.some((target) => target.port === port),
  );
  const mode = tlsModeOf(node, index);
  return {
    services,
    gateways,
    here,
    works: here.some(answers),
    mode,
    demand: gateways.flatMap(({ object }) => (object ? (enforcedOn(object, port) ?? []) : []))[0] ?? null,
    plain: mode === 'STRICT' && here.length > 0 && here.every(({ cluster }) => !cluster.secured),
    gap:
      firstUnread(model.envoys, ['envoy.clusterConfig', 'envoy.stats']) ??
      firstUnlisted(model, ['VirtualGateway', 'GatewayRoute', 'VirtualService', 'VirtualRouter']),
  };
}

/** Clusters of VirtualNodes whose objects were not read, where no answer shows that both sides agree. */
export function unknownSides(model: Model): readonly { readonly upstream: Upstream; readonly gap: Gap }[] {
  const gap = firstUnlisted(model, ['VirtualNode']);
  if (!gap) return [];
  const unknown = upstreams(model).filter((one) => !one.node && one.ref.kind === 'VirtualNode' && !answers(one));
  return unknown.map((upstream) => ({ upstream, gap }));
}

/** True where requests to a cluster were answered well between two readings. */
function answers(upstream: Upstream): boolean {
  return grownBy([upstream], 'upstream_rq_2xx') > 0;
}

/** False where the pods of a node were read and none has an Envoy that would demand TLS. */
export function carriesEnvoy(model: Model, node: VirtualNode): boolean {
  const { pods } = runnersOfNode(model, node);
  return pods.length === 0 || pods.some((pod) => envoyOf(pod) !== null);
}

/** The listener of a node that an upstream's cluster leads to; null where none has its port. */
export function listenerOf({ node, cluster }: Upstream): number | null {
  const ports = new Set(cluster.targets.map(({ port }) => port));
  const index = node?.listeners.findIndex(({ port }) => port !== null && ports.has(port)) ?? -1;
  return index < 0 ? null : index;
}
