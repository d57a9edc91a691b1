import { differences } from '../routing/compare-decisions.ts';
import { compareTables } from '../routing/compare/compare.ts';
import { decide } from '../routing/match/decide.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import type { Table } from '../routing/table/table.ts';
import { witnessOf } from '../routing/witness.ts';
import { makeRequests } from './requests.ts';

/** Whether the rescued tables answer as the source's do. */
export interface Verdict {
  readonly state: 'equal' | 'different' | 'undecided';
  /** One line for people. */
  readonly say: string;
  /** Requests that tell the two apart, with what each makes of them. */
  readonly witnesses: readonly string[];
  /** Requests about which nothing is claimed, and what could not be decided. */
  readonly open: readonly string[];
}

const sampled = 500;
const mostWitnesses = 3;

/**
 * Proves for all requests that two tables answer alike; where that is not decided, made-up requests are at least asked
 * of both.
 */
export function prove(source: Table, rescued: Table): Verdict {
  const { verdict, differences: found, undecided, limits } = compareTables(source, rescued, 'all');
  const witnesses = found
    .slice(0, mostWitnesses)
    .map(
      ({ request, one, other, parts }) =>
        `${describeRequest(request)}: ${describeAnswer(one)}, rescued ${describeAnswer(other)} (${parts.join(', ')})`,
    );
  const open = [...undecided.map(({ listener, why }) => `${listener}: ${why}`), ...limits];
  if (verdict === 'equal') return { state: 'equal', say: 'proved for every request', witnesses, open };
  if (verdict === 'different') return { state: 'different', say: 'its answers differ', witnesses, open };
  const asked = makeRequests(source, sampled);
  const apart = asked.filter((request) => differences(decide(source, request), decide(rescued, request)).length > 0);
  const state = apart.length > 0 ? 'different' : 'undecided';
  const say = `not proved (${undecided.length} parts undecided), and the same for ${asked.length} made-up requests`;
  return { state, say, witnesses: apart.slice(0, mostWitnesses).map(describeRequest), open };
}

/** Where a request ends, in a few words. */
export function describeAnswer({ outcome, status, clusters, hops }: Decision): string {
  const rewrite = hops.at(-1)?.rewrite;
  const names = clusters.map(({ name }) => name).join(' or ');
  return outcome === 'forward' ? `${names} ${rewrite?.host ?? ''}${rewrite?.path ?? ''}` : `${status} (${outcome})`;
}

/** A request as people write it. */
export function describeRequest(request: RoutingRequest): string {
  return witnessOf(request)?.curl ?? `${request.method} ${request.authority}${request.target}`;
}
