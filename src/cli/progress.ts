/** Long work is told of after this many milliseconds; what is quick leaves no trace. */
const quietMs = 500;
const everyMs = 200;

/** Clears the line a terminal stands on. */
const clearLine = '\r\u001b[K';

/** Writes a line to stderr while work goes on: a moving one gives way to it, and comes again. */
export function tellMeanwhile(line: string): void {
  process.stderr.write(`${process.stderr.isTTY ? clearLine : ''}${line}\n`);
}

/** Where a moving line goes: stderr, where that is a terminal. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/**
 * Waits for work and shows meanwhile one moving line of what is done and for how long; the line is gone when the work
 * has ended, however it ended. Where stderr is no terminal, or a dumb one, nothing is shown.
 */
export async function withProgress<T>(
  doing: string | (() => string),
  work: Promise<T>,
  stream: ProgressStream = process.stderr,
): Promise<T> {
  if (stream.isTTY !== true || process.env.TERM === 'dumb') return work;
  const begun = performance.now();
  let shown = false;
  const timer = setInterval(() => {
    const elapsed = performance.now() - begun;
    if (elapsed < quietMs) return;
    const text = `${typeof doing === 'string' ? doing : doing()}, ${Math.floor(elapsed / 1000)} s`;
    stream.write(`${clearLine}${text.slice(0, (stream.columns ?? 80) - 1)}`);
    shown = true;
  }, everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (shown) stream.write(clearLine);
  }
}
