import type { Gateway } from '../../model/gateway.ts';
import type { Model } from '../../model/model.ts';
import { seenValue } from '../../snapshot/coverage.ts';
import { isHandedOver } from '../../traffic/request.ts';
import type { FoldOptions, LogSpan } from '../../traffic/fold.ts';

/** The times between the readings of a gateway's counters: requests between them are counted, to compare. */
export function logSpans({ snapshot }: Model, { envoys }: Gateway): readonly LogSpan[] {
  const keys = new Set(envoys.map(({ key }) => key));
  const views = snapshot.envoys.filter(({ key }) => keys.has(key));
  return views.flatMap(({ key, pod, stats }): readonly LogSpan[] => {
    const reads = seenValue(stats);
    const last = reads?.at(-1);
    // Of several Envoys that name no pod, lines do not tell whose they are.
    if (!reads || !last || reads.length < 2 || (!pod && views.length > 1)) return [];
    return [{ envoy: key, pod: pod?.name ?? null, from: Date.parse(reads[0].at), to: Date.parse(last.at) }];
  });
}

/**
 * Tells the cluster that a line's upstream belongs to where it is another than the decided one: by the cluster's name where
 * it is logged, else by the address, where only clusters of other names have it.
 */
export function otherClusterIn({ envoys }: Gateway): NonNullable<FoldOptions['otherCluster']> {
  const byAddress = new Map<string, Set<string>>();
  const names = new Set<string>();
  for (const { cluster, hosts } of envoys.flatMap(({ hosts: seen }) => seenValue(seen) ?? [])) {
    names.add(cluster);
    for (const { address } of hosts) {
      const key = `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
      byAddress.set(key, (byAddress.get(key) ?? new Set()).add(cluster));
    }
  }
  return (line, decided) => {
    const { cluster, upstream } = line;
    if (isHandedOver(line) || !names.has(decided)) return null;
    if (cluster !== null && cluster !== '-') return cluster !== decided && names.has(cluster) ? cluster : null;
    const held = upstream === null ? undefined : byAddress.get(upstream);
    if (!held || held.has(decided)) return null;
    const [other = null] = held;
    return other;
  };
}
