import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/routing/match/decide.ts';
import type { Decision } from '../../../src/routing/match/decision.ts';
import type { RoutingRequest } from '../../../src/routing/match/request.ts';
import { toRouting } from '../../lab/routing/answers.ts';
import { listenerCount, makeBatch } from '../../lab/routing/made-listeners.ts';
import { type Random, randomFrom } from '../../lab/routing/random.ts';

/** The differential test's own tables and requests: what it proves of whole requests holds for parts of them. */
const size = { hosts: 5, requests: 30 };
const ports = [...Array(listenerCount)].map((_, index) => 10_000 + index);
/** Headers that steer the connection manager itself: an unknown one is taken to ask for nothing (see RoutingRequest). */
const steering = new Set(['connection', 'upgrade', 'content-type', 'x-forwarded-proto']);

/** The request with some of its parts not known. */
function forget(random: Random, request: RoutingRequest): RoutingRequest {
  const known = <T>(part: T): T | null => (random.chance(0.25) ? null : part);
  const headers = new Map<string, readonly string[] | null>(request.headers);
  const otherHeaders = random.chance(0.4) ? 'unknown' : 'absent';
  for (const name of request.headers.keys()) {
    if (steering.has(name) || random.chance(0.6)) continue;
    if (otherHeaders === 'unknown') headers.delete(name);
    else headers.set(name, null);
  }
  // An unknown target is taken to be in origin form, and of a method that has one.
  const plain = request.method === 'CONNECT' || !request.target?.startsWith('/');
  return {
    port: known(request.port),
    protocol: request.protocol,
    tls: known(request.tls),
    sni: known(request.sni),
    method: plain ? request.method : known(request.method),
    authority: known(request.authority),
    target: plain ? request.target : known(request.target),
    headers,
    otherHeaders,
  };
}

const waysOf = (decision: Decision): readonly Decision[] =>
  decision.candidates.length > 0 ? decision.candidates : [decision];

/** Whether a candidate is the decision, as far as it is known: what it does not know it leaves out. */
function stands(candidate: Decision, decision: Decision): boolean {
  const same = (one: unknown, other: unknown): boolean => one === null || JSON.stringify(one) === JSON.stringify(other);
  const path = ({ hops }: Decision): readonly unknown[] => hops.map(({ route }) => route?.pointer);
  // An open end stands for all that its route can do: a header names the cluster, or a filter answers.
  if (candidate.outcome === 'undecided') return path(candidate).every((at, index) => at === path(decision)[index]);
  return (
    candidate.outcome === decision.outcome &&
    JSON.stringify(path(candidate)) === JSON.stringify(path(decision)) &&
    candidate.status === decision.status &&
    same(candidate.cluster, decision.cluster) &&
    same(candidate.location, decision.location) &&
    same(candidate.hops.at(-1)?.rewrite ?? null, decision.hops.at(-1)?.rewrite)
  );
}

describe.each(['1.40.0', '1.36.2'])('a request that is partly unknown, %s', (version) => {
  it.each([1, 2, 3, 4])('has the decision of each of its completions among its candidates, seed %i', (seed) => {
    const random = randomFrom(seed + 1000);
    let open = 0;
    let tried = 0;
    for (const { port, table, requests } of makeBatch(seed, version, ports, size)) {
      for (const wire of requests) {
        const whole = toRouting(wire, port);
        const decision = decide(table, whole);
        // Answered before routing: an unknown part is taken to be well formed.
        if (decision.hops.at(-1)?.virtualHost === null && decision.outcome !== 'no-virtual-host') continue;
        if (decision.outcome === 'rejected') continue;
        const part = forget(random, whole);
        const partial = decide(table, part);
        tried += 1;
        if (partial.outcome === 'undecided') open += 1;
        const missing = waysOf(decision).filter((one) => !waysOf(partial).some((candidate) => stands(candidate, one)));
        expect(missing, JSON.stringify([part, [...whole.headers], partial.unknown, partial.candidates.length])).toEqual(
          [],
        );
      }
    }
    expect(tried).toBeGreaterThan(1500);
    expect(open / tried).toBeGreaterThan(0.2);
  });

  it('a whole one has exactly one, but for chance, a filter and client certificates', () => {
    const reasons = /^(it hangs on (chance \(weighted clusters\)|client certificate)|filter planted\.fault .*)$/;
    for (const { port, table, requests } of makeBatch(5, version, ports, size)) {
      for (const wire of requests) {
        const { outcome, candidates, unknown, why } = decide(table, toRouting(wire, port));
        if (outcome === 'undecided') expect(why).toMatch(reasons);
        else expect([candidates, unknown]).toEqual([[], []]);
      }
    }
  });
});
