import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { growth, unratedGap } from './counters.ts';
import { refKey } from '../../snapshot/object.ts';
import type { Upstream } from './upstreams.ts';

/** Below these a few failures are noise: pods come and go. */
const leastFailures = 20;
const leastShare = 0.01;

/** How often something went wrong with the requests or connections of a cluster between two readings. */
export interface FailureRate {
  readonly failures: number;
  readonly tried: number;
  readonly seconds: number;
  /** The counters that moved. */
  readonly by: ReadonlySet<string>;
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

/** A cluster inside one Envoy: of those, one in each pod of a gateway. */
type Counted = Pick<Upstream, 'envoy' | 'cluster'>;

/** The same cluster in all pods of one gateway: told once. */
export function acrossPods(upstreams: readonly Upstream[]): readonly (readonly [Upstream, ...Upstream[]])[] {
  const groups = new Map<string, [Upstream, ...Upstream[]]>();
  for (const upstream of upstreams) {
    const key = `${refKey(upstream.gateway.ref)} ${upstream.cluster.name}`;
    const group = groups.get(key);
    if (group) group.push(upstream);
    else groups.set(key, [upstream]);
  }
  return [...groups.values()];
}

/** The full name of a cluster's counter. */
export function clusterStat(cluster: { readonly name: string }, name: string): string {
  return `cluster.${cluster.name}.${name}`;
}

/** How far a cluster's counter grew between the readings, in all pods; 0 where it did not, or no rate can be told. */
export function grownBy(group: readonly Counted[], name: string): number {
  return group.reduce((sum, { envoy, cluster }) => {
    const grown = growth(envoy.stats, clusterStat(cluster, name));
    return grown ? sum + grown.to - grown.from : sum;
  }, 0);
}

/**
 * What these counters of a cluster say together, in all pods, against all that `of` counts; null where none of them
 * grew. `of` may count less than what failed: then all failed.
 */
export function failureRate(group: readonly Counted[], names: readonly string[], of: string): FailureRate | null {
  const grown = names.flatMap((name) =>
    group.flatMap(({ envoy, cluster }) => {
      const one = growth(envoy.stats, clusterStat(cluster, name));
      return one && one.to > one.from ? [{ name, ...one }] : [];
    }),
  );
  const [first, ...rest] = grown;
  if (!first) return null;
  const failures = grown.reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    failures,
    tried: Math.max(failures, grownBy(group, of)),
    seconds: Math.max(...grown.map(({ seconds }) => seconds)),
    by: new Set(grown.map(({ name }) => name)),
    evidence: [...first.evidence, ...rest.flatMap(({ evidence }) => evidence)],
  };
}

/** At least 20 failures, and at least 1 % of what was tried. */
function isNoteworthy({ failures, tried }: FailureRate): boolean {
  return failures >= leastFailures && failures / tried >= leastShare;
}

/** Per minute, to one decimal. */
export function perMinute({ failures, seconds }: FailureRate): number {
  return Math.round(((failures * 60) / seconds) * 10) / 10;
}

/** Why no rate of these counters can be told: they were not read, or count from before a single reading; else null. */
export function rateGap(group: readonly Counted[], names: readonly string[]): Gap | null {
  for (const { envoy, cluster } of group) {
    const gap = unratedGap(
      envoy,
      names.map((name) => clusterStat(cluster, name)),
    );
    if (gap) return gap;
  }
  return null;
}

/** A cluster of a gateway, over all its pods: how often it fails where that is noteworthy, or why no rate can be told. */
export interface Failing {
  readonly upstream: Upstream;
  readonly group: readonly Upstream[];
  readonly gap: Gap | null;
  readonly rate: FailureRate | null;
}

/** Judges each cluster by these counters against all that `of` counts: at least 20 failures and 1 %. */
export function failing(upstreams: readonly Upstream[], names: readonly string[], of: string): readonly Failing[] {
  return acrossPods(upstreams).map((group) => {
    const rate = failureRate(group, names, of);
    return { upstream: group[0], group, gap: rateGap(group, names), rate: rate && isNoteworthy(rate) ? rate : null };
  });
}
