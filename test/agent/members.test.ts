import { describe, expect, it } from 'vitest';
import { living, observe, type Sign } from '../../src/agent/members.ts';
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
