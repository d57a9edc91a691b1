import type { Decision, Hop, Outcome } from './decision.ts';

/** A decision that ended so. Written out field by field: every request passes here, and spreading objects costs most of it. */
export function ended(outcome: Outcome, hops: readonly Hop[], rest: Partial<Decision>): Decision {
  return {
    outcome,
    hops,
    cluster: rest.cluster ?? null,
    clusters: rest.clusters ?? [],
    location: rest.location ?? null,
    status: rest.status ?? null,
    grpcStatus: rest.grpcStatus ?? null,
    responseFlag: rest.responseFlag ?? null,
    unknown: rest.unknown ?? [],
    candidates: rest.candidates ?? [],
    why: rest.why ?? null,
  };
}

/** A decision that cannot be made, and why. */
export function undecided(hops: readonly Hop[], why: string, unknown: readonly string[]): Decision {
  return ended('undecided', hops, { why, unknown });
}

const grpcStatuses: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};

/** Envoy's own answer to a gRPC request: 200 with a grpc-status (source/common/grpc/status.cc). */
export function answeredAsGrpc(decision: Decision): Decision {
  const candidates = decision.candidates.map(answeredAsGrpc);
  if (decision.status === null || decision.grpcStatus !== null) return { ...decision, candidates };
  return { ...decision, candidates, status: 200, grpcStatus: grpcStatuses[decision.status] ?? 2 };
}

/** One of several: where all end alike that is the decision, else it is undecided between them. */
export function candidatesOf(all: readonly Decision[], unknown: readonly string[], why: string | null): Decision {
  const [sole, ...rest] = all;
  if (sole && rest.length === 0) return sole;
  const open = all.find(({ outcome }) => outcome === 'undecided');
  const flat = all.flatMap((one) => (one.candidates.length > 0 ? one.candidates : [one]));
  const names = [...new Set([...unknown, ...all.flatMap((one) => one.unknown)])];
  const kinds = new Map(flat.map((one) => [keyOf(one), one]));
  const candidates = [...kinds.values()];
  const [only, ...others] = candidates;
  if (only && others.length === 0 && !open) return { ...only, unknown: [] };
  const doubt = names.length > 0 ? `it hangs on ${names.join(', ')}` : (open?.why ?? null);
  return ended('undecided', [], { candidates, unknown: names, why: why ?? doubt });
}

/** Decisions that a client and an upstream cannot tell apart share a key. */
function keyOf(decision: Decision): string {
  const { outcome, cluster, clusters, location, status, responseFlag, hops } = decision;
  const last = hops.at(-1);
  return JSON.stringify([
    outcome,
    cluster,
    clusters,
    location,
    status,
    responseFlag,
    hops.map((hop) => hop.route?.pointer),
    last?.rewrite,
  ]);
}

/** Every way a decision can end. */
export function endsOf(decision: Decision): readonly Decision[] {
  return decision.candidates.length === 0 ? [decision] : decision.candidates.flatMap(endsOf);
}
