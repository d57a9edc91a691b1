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
    clusters: clusters.length > 1 ? [...clusters].sort((one, other) => (one.name < other.name ? -1 : 1)) : clusters,
    status,
    responseFlag,
    location,
    rewrite: last?.rewrite ?? null,
    timeoutMs: last?.timeoutMs ?? null,
  };
}

/** The fields in which two decisions differ; none where one is not decided, unless every way it can end differs. */
export function differences(one: Decision, other: Decision): readonly string[] {
  if (one.outcome === 'undecided' || other.outcome === 'undecided') return [];
  const theirs = told(other);
  return Object.entries(told(one))
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(theirs[name]))
    .map(([name]) => name);
}

/** A text that is the same for decisions that are the same to clients and upstreams. */
export function comparable(decision: Decision): string {
  return JSON.stringify([told(decision), decision.unknown, decision.why, decision.candidates.map(comparable)]);
}
