import type { SeenSegment, SeenTrace } from '../snapshot/traces.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { Gateway } from './gateway.ts';
import type { Model } from './model.ts';

/** A trace that came through a gateway. */
export interface GatewayTrace {
  readonly trace: SeenTrace;
  /** The segment that the gateway's Envoy wrote; of two (a gateway hands requests to itself) the outer one. */
  readonly own: SeenSegment;
}

/** The traces that came through a gateway, by the names its segments have: `<mesh>/<resource>`. */
export function tracesOf({ traces }: Pick<Model, 'traces'>, gateway: Gateway): readonly GatewayTrace[] {
  const isOwn = ownSegment(gateway);
  return (traces?.traces ?? []).flatMap((trace) => {
    const own = trace.segments.filter(isOwn).sort((one, other) => one.start - other.start)[0];
    return own ? [{ trace, own }] : [];
  });
}

/** Whether the Envoy of a gateway wrote a segment. */
export function ownSegment({ object, envoys, ref }: Gateway): (segment: SeenSegment) => boolean {
  const names = new Set(envoys.flatMap(({ identity }) => (identity ? [`${identity.mesh}/${identity.awsName}`] : [])));
  const resources = new Set([object?.awsName ?? `${ref.name}_${ref.namespace ?? ''}`]);
  for (const { identity } of envoys) if (identity) resources.add(identity.awsName);
  return ({ name, proxy }) =>
    names.has(name) || (proxy !== null ? resources.has(proxy.resource) : resources.has(name.split('/')[1] ?? ''));
}

/** Where on the way of a trace a fault arose: the last segment, from the gateway on, that says so. */
export interface Located {
  readonly segment: SeenSegment;
  /** `gateway`: behind it nothing was traced; `proxy`: the Envoy before a service; `service`: the service itself, or beyond. */
  readonly where: 'gateway' | 'proxy' | 'service';
}

/** Follows a fault from the gateway to the segment furthest behind it that is marked as well; null: the gateway's is not. */
export function locate({ trace, own }: GatewayTrace, isOwn: (segment: SeenSegment) => boolean): Located | null {
  if (!own.fault && !own.throttle) return null;
  let at = own;
  const seen = new Set<string>();
  let next: SeenSegment | undefined = own;
  while (next && !seen.has(next.id)) {
    at = next;
    seen.add(next.id);
    const { id }: SeenSegment = next;
    next = trace.segments.find(({ parentId, fault, throttle }) => parentId === id && (fault || throttle));
  }
  return { segment: at, where: isOwn(at) ? 'gateway' : at.proxy ? 'proxy' : 'service' };
}

/** Milliseconds that a segment took. */
export function tookMs({ start, end }: SeenSegment): number | null {
  return end === null ? null : Math.round((end - start) * 1000);
}

/** Evidence of a trace: the way it took, each segment with its status and time. */
export function traceEvidence({ trace: { id, segments, place } }: GatewayTrace, note: string): Evidence {
  const way = [...segments]
    .sort((one, other) => one.start - other.start)
    .slice(0, 8)
    .map((one) => `${one.name} ${one.status ?? '-'} ${tookMs(one) ?? '-'} ms${one.fault ? ' fault' : ''}`);
  return { source: 'trace', document: place.document, pointer: place.pointer, value: { id, way }, note };
}
