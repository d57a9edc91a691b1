import type { Evidence } from '../../snapshot/evidence.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';

/** Whether CloudWatch got metrics of a gateway lately; `unknown` where it was not asked, did not tell, or got none of any gateway. */
export type Arrived = { readonly state: 'some' | 'unknown' } | { readonly state: 'none'; readonly evidence: Evidence };

/** Looks for metrics that carry the name of a gateway among those that CloudWatch got. */
export function arrivedFrom({ cloudWatch }: Model, { object, envoys, ref }: Gateway): Arrived {
  const metrics = cloudWatch?.gatewayMetrics ?? [];
  if (!cloudWatch || metrics.length === 0) return { state: 'unknown' };
  const own = object?.awsName ?? envoys[0]?.identity?.awsName ?? ref.name;
  const names = new Set(metrics.flatMap(({ dimensions }) => Object.values(dimensions)));
  if (names.has(own)) return { state: 'some' };
  const value = { metrics: metrics.length, of: [...names].slice(0, 20) };
  const place = { document: cloudWatch.place.document, pointer: '/gatewayMetrics' };
  return { state: 'none', evidence: { source: 'aws', ...place, value, note: `none of them names ${own}` } };
}
