import type { Decision } from './match/decision.ts';

/** What of a decision a client or upstream can tell: not names of routes, nor where they stand. */
function told({
  outcome,
  cluster,
  clusters,
  status,
  responseFlag,
  location,
  hops,
}: Decision): Readonly<Record<string, unknown>> {
  const last = hops.at(-1);
  return {
    outcome,
    cluster,
    // Of one cluster the weight decides nothing.
    clusters: clusters.length > 1 ? [...clusters].sort((one, other) => (one.name < other.name ? -1 : 1)) : cluster,
    status,
    responseFlag,
    location,
    rewrite: last?.rewrite ?? null,
    timeoutMs: last?.timeoutMs ?? null,
  };
}

/** The fields in which two decisions differ; none where one of them is not decided. */
export function differences(one: Decision, other: Decision): readonly string[] {
  if (one.outcome === 'undecided' || other.outcome === 'undecided') return [];
  const theirs = told(other);
  const differing: string[] = [];
  for (const [name, value] of Object.entries(told(one))) if (!isSame(value, theirs[name])) differing.push(name);
  return differing;
}

function isSame(one: unknown, other: unknown): boolean {
  // Most fields are plain values: a file of requests compares millions of them.
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other));
}

/** A text that is the same for decisions that are the same to clients and upstreams. */
export function comparable(decision: Decision): string {
  return JSON.stringify([told(decision), decision.unknown, decision.why, decision.candidates.map(comparable)]);
}
