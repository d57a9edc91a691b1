import { afterEach, describe, expect, it, vi } from 'vitest';
import { withProgress } from '../../src/cli/progress.ts';

/** A terminal's stderr, and all that was written to it. */
function terminal(columns = 80) {
  const written: string[] = [];
  return { isTTY: true, columns, write: (text: string) => written.push(text), written };
}

describe('progress of long work', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it('is one moving line that is gone when the work has ended', async () => {
    vi.useFakeTimers();
    vi.stubEnv('TERM', 'xterm');
    const stream = terminal(24);
    const work = withProgress(
      'reading the sources',
      new Promise((resolve) => setTimeout(resolve, 3_100, 'done')),
      stream,
    );
    await vi.advanceTimersByTimeAsync(3_100);
    expect(await work).toBe('done');
    expect(stream.written.at(-2)).toBe('\r\u001b[Kreading the sources, 3 ');
    expect(stream.written.at(-1)).toBe('\r\u001b[K');
    expect(stream.written.join('')).not.toContain('\n');
  });

  it('is gone too where the work failed', async () => {
    vi.useFakeTimers();
    vi.stubEnv('TERM', 'xterm');
    const stream = terminal();
    const failing = new Promise((_, reject) => setTimeout(() => reject(new Error('no')), 1_000));
    const work = expect(withProgress(() => 'so far', failing, stream)).rejects.toThrow('no');
    await vi.advanceTimersByTimeAsync(1_000);
    await work;
    expect(stream.written.at(-1)).toBe('\r\u001b[K');
  });

  it('of what is quick, or where nobody looks, is nothing', async () => {
    vi.useFakeTimers();
    vi.stubEnv('TERM', 'xterm');
    const quick = terminal();
    const piped = { ...terminal(), isTTY: false };
    const works = [400, 4_000].map((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
    const all = Promise.all([
      withProgress('a', works[0] as Promise<unknown>, quick),
      withProgress('b', works[1] as Promise<unknown>, piped),
    ]);
    await vi.advanceTimersByTimeAsync(4_000);
    await all;
    expect([quick.written, piped.written]).toEqual([[], []]);
    vi.stubEnv('TERM', 'dumb');
    const dumb = terminal();
    const slow = withProgress('c', new Promise((resolve) => setTimeout(resolve, 2_000)), dumb);
    await vi.advanceTimersByTimeAsync(2_000);
    await slow;
    expect(dumb.written).toEqual([]);
  });
});
