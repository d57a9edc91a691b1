import { unitOf } from './datums.ts';
import type { Series } from './series.ts';

/** An object of the embedded metric format takes 100 metrics. */
const mostMetrics = 100;

/** Lines of the embedded metric format: one for each set of dimensions, as values of the minute that begins then. */
export function emfLines(series: readonly Series[], minute: number, namespace: string): readonly string[] {
  const groups = new Map<string, Series[]>();
  for (const one of series) {
    const key = JSON.stringify(one.dimensions);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const lines: string[] = [];
  for (const group of groups.values()) {
    for (let from = 0; from < group.length; from += mostMetrics)
      lines.push(line(group.slice(from, from + mostMetrics), minute, namespace));
  }
  return lines;
}

function line(group: readonly Series[], Timestamp: number, Namespace: string): string {
  const dimensions = group[0]?.dimensions ?? [];
  const Metrics = group.map(({ name, unit }) => ({ Name: name, Unit: unitOf(unit), StorageResolution: 60 }));
  const values = group.map(({ name, values, counts }) => [name, { Values: values, Counts: counts }] as const);
  return JSON.stringify({
    _aws: { Timestamp, CloudWatchMetrics: [{ Namespace, Dimensions: [dimensions.map(([name]) => name)], Metrics }] },
    ...Object.fromEntries([...dimensions, ...values]),
  });
}
