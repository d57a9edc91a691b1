import { read } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { mostLineLength } from './reader.ts';

/** A piece of a log: whole lines as bytes, each ended by a line break. They stay until the memory is used again. */
export interface LogPiece {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Where the lines begin, and where the last one ends. */
  readonly from: number;
  readonly to: number;
  /** The bytes read so far. */
  readonly read: number;
  /** Counts the blocks of memory in the order they were filled. */
  readonly block: number;
  /** Blocks before this one may be filled anew once the next piece is asked for. */
  readonly lasting: number;
}

const readInto = promisify(read);

/** Reads a log piece by piece, gzipped or not; `-` is standard input. Memory is bounded whatever the log holds. */
export async function* readLines(path: string): AsyncGenerator<LogPiece> {
  const file = path === '-' ? null : await open(path);
  try {
    const fd = file?.fd ?? 0;
    const blocks = new Blocks();
    let first = true;
    for (;;) {
      const { bytes, at, length } = blocks.room();
      const { bytesRead } = await readInto(fd, bytes, at, length, null);
      if (first && bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytesRead > 1) {
        yield* linesOf(unzipped(Buffer.from(bytes.subarray(at, at + bytesRead)), fd));
        return;
      }
      first = false;
      if (bytesRead === 0) break;
      const piece = blocks.fill(bytesRead);
      if (piece) yield piece;
    }
    const rest = blocks.end();
    if (rest) yield rest;
  } finally {
    await file?.close();
  }
}

/** Cuts a stream of bytes into pieces of whole lines. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LogPiece> {
  const blocks = new Blocks();
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const { bytes, at, length } = blocks.room();
      const part = chunk.subarray(from, from + length);
      bytes.set(part, at);
      from += part.length;
      const piece = blocks.fill(part.length);
      if (piece) yield piece;
    }
  }
  const rest = blocks.end();
  if (rest) yield rest;
}

/** Text that is there already, as pieces. */
export function* linesIn(text: string): Generator<LogPiece> {
  const most = 1 << 18;
  const read = Buffer.byteLength(text);
  for (let from = 0, block = 0; from < text.length; block += 1) {
    const end = text.indexOf('\n', from + most);
    const part = end < 0 ? text.slice(from) : text.slice(from, end + 1);
    from += part.length;
    const bytes = Buffer.from(part.endsWith('\n') ? `${part}${padding}` : `${part}\n${padding}`);
    const to = bytes.length - padding.length;
    yield { bytes, view: viewOn(bytes), from: 0, to, read, block, lasting: 0 };
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

/** What stands behind the lines of a piece, so that a word of four bytes can be read where their last byte is. */
const padding = '\0\0\0\0';

function viewOn({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
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
/** So many blocks are filled in turn: lines that wait for their other line mostly need no copy. */
const mostBlocks = 8;

/** The memory that a log is read into, block by block in turn. */
class Blocks {
  readonly #blocks: { readonly bytes: Buffer; readonly view: DataView }[] = [];
  #block = 0;
  /** Where the line begins that is not whole yet, and where the bytes end. */
  #from = 0;
  #to = 0;
  #read = 0;
  /** The line is longer than what is read whole: what comes of it is dropped. */
  #over = false;

  /** Where the next bytes go. */
  room(): { readonly bytes: Buffer; readonly at: number; readonly length: number } {
    let { bytes } = this.#current();
    if (blockSize - this.#to < blockSize / 8) {
      const rest = bytes.subarray(this.#from, this.#to);
      this.#block += 1;
      bytes = this.#current().bytes;
      bytes.set(rest, 0);
      this.#from = 0;
      this.#to = rest.length;
    }
    return { bytes, at: this.#to, length: blockSize - this.#to };
  }

  /** So many bytes were put there. Null: no line is whole yet. */
  fill(count: number): LogPiece | null {
    const { bytes } = this.#current();
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
    return last < from ? null : this.#piece(from, last + 1);
  }

  /** No more bytes come: the last line may have no line break. */
  end(): LogPiece | null {
    if (this.#to === this.#from) return null;
    this.#current().bytes[this.#to] = 10;
    return this.#piece(this.#from, this.#to + 1);
  }

  #current(): { readonly bytes: Buffer; readonly view: DataView } {
    const at = this.#block % mostBlocks;
    let block = this.#blocks[at];
    if (!block) {
      const bytes = Buffer.allocUnsafeSlow(blockSize + 1 + padding.length);
      block = { bytes, view: viewOn(bytes) };
      this.#blocks[at] = block;
    }
    return block;
  }

  #piece(from: number, to: number): LogPiece {
    const block = this.#block;
    return { ...this.#current(), from, to, read: this.#read, block, lasting: block + 2 - mostBlocks };
  }
}
