import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import type { ToldClock } from '../../lib/clock.ts';
import type { Series } from './series.ts';

/** PutMetricData takes 1,000 metrics and 1 MB a call. */
const mostMetrics = 1000;
const mostBytes = 1_000_000;

/** What one call of PutMetricData carries. */
export type Batch = readonly MetricDatum[];

/** The calls that carry these series, as values of the minute that begins then. */
export function batchesOf(series: readonly Series[], minute: number): readonly Batch[] {
  const batches: MetricDatum[][] = [];
  let bytes = mostBytes;
  for (const one of series) {
    const datum = datumOf(one, minute);
    const size = sizeOf(datum);
    if (bytes + size > mostBytes || (batches.at(-1)?.length ?? 0) >= mostMetrics) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(datum);
    bytes += size;
  }
  return batches;
}

const minuteMs = 60_000;

/** The same batch; what lies in CloudWatch's future was stamped by a clock that is ahead, before anybody said so: it is stamped anew. */
export function stampedInTime(batch: Batch, clock: ToldClock): Batch {
  const ahead = clock.wrongByMs();
  const isLater = ({ Timestamp }: MetricDatum): boolean => (Timestamp?.getTime() ?? 0) > clock.now();
  if (ahead <= 0 || !batch.some(isLater)) return batch;
  return batch.map((datum) => {
    if (!isLater(datum)) return datum;
    const at = Math.min((datum.Timestamp?.getTime() ?? 0) - ahead, clock.now());
    return { ...datum, Timestamp: new Date(at - (at % minuteMs)) };
  });
}

function datumOf({ name, unit, dimensions, values, counts }: Series, minute: number): MetricDatum {
  return {
    MetricName: name,
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
    Timestamp: new Date(minute),
    Unit: unitOf(unit),
    StorageResolution: 60,
    Values: [...values],
    Counts: [...counts],
  };
}

/** The unit in CloudWatch's words. */
export function unitOf(unit: string): StandardUnit {
  if (unit === 's') return 'Seconds';
  if (unit === 'By') return 'Bytes';
  return unit.startsWith('{') ? 'Count' : 'None';
}

/** An upper bound of the bytes on the wire: a number takes 9 bytes of CBOR, or as many as it has digits. */
function sizeOf(datum: MetricDatum): number {
  return JSON.stringify(datum).length + 9 * ((datum.Values?.length ?? 0) + (datum.Counts?.length ?? 0));
}
