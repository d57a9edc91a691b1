import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidate, type Candidacy, decide, type HeldLease, leads, settled } from '../../src/agent/election.ts';

const times = { durationMs: 30, giveUpMs: 20, retryMs: 5 };
const held = (holder: string, renewTime = 't1', resourceVersion = '1'): HeldLease => ({
  holder,
  renewTime,
  resourceVersion,
  transitions: 3,
});
const leader = (now: number): Candidacy => settled(candidate('a', times), 'written', now);

describe('a candidate', () => {
  it('makes the lease where there is none, and leads once it is written', () => {
    const { state, move } = decide(candidate('a', times), null, 100);
    expect(move).toEqual({ type: 'create' });
    expect(leads(state, 100)).toBe(false);
    expect(leads(settled(state, 'written', 100), 101)).toBe(true);
    expect(leads(settled(state, 'conflict', 100), 101)).toBe(false);
  });

  it('waits while the lease of another moves, whatever its clock says', () => {
    let state = candidate('a', times);
    for (let now = 0; now < 200; now += 10) {
      const step = decide(state, held('b', `1970-01-01T00:00:${now}Z`, String(now)), now);
      expect(step.move.type).toBe('wait');
      state = step.state;
    }
  });

  it('takes a lease only after it stood still for the whole duration', () => {
    const first = decide(candidate('a', times), held('b', '2999-01-01T00:00:00Z'), 1000);
    expect(decide(first.state, held('b', '2999-01-01T00:00:00Z'), 1029).move.type).toBe('wait');
    expect(decide(first.state, held('b', '2999-01-01T00:00:00Z'), 1030).move).toEqual({
      type: 'take',
      resourceVersion: '1',
      transitions: 4,
    });
  });

  it('takes a lease at once that was let go', () => {
    expect(decide(candidate('a', times), held(''), 0).move.type).toBe('take');
  });

  it('goes on with its own after a restart under the same name', () => {
    const { state, move } = decide(candidate('a', times), held('a'), 0);
    expect(move.type).toBe('renew');
    expect(leads(state, 0)).toBe(false);
  });
});

describe('a leader', () => {
  it('loses it at a conflict, and as soon as another holds the lease', () => {
    expect(leads(settled(leader(0), 'conflict', 5), 5)).toBe(false);
    expect(leads(decide(leader(0), held('b'), 5).state, 5)).toBe(false);
    expect(leads(decide(leader(0), null, 5).state, 5)).toBe(false);
  });

  it('goes on through failed writes, and gives up before others may take it', () => {
    const state = settled(leader(0), 'failed', 10);
    expect(leads(state, 19)).toBe(true);
    expect(leads(state, 20)).toBe(false);
    expect(times.giveUpMs).toBeLessThan(times.durationMs);
  });

  it('that slept through its lease does not act when it wakes', () => {
    expect(leads(leader(0), 10_000)).toBe(false);
  });

  it('counts from the moment before its write: a slow answer does not lengthen it', () => {
    const state = settled(candidate('a', times), 'written', 0);
    expect(leads(state, 19)).toBe(true);
    expect(leads(state, 21)).toBe(false);
  });
});

/** Three candidates with clocks of their own, one server, writes that fail, conflict or come late, and naps. */
it('never two leaders at one moment, and one again soon after all is quiet', () => {
  const event = fc.record({
    who: fc.nat(2),
    after: fc.integer({ min: 1, max: 9 }),
    fault: fc.constantFrom('none', 'none', 'none', 'lost', 'unanswered'),
  });
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 120 }),
      fc.array(fc.nat(100_000), { minLength: 3, maxLength: 3 }),
      (events, skew) => {
        let lease: HeldLease | null = null;
        let version = 0;
        let now = 0;
        const states = ['a', 'b', 'c'].map((me) => candidate(me, times));
        const act = (who: number, fault: string): void => {
          const own = now + skew[who]!;
          const { state, move } = decide(states[who]!, lease, own);
          states[who] = state;
          if (move.type === 'wait') return;
          if (fault === 'lost') {
            states[who] = settled(state, 'failed', own);
            return;
          }
          version += 1;
          const transitions = 'transitions' in move ? move.transitions : 0;
          lease = { holder: state.me, renewTime: String(own), resourceVersion: String(version), transitions };
          states[who] = settled(state, fault === 'unanswered' ? 'failed' : 'written', own);
        };
        const leaders = (): number => states.filter((state, who) => leads(state, now + skew[who]!)).length;
        for (const { who, after, fault } of events) {
          now += after;
          act(who, fault);
          expect(leaders()).toBeLessThanOrEqual(1);
        }
        for (let round = 0; round < 12; round += 1) {
          now += times.retryMs;
          for (const who of [0, 1, 2]) act(who, 'none');
          expect(leaders()).toBeLessThanOrEqual(1);
        }
        expect(leaders()).toBe(1);
      },
    ),
  );
});
