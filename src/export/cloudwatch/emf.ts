import { unitOf } from './datums.ts';
import type { Series } from './series.ts';

/** An object of the embedded metric format takes 100 metrics, and a metric 100 values. */
const mostMetrics = 100;
const mostValues = 100;

/** Lines of the embedded metric format: one for each set of dimensions, as values of the minute that begins then. */
export function emfLines(series: readonly Series[], minute: number, namespace: string): readonly string[] {
  const groups = new Map<string, Series[]>();
  for (const one of series) {
    const key = JSON.stringify(one.dimensions);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const lines: string[] = [];
    const most = Math.max(...group.map(({ values }) => values.length));
    // A line names a metric once: what has more values goes on in another.
    for (let from = 0; from < most; from += mostValues) {
      const part = group.flatMap((one) => (one.values.length > from ? [piece(one, from)] : []));
      for (let at = 0; at < part.length; at += mostMetrics)
        lines.push(line(part.slice(at, at + mostMetrics), minute, namespace));
    }
    return lines;
  });
}

function piece(one: Series, from: number): Series {
  const to = from + mostValues;
  return { ...one, values: one.values.slice(from, to), counts: one.counts.slice(from, to) };
}

function line(group: readonly Series[], Timestamp: number, Namespace: string): string {
  const dimensions = group[0]?.dimensions ?? [];
  const Metrics = group.map(({ name, unit }) => ({ Name: name, Unit: unitOf(unit), StorageResolution: 60 }));
  const values = group.map((one) => [one.name, targetOf(one)] as const);
  return JSON.stringify({
    _aws: { Timestamp, CloudWatchMetrics: [{ Namespace, Dimensions: [dimensions.map(([name]) => name)], Metrics }] },
    ...Object.fromEntries([...dimensions, ...values]),
  });
}

/**
 * One value is a number. The specification knows numbers and lists of them alone; CloudWatch also takes values with counts, as
 * its own agent and AWS's OpenTelemetry exporter write distributions (`cWMetricHistogram` of `awsemfexporter`).
 */
function targetOf({ values, counts }: Series): unknown {
  const [value = 0] = values;
  if (values.length === 1 && counts[0] === 1) return value;
  const sum = values.reduce((all, one, at) => all + one * (counts[at] ?? 0), 0);
  const count = counts.reduce((all, one) => all + one, 0);
  return { Values: values, Counts: counts, Max: Math.max(...values), Min: Math.min(...values), Count: count, Sum: sum };
}
