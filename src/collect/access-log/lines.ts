import { read, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { mostLineLength } from './reader.ts';
import { giveBack, type Scanner } from './scanner.ts';

/** A piece of a log: whole lines as bytes, each ended by a line break. They stay until the next piece is asked for. */
export interface LogPiece {
  readonly bytes: Buffer;
  /** Where the lines begin, and where the last one ends. */
  readonly from: number;
  readonly to: number;
  /** The bytes read so far. */
  readonly read: number;
  /** In whose memory the bytes are; null: in that of none. */
  readonly scanner: Scanner | null;
}

const readInto = promisify(read);

/**
 * Reads a log piece by piece, gzipped or not; `-` is standard input. Memory is bounded whatever the log holds. `scanner`: what is
 * not gzipped is read into its memory, where rows need no copy of it.
 */
export async function* readLines(path: string, scanner: Scanner | null = null): AsyncGenerator<LogPiece> {
  const file = path === '-' ? null : await open(path);
  try {
    const fd = file?.fd ?? 0;
    // What a file holds is there at once: to wait for it in another thread costs more than to read it.
    const isFile = (await file?.stat())?.isFile() === true;
    const block = new Block(blockSize, scanner);
    let first = true;
    let reads = 0;
    for (;;) {
      const { bytes, at, length } = block.room();
      const most = Math.min(length, pieceSize);
      const bytesRead = isFile
        ? readSync(fd, bytes, at, most, null)
        : (await readInto(fd, bytes, at, most, null)).bytesRead;
      // What else waits in this thread has its turn.
      reads += 1;
      if (reads % 4 === 0) await setImmediate();
      if (first && bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytesRead > 1) {
        if (scanner) giveBack(scanner);
        yield* linesOf(unzipped(Buffer.from(bytes.subarray(at, at + bytesRead)), fd));
        return;
      }
      first = false;
      if (bytesRead === 0) break;
      const piece = block.fill(bytesRead);
      if (piece) yield piece;
    }
    const rest = block.end();
    if (rest) yield rest;
  } finally {
    await file?.close();
  }
}

/** Cuts a stream of bytes into pieces of whole lines. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LogPiece> {
  const block = new Block(streamSize);
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const { bytes, at, length } = block.room();
      const part = chunk.subarray(from, from + length);
      bytes.set(part, at);
      from += part.length;
      const piece = block.fill(part.length);
      if (piece) yield piece;
    }
  }
  const rest = block.end();
  if (rest) yield rest;
}

/** Text that is there already, as pieces. */
export function* linesIn(text: string): Generator<LogPiece> {
  const most = 1 << 18;
  const read = Buffer.byteLength(text);
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from + most);
    const part = end < 0 ? text.slice(from) : text.slice(from, end + 1);
    from += part.length;
    const bytes = Buffer.from(part.endsWith('\n') ? part : `${part}\n`);
    yield { bytes, from: 0, to: bytes.length, read, scanner: null };
  }
}

/** The lines of a piece as text. */
export function* textsOf({ bytes, from, to }: LogPiece): Generator<string> {
  for (let at = from; at < to; ) {
    const end = bytes.indexOf(10, at);
    yield textOf(bytes, at, end);
    at = end + 1;
  }
}

/** A line as text; one longer than what is read whole is cut. */
export function textOf(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, Math.min(to, from + mostLineLength));
}

async function* unzipped(head: Buffer, fd: number): AsyncGenerator<Uint8Array> {
  const zipped = Readable.from(bytesOf(head, fd));
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  zipped.on('error', (error) => gunzip.destroy(error));
  for await (const chunk of zipped.pipe(gunzip)) if (chunk instanceof Uint8Array) yield chunk;
}

async function* bytesOf(head: Buffer, fd: number): AsyncGenerator<Buffer> {
  yield head;
  for (;;) {
    const bytes = Buffer.allocUnsafe(1 << 18);
    const { bytesRead } = await readInto(fd, bytes, 0, bytes.length, null);
    if (bytesRead === 0) return;
    yield bytes.subarray(0, bytesRead);
  }
}

const blockSize = 1 << 19;
/** A stream that says little needs no more; an agent holds many of them. */
const streamSize = 1 << 12;
/** As much is read at once: it is still in the processor's cache when it is scanned. */
const pieceSize = 1 << 17;

/** The memory that a log is read into, again and again: of `size` at first, and of a block at most. */
class Block {
  readonly #scanner: Scanner | null;
  #size: number;
  #bytes: Buffer;
  /** Where the line begins that is not whole yet, where the bytes end, and where they may end at most. */
  #from = 0;
  #to = 0;
  #most = 0;
  #read = 0;
  /** The line is longer than what is read whole: what comes of it is dropped. */
  #over = false;

  constructor(size: number, scanner: Scanner | null = null) {
    this.#scanner = scanner;
    this.#size = size;
    this.#bytes = scanner?.bytes ?? Buffer.allocUnsafeSlow(size + 1);
  }

  /** Where the next bytes go. */
  room(): { readonly bytes: Buffer; readonly at: number; readonly length: number } {
    if (this.#scanner) {
      if (this.#most - this.#to < pieceSize) this.#moveTo(this.#scanner.nextBlock());
    } else {
      this.#moveTo(0);
      if (this.#to > (this.#size * 7) / 8 && this.#size < blockSize) this.#grow();
    }
    return { bytes: this.#bytes, at: this.#to, length: this.#most - this.#to };
  }

  /** Puts the line that is not whole yet to where a block begins. */
  #moveTo(begin: number): void {
    if (this.#from !== begin) this.#bytes.copyWithin(begin, this.#from, this.#to);
    this.#to = begin + this.#to - this.#from;
    this.#from = begin;
    this.#most = begin + this.#size;
  }

  #grow(): void {
    this.#size *= 2;
    this.#most = this.#size;
    const larger = Buffer.allocUnsafeSlow(this.#size + 1);
    this.#bytes.copy(larger, 0, 0, this.#to);
    this.#bytes = larger;
  }

  /** So many bytes were put there. Null: no line is whole yet. */
  fill(count: number): LogPiece | null {
    const bytes = this.#bytes;
    this.#read += count;
    const end = this.#to + count;
    if (this.#over) {
      const line = bytes.subarray(0, end).indexOf(10, this.#to);
      if (line < 0) return null;
      bytes.copyWithin(this.#to, line, end);
      this.#to += end - line;
      this.#over = false;
    } else {
      this.#to = end;
    }
    const last = bytes.lastIndexOf(10, this.#to - 1);
    const from = this.#from;
    if (last >= from) this.#from = last + 1;
    if (this.#to - this.#from > mostLineLength) {
      this.#over = true;
      this.#to = this.#from + mostLineLength;
    }
    return last < from ? null : { bytes, from, to: last + 1, read: this.#read, scanner: this.#scanner };
  }

  /** No more bytes come: the last line may have no line break. */
  end(): LogPiece | null {
    if (this.#to === this.#from) return null;
    this.#bytes[this.#to] = 10;
    return { bytes: this.#bytes, from: this.#from, to: this.#to + 1, read: this.#read, scanner: this.#scanner };
  }
}
