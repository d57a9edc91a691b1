import type { Logged } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';
import { ended } from '../routing/match/endings.ts';

/** What a logged answer adds to a decision: it rules out candidates, and tells requests that never reached routing. */
export function narrow(decision: Decision, logged: Logged): Decision {
  const { status, flag } = logged;
  if (flagsOf(logged).includes('DPE')) {
    const why = 'the log says DPE: what arrived was no HTTP (TLS or PROXY protocol sent to a plain port, a bad header)';
    return ended('rejected', decision.hops.slice(0, 1).map(bare), { status: status ?? 400, responseFlag: 'DPE', why });
  }
  if (decision.candidates.length === 0 || flag === null) return decision;
  const left = decision.candidates.filter((one) => contradiction(one, logged) === null);
  const [only, ...others] = left;
  const answered = `${status ?? ''} ${flag}`.trim();
  if (only && others.length === 0)
    return { ...only, unknown: decision.unknown, why: `concluded from the answer ${answered}` };
  return left.length > 0 ? { ...decision, candidates: left } : decision;
}

function bare(hop: Decision['hops'][number]): Decision['hops'][number] {
  return { ...hop, virtualHost: null, route: null, cluster: null, rewrite: null, timeoutMs: null };
}

function flagsOf({ flag }: Logged): readonly string[] {
  return flag === null || flag === '-' ? [] : flag.split(',');
}

/** How a logged answer contradicts a decision; null: it does not, or tells too little. */
export function contradiction(decision: Decision, logged: Logged): string | null {
  const { status, flag } = logged;
  if (flag === null || decision.outcome === 'undecided') return null;
  const answered = `${status ?? ''} ${flag}`.trim();
  const noRoute = flagsOf(logged).includes('NR');
  if (noRoute !== (decision.responseFlag === 'NR')) {
    return noRoute
      ? `the log says ${answered}, but this configuration has a route for it: it was another then, or on another replica`
      : `the log says ${answered}, but this configuration has no route for it: it was another then, or on another replica`;
  }
  if (decision.status !== null && status !== null && decision.status !== status) {
    return `the log says ${answered}, but this configuration answers ${decision.status}`;
  }
  return null;
}
