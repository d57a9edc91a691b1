import { decide } from '../routing/match/decide.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { Table } from '../routing/table/table.ts';
import { type AskedRequest, makeRequests } from './requests.ts';

/** Whether the rescued tables answer as the source's do. */
export interface Verdict {
  readonly state: 'equal' | 'different' | 'undecided';
  /** One line for people. */
  readonly say: string;
  /** Requests that tell the two apart. */
  readonly witnesses: readonly string[];
}

const sampled = 2_000;
const mostWitnesses = 3;

/** Proves that two tables answer alike: decides made-up requests for every route by both. */
export function prove(source: Table, rescued: Table): Verdict {
  const requests = makeRequests(source, sampled);
  const witnesses: string[] = [];
  for (const request of requests) {
    const [was, is] = [answerOf(decide(source, request)), answerOf(decide(rescued, request))];
    if (was !== is && witnesses.length < mostWitnesses)
      witnesses.push(`${describeRequest(request)}: ${was}, now ${is}`);
  }
  const state = witnesses.length === 0 ? 'equal' : 'different';
  const say =
    state === 'equal'
      ? `same answer to ${requests.length} made-up requests, for every route and near each`
      : 'its answers differ from the source’s';
  return { state, say, witnesses };
}

/** What of a decision the client and the upstream can tell, in one line; names of routes and the number of hops are not of it. */
export function answerOf(decision: Decision): string {
  const last = decision.hops.at(-1);
  return JSON.stringify([
    decision.outcome,
    decision.status,
    decision.clusters.map(({ name, weight }) => `${name} ${weight}`).sort(),
    decision.location,
    decision.outcome === 'forward' ? (last?.rewrite ?? null) : null,
    decision.outcome === 'forward' ? shortestTimeout(decision) : null,
    decision.candidates.map(answerOf),
  ]);
}

/** Each hop has its own clock: the shortest one ends the request. */
function shortestTimeout({ hops }: Decision): number {
  const running = hops.flatMap(({ timeoutMs }) => (timeoutMs ? [timeoutMs] : []));
  return running.length === 0 ? 0 : Math.min(...running);
}

/** Where a request ends, in a few words. */
export function describeAnswer({ outcome, status, clusters, hops }: Decision): string {
  const rewrite = hops.at(-1)?.rewrite;
  const names = clusters.map(({ name }) => name).join(' or ');
  return outcome === 'forward' ? `${names} ${rewrite?.host ?? ''}${rewrite?.path ?? ''}` : `${status} (${outcome})`;
}

/** A request as people write it. */
export function describeRequest({ method, authority, target, headers, port }: AskedRequest): string {
  const shown = [...headers].map(([name, lines]) => ` -H '${name}: ${lines?.join(', ')}'`).join('');
  return `${method} ${authority}${target} (port ${port})${shown}`;
}
