import { describe, expect, it } from 'vitest';
import { followLog, type FollowWays } from '../../../src/collect/kubernetes/log-follow.ts';

const from = Date.parse('2026-11-27T10:00:00.000Z');
const log = { namespace: 'shop', name: 'edge-1', container: 'envoy', from };
const at = (time: string, text: string): string => `2026-11-27T${time} ${text}\n`;

/** What each connection answers: a status, and pieces after which it ends or breaks. */
interface Connection {
  readonly status?: number;
  readonly pieces?: readonly string[];
  readonly breaks?: true;
}

interface Followed {
  readonly lines: readonly string[];
  readonly paths: readonly string[];
  readonly waits: readonly number[];
  readonly troubles: readonly (string | null)[];
}

async function follow(connections: readonly (Connection | Error)[], tailLines?: number): Promise<Followed> {
  const ended = new AbortController();
  const paths: string[] = [];
  const waits: number[] = [];
  const troubles: (string | null)[] = [];
  const left = [...connections];
  const ways: FollowWays = {
    async connect(path) {
      paths.push(path);
      const next = left.shift();
      if (!next || next instanceof Error) throw next ?? new Error('no more');
      async function* chunks() {
        for (const piece of next instanceof Error ? [] : (next?.pieces ?? [])) yield Buffer.from(piece);
        if (next && !(next instanceof Error) && next.breaks) throw new Error('socket hang up');
      }
      return { status: next.status ?? 200, chunks: chunks() };
    },
    async wait(tries) {
      waits.push(tries);
      if (left.length === 0) ended.abort();
    },
    signal: ended.signal,
    trouble: (reason) => troubles.push(reason),
  };
  const lines: string[] = [];
  for await (const piece of followLog(tailLines === undefined ? log : { ...log, tailLines }, ways))
    lines.push(...piece);
  return { lines, paths, waits, troubles };
}

describe('a followed log', () => {
  it('is asked for from a second on, with stamps, which are taken off', async () => {
    const { lines, paths } = await follow([{ pieces: [at('10:00:01.5Z', 'one'), at('10:00:02.25Z', 'two')] }]);
    expect(lines).toEqual(['one', 'two']);
    expect(paths).toEqual([
      '/api/v1/namespaces/shop/pods/edge-1/log?container=envoy&follow=true&timestamps=true&sinceTime=2026-11-27T10%3A00%3A00Z',
    ]);
  });

  it('begins with the newest lines where no more are wanted, and loses none when it goes on', async () => {
    const { lines, paths } = await follow(
      [new Error('refused'), { pieces: [at('10:00:01.5Z', 'one')] }, { pieces: [at('10:00:02.25Z', 'two')] }],
      50,
    );
    expect(lines).toEqual(['one', 'two']);
    expect(paths.map((path) => new URLSearchParams(path.split('?')[1]).get('tailLines'))).toEqual(['50', '50', null]);
  });

  it('leaves out what was written before, within the second too', async () => {
    const early = { ...log, from: from + 400 };
    const seen: string[] = [];
    const ended = new AbortController();
    const pieces = [at('10:00:00.399999999Z', 'before'), at('10:00:00.4Z', 'just then'), at('10:00:00.5Z', 'after')];
    const ways: FollowWays = {
      connect: async () => ({
        status: 200,
        chunks: (async function* () {
          yield Buffer.from(pieces.join(''));
        })(),
      }),
      wait: async () => ended.abort(),
      signal: ended.signal,
      trouble: () => {},
    };
    for await (const lines of followLog(early, ways)) seen.push(...lines);
    expect(seen).toEqual(['just then', 'after']);
  });

  it('goes on after a broken connection where it was, each line once, however many bear one stamp', async () => {
    const stamp = '10:00:05.123456789Z';
    const first = at('10:00:04Z', 'a') + at(stamp, 'b') + at(stamp, 'c');
    const again = at('10:00:05Z', 'gone by') + at(stamp, 'b') + at(stamp, 'c') + at(stamp, 'd') + at('10:00:06Z', 'e');
    const { lines, paths } = await follow([{ pieces: [first], breaks: true }, { pieces: [again] }]);
    expect(lines).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(paths[1]).toContain('sinceTime=2026-11-27T10%3A00%3A05Z');
  });

  it('reads a line that was cut by the break whole the next time, and its beginning never', async () => {
    const { lines } = await follow([
      { pieces: [at('10:00:04Z', 'a'), '2026-11-27T10:00:05.7Z hal'], breaks: true },
      { pieces: [at('10:00:04Z', 'a'), at('10:00:05.7Z', 'half and half')] },
    ]);
    expect(lines).toEqual(['a', 'half and half']);
  });

  it('reads another file from its beginning: the container began anew, or its log was rotated', async () => {
    const { lines } = await follow([
      { pieces: [at('10:00:04Z', 'a'), at('10:00:05Z', 'b')] },
      { pieces: [at('10:00:09Z', 'c'), at('10:00:09Z', 'c')] },
    ]);
    expect(lines).toEqual(['a', 'b', 'c', 'c']);
  });

  it('takes stamps of any zone, and a clock that is put back', async () => {
    const { lines } = await follow([
      { pieces: [`2026-11-27T12:00:04.5+02:00 a\n`, at('10:00:03Z', 'b')] },
      { pieces: [at('10:00:03Z', 'b'), at('10:00:03.1Z', 'c')] },
    ]);
    expect(lines).toEqual(['a', 'b', 'c']);
  });

  it('waits longer the more tries brought nothing, and says why nothing comes', async () => {
    const { waits, troubles, lines } = await follow([
      new Error('connect ECONNREFUSED'),
      { status: 403, pieces: ['{"kind":"Status"}'] },
      { status: 400, pieces: ['container is waiting'] },
      { pieces: [at('10:00:04Z', 'a')] },
      { status: 500 },
    ]);
    expect(lines).toEqual(['a']);
    expect(waits).toEqual([1, 2, 3, 0, 1]);
    expect(troubles).toEqual([
      'connect ECONNREFUSED',
      'not allowed: get pods/log',
      'the API server answered 400',
      null,
      'the API server answered 500',
    ]);
  });
});
