import { oneLine } from '../../../lib/text.ts';
import type { Explained } from '../../../routing/explained.ts';
import type { Decision } from '../../../routing/match/decision.ts';

/** True where the client gets an error that the gateway itself makes. */
export function failing({ outcome, status }: Decision): boolean {
  if (outcome === 'forward' || outcome === 'undecided' || outcome === 'redirect') return false;
  return outcome !== 'direct-response' || (status ?? 0) >= 400;
}

/** What the client gets, in a few words. */
export function answer(decision: Decision, explained: Pick<Explained, 'names'>): string {
  const { outcome, status, responseFlag, clusters, location, grpcStatus } = decision;
  const grpc = grpcStatus === null ? '' : ` with grpc-status ${grpcStatus}`;
  const flagged = `${status}${grpc}${responseFlag === null ? '' : ` ${responseFlag}`}`;
  const named = (name: string): string => {
    return oneLine(explained.names.get(name) ?? `cluster ${name}`);
  };
  switch (outcome) {
    case 'forward':
      if (clusters.length === 1) return named(clusters[0]?.name ?? '');
      return clusters.map(({ name, weight }) => `${named(name)} (${share(weight, clusters)})`).join('; ');
    case 'redirect':
      return `${status} redirect to ${oneLine(location ?? '(unknown)')}`;
    case 'direct-response':
      return `${status}${grpc}, answered by the gateway itself (the route says so)`;
    case 'rejected':
      return `${flagged}, refused by the gateway`;
    case 'no-route':
      return `${flagged}, no route`;
    case 'no-virtual-host':
      return `${flagged}, no virtual host`;
    case 'no-cluster':
      return `${flagged}, the cluster is missing`;
    case 'no-listener':
      return 'connection refused, nobody listens';
    case 'no-filter-chain':
      return 'the connection is closed without an answer';
    case 'undecided': {
      const [only, ...others] = decision.candidates;
      if (!only || others.length > 0 || decision.why === null) return 'undecided';
      return `undecided: ${answer(only, explained)}, but ${oneLine(decision.why)}`;
    }
  }
}

function share(weight: number, clusters: Decision['clusters']): string {
  const total = clusters.reduce((sum, one) => sum + one.weight, 0);
  return total === 0 ? String(weight) : `${Math.round((weight * 100) / total)} %`;
}

/** What Envoy's response flags mean (docs: configuration/observability/access_log/usage, RESPONSE_FLAGS). */
const meanings = new Map(
  Object.entries({
    NR: 'no route',
    NC: 'the cluster is missing',
    UH: 'no healthy upstream',
    UF: 'could not connect to the upstream',
    UC: 'the upstream closed the connection',
    UO: 'a circuit breaker was open',
    UT: 'the upstream did not answer in time',
    UR: 'the upstream reset the request',
    UPE: 'the upstream answered no valid HTTP',
    URX: 'all retries were spent',
    DC: 'the client went away',
    DPE: 'what the client sent is no valid HTTP',
    SI: 'the stream idled too long',
    RL: 'a rate limit refused it',
    UAEX: 'external authorization refused it',
    FI: 'a fault was injected',
    DF: 'the name of the upstream did not resolve',
  }),
);

/** The meaning of logged flags, in words. */
export function meaning(flag: string): string {
  if (flag === '-') return 'no flag: Envoy had nothing to add to the answer';
  return flag
    .split(',')
    .map((one) => meanings.get(one) ?? one)
    .join(', ');
}
