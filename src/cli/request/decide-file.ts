import type { DecidedLines, DecideOptions, Engine } from '../../engine/protocol.ts';
import { Failure } from '../failure.ts';
import { tellMeanwhile, withProgress } from '../progress.ts';
import { writeOut } from '../report-options.ts';

/** What was decided of a whole file. */
export type DecidedFile = Omit<DecidedLines, 'bytes' | 'trouble'>;

/** So many bytes at once: enough to keep the engine at work, few enough to hold in memory. */
const partBytes = 256 * 1024;

/** Decides a file of requests part by part, and writes each as it comes; the engine has the next one meanwhile. */
export async function decideFile(
  engine: Engine,
  bytes: Uint8Array,
  options: Omit<DecideOptions, 'text' | 'firstLine'>,
): Promise<DecidedFile> {
  const decided: DecidedLines[] = [];
  const work = async (): Promise<DecidedFile> => {
    let ahead: Promise<DecidedLines> | null = null;
    for (const part of partsOf(bytes)) {
      const asked = engine.decide({ ...options, ...part });
      // Where an earlier one fails nobody waits for this one.
      asked.catch(() => undefined);
      if (ahead) decided.push(await take(await ahead));
      ahead = asked;
    }
    if (ahead) decided.push(await take(await ahead));
    return together(decided);
  };
  // On a terminal the answers themselves are what moves.
  return process.stdout.isTTY ? work() : withProgress(() => `decided ${requestsIn(decided)} requests`, work());
}

/** Whole lines, and the number of the first of each part in the file. */
function* partsOf(bytes: Uint8Array): Generator<Pick<DecideOptions, 'text' | 'firstLine'>> {
  let firstLine = 1;
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(newline, Math.min(from + partBytes, bytes.length) - 1);
    const to = end < 0 ? bytes.length : end + 1;
    // A Buffer's own slice would be a view, and with it the whole file would be handed over.
    const text = new Uint8Array(bytes.subarray(from, to));
    const part = { text, firstLine };
    for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) firstLine += 1;
    yield part;
    from = to;
  }
}

const newline = 10;

async function take(part: DecidedLines): Promise<DecidedLines> {
  if (part.trouble !== null) throw new Failure(part.trouble, 2);
  await writeOut(part.bytes);
  for (const error of part.errors) tellMeanwhile(`meshdoctor: ${error}`);
  return { ...part, bytes: new Uint8Array() };
}

function requestsIn(parts: readonly DecidedLines[]): number {
  return parts.reduce((sum, { requests }) => sum + requests, 0);
}

function together(parts: readonly DecidedLines[]): DecidedFile {
  const [first] = parts;
  // What no part reached: it is in the list of each.
  const uncovered = parts.slice(1).reduce((left, part) => {
    const unreached = new Set(part.uncovered);
    return left.filter((line) => unreached.has(line));
  }, first?.uncovered ?? []);
  return {
    requests: requestsIn(parts),
    errors: parts.flatMap(({ errors }) => errors),
    unmet: parts.flatMap(({ unmet }) => unmet),
    uncovered,
    routes: first?.routes ?? 0,
  };
}
