import { describe, expect, it } from 'vitest';
import type { AgentApi } from '../../src/agent/api.ts';
import { join, living, observe, type Sign } from '../../src/agent/members.ts';
import { ownerOf } from '../../src/lib/rendezvous.ts';

describe('who lives', () => {
  const listed = [
    { member: 'a', mark: '1' },
    { member: 'b', mark: '1' },
  ];
  const first = observe(new Map(), listed, 0, false);

  it('is known by Leases that move, not by the times in them', () => {
    const moved = observe(first, [listed[0]!, { member: 'b', mark: '2' }], 40, false);
    expect(living(moved, 'c', 40, 30)).toEqual(['b', 'c']);
  });

  it('takes everybody for living at first, and oneself always', () => {
    expect(living(first, 'a', 29, 30)).toEqual(['a', 'b']);
    expect(living(first, 'a', 30, 30)).toEqual(['a']);
  });

  it('does not hold an outage of the API server against anybody', () => {
    expect(living(observe(first, listed, 500, true), 'a', 500, 30)).toEqual(['a', 'b']);
    expect(living(observe(first, listed, 500, false), 'a', 500, 30)).toEqual(['a']);
  });

  it('forgets who is no longer listed', () => {
    expect(living(observe(first, [], 5, false), 'a', 5, 30)).toEqual(['a']);
  });
});

describe('shares', () => {
  const keys = Array.from({ length: 600 }, (_, at) => `VirtualGateway team-${at % 20}/edge-${at}`);
  const members = ['meshdoctor-7c9-abcde', 'meshdoctor-7c9-abcdf', 'meshdoctor-7c9-abcdg'];

  it('are even', () => {
    for (const member of members) {
      const mine = keys.filter((key) => ownerOf(key, members) === member).length;
      expect(mine).toBeGreaterThan(150);
      expect(mine).toBeLessThan(250);
    }
  });

  it('move only where a member goes, in whatever order it is told', () => {
    for (const key of keys) {
      const before = ownerOf(key, members);
      expect(ownerOf(key, [...members].reverse())).toBe(before);
      if (before !== members[0]) expect(ownerOf(key, members.slice(1))).toBe(before);
    }
  });

  it('nobody owns what nobody is there for', () => {
    expect(ownerOf('x', [])).toBeNull();
    const signs: ReadonlyMap<string, Sign> = new Map();
    expect(living(signs, 'me', 0, 30)).toEqual(['me']);
  });
});

describe('a member that stood still', () => {
  /** Leases by name, as an API server keeps them. */
  function apiServer(): AgentApi {
    const leases = new Map<string, Record<string, unknown>>();
    let version = 0;
    const answer = (status: number, body: unknown = {}) =>
      Promise.resolve({ ok: true as const, status, text: JSON.stringify(body), date: undefined });
    return {
      ask: (path: string) => {
        if (path.includes('labelSelector')) return answer(200, { items: [...leases.values()] });
        const lease = leases.get(path.split('/').at(-1) ?? '');
        return lease ? answer(200, lease) : answer(404);
      },
      write: (method: string, path: string, body?: unknown) => {
        const lease = body as { readonly metadata: { readonly name: string } } | undefined;
        if (method === 'DELETE') return answer(leases.delete(path.split('/').at(-1) ?? '') ? 200 : 404);
        version += 1;
        if (lease)
          leases.set(lease.metadata.name, { ...lease, metadata: { ...lease.metadata, resourceVersion: `${version}` } });
        return answer(200);
      },
    } as unknown as AgentApi;
  }
  const of = { namespace: 'meshdoctor', name: 'agent', labels: { a: 'b' } };
  const times = { durationMs: 30, giveUpMs: 20, retryMs: 10 };

  it('lets go of what others took meanwhile, and begins anew', async () => {
    let time = 0;
    const api = apiServer();
    const [red, blue] = ['red', 'blue'].map((name) => join(api, of, name, times, () => time));
    for (; time < 20; time += 10) await Promise.all([red?.step(), blue?.step()]);
    expect(red?.members()).toEqual(['blue', 'red']);
    for (; time < 60; time += 10) await blue?.step();
    expect(blue?.members()).toEqual(['blue']);
    // It wakes: what it knew is too old to count by.
    await red?.refresh();
    expect(red?.members()).toEqual([]);
    red?.begin();
    await blue?.step();
    expect([red?.members(), blue?.members()]).toEqual([
      ['blue', 'red'],
      ['blue', 'red'],
    ]);
  });

  it('with all others, while the API server was away, goes on with what was theirs', async () => {
    let time = 0;
    const api = apiServer();
    const [red, blue] = ['red', 'blue'].map((name) => join(api, of, name, times, () => time));
    for (; time < 20; time += 10) await Promise.all([red?.step(), blue?.step()]);
    time = 500;
    for (; time < 530; time += 10) {
      await red?.refresh();
      await blue?.step();
      await red?.step();
      expect([red?.members(), blue?.members()]).toEqual([
        ['blue', 'red'],
        ['blue', 'red'],
      ]);
    }
  });
});
