import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { mostLineLength } from './reader.ts';

/** A piece of a log: whole lines, and the bytes read so far. */
export interface LinesRead {
  readonly lines: readonly string[];
  readonly bytes: number;
  /** Lines of this piece longer than what is read whole: their rest was dropped. */
  readonly cut: number;
}

/** Reads a log piece by piece, gzipped or not; `-` is standard input. Memory is bounded whatever the log holds. */
export async function* readLines(path: string): AsyncGenerator<LinesRead> {
  yield* linesOf(await openLog(path));
}

/** Cuts a stream of bytes into lines, piece by piece. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LinesRead> {
  const splitter = new Splitter();
  for await (const chunk of chunks) yield splitter.split(Buffer.from(chunk));
  const rest = splitter.end();
  if (rest.lines.length > 0) yield rest;
}

async function openLog(path: string): Promise<Readable> {
  const options = { highWaterMark: 1 << 18 };
  const stream =
    path === '-' ? createReadStream('', { ...options, fd: 0, autoClose: false }) : await opened(path, options);
  const chunks = stream[Symbol.asyncIterator]();
  const { value: first, done } = await chunks.next();
  const head = done ? Buffer.alloc(0) : Buffer.from(first);
  const whole = Readable.from(from(head, chunks));
  if (head[0] !== 0x1f || head[1] !== 0x8b) return whole;
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  whole.on('error', (error) => gunzip.destroy(error));
  return whole.pipe(gunzip);
}

async function opened(path: string, options: { readonly highWaterMark: number }): Promise<Readable> {
  return (await open(path)).createReadStream(options);
}

async function* from(head: Buffer, rest: AsyncIterator<unknown>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    if (next.value instanceof Uint8Array) yield Buffer.from(next.value);
  }
}

/** Cuts bytes into lines. */
class Splitter {
  #rest: Buffer[] = [];
  #held = 0;
  #over = false;
  #bytes = 0;

  split(chunk: Buffer): LinesRead {
    this.#bytes += chunk.length;
    const lines: string[] = [];
    let cut = 0;
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      if (this.#over) cut += 1;
      lines.push(this.#held === 0 ? chunk.toString('utf8', from, at) : this.#finish(chunk.subarray(from, at)));
      this.#over = false;
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
    return { lines, bytes: this.#bytes, cut };
  }

  end(): LinesRead {
    return {
      lines: this.#held === 0 ? [] : [this.#finish(Buffer.alloc(0))],
      bytes: this.#bytes,
      cut: Number(this.#over),
    };
  }

  #finish(last: Buffer): string {
    const text = Buffer.concat([...this.#rest, last.subarray(0, mostLineLength)]).toString('utf8');
    this.#rest = [];
    this.#held = 0;
    return text;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    if (this.#held + piece.length > mostLineLength) this.#over = true;
    const room = Math.max(0, mostLineLength - this.#held);
    // A copy: the chunk's own memory is not kept for the sake of its end.
    if (room > 0) this.#rest.push(Buffer.from(piece.subarray(0, room)));
    this.#held += Math.min(piece.length, room);
  }
}
