import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogPiece, linesOf, readLines } from './lines.ts';

const restMs = 500;
const pieceBytes = 1 << 18;
const lineEnd = 10;

/**
 * Reads a log and then what is written to it, until the signal. A file that was emptied, or that another one took the place of,
 * is begun anew. What cannot grow (gzipped, a pipe) is read to its end.
 */
export async function* followLines(path: string, signal: AbortSignal): AsyncGenerator<LogPiece> {
  const file = await open(path);
  const head = Buffer.alloc(2);
  const isFile = (await file.stat()).isFile();
  if (isFile) await file.read(head, 0, 2, 0);
  if (isFile && !(head[0] === 0x1f && head[1] === 0x8b)) {
    yield* linesOf(growing(path, file, signal));
    return;
  }
  await file.close();
  yield* readLines(path);
}

async function* growing(path: string, opened: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let file = opened;
  let at = 0;
  let ended = true;
  const buffer = Buffer.alloc(pieceBytes);
  try {
    while (!signal.aborted) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, at);
      at += bytesRead;
      if (bytesRead > 0) {
        ended = buffer[bytesRead - 1] === lineEnd;
        yield buffer.subarray(0, bytesRead);
        continue;
      }
      await sleep(restMs, undefined, { signal }).catch(() => undefined);
      const next = await renewed(path, file, at);
      if (!next) continue;
      if (next !== file) await file.close();
      file = next;
      at = 0;
      // The last line of what was there before ends with it.
      if (!ended) yield Buffer.of(lineEnd);
      ended = true;
    }
  } finally {
    await file.close();
  }
}

/** The file to begin anew with; null: the one that is read goes on. */
async function renewed(path: string, file: FileHandle, at: number): Promise<FileHandle | null> {
  const own = await file.stat();
  if (own.size < at) return file;
  if (own.size > at) return null;
  try {
    const there = await stat(path);
    return there.ino === own.ino && there.dev === own.dev ? null : await open(path);
  } catch {
    // Between the moves of a rotation there is none: the old one is held on to.
    return null;
  }
}
