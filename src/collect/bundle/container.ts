import { createGunzip, gzipSync } from 'node:zlib';
import { packTar, unpackTar } from 'modern-tar';
import { checkName, Refused, shown } from './refused.ts';

/** What a bundle may be at most: no bundle of ours comes near, and a hostile one is refused before it costs more. */
export interface Caps {
  readonly unpackedBytes: number;
  /** Unpacked to packed, from `ratioFrom` bytes on: text comes to 100 at most, deflate can do 1032. */
  readonly ratio: number;
  readonly ratioFrom: number;
  readonly entries: number;
}

/** The caps that hold unless a test sets narrower ones. */
export const defaultCaps: Caps = { unpackedBytes: 2 ** 31, ratio: 500, ratioFrom: 2 ** 26, entries: 100_000 };

/** Packs files, by name, into the bytes of a .tar.gz: the same files give the same bytes with the same zlib. */
export async function pack(files: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const entries = [...files].sort(byName).map(([name, text]) => {
    checkName(name);
    const body = Buffer.from(text);
    const header = { name, size: body.length, mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, type: 'file' } as const;
    return { header, body };
  });
  const bytes = entries.reduce((sum, { body }) => sum + body.length, 0);
  if (bytes > defaultCaps.unpackedBytes || entries.length > defaultCaps.entries) {
    throw new Error(
      `a bundle of ${entries.length} files and ${bytes} bytes is too large to be read again: collect less`,
    );
  }
  const zipped = gzipSync(await packTar(entries), { level: 6 });
  // RFC 1952, 2.3: the byte that names the operating system; 255 is "unknown", so that all write the same.
  zipped[9] = 255;
  return zipped;
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Unpacks the bytes of a .tar.gz in memory and never beyond the caps. Writes nothing; throws nothing but `Refused`. */
export async function unpack(
  packed: Uint8Array,
  caps: Caps = defaultCaps,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) throw new Refused('it is not gzipped');
  const seen = new Set<string>();
  const admit = (header: { readonly name: string; readonly type?: string }): boolean => {
    const name = plainName(header.name);
    if (header.type === 'directory') {
      if (name !== '') checkName(name);
      return false;
    }
    checkName(name);
    if (header.type !== undefined && header.type !== 'file') {
      throw new Refused(`it holds a ${header.type} (${shown(name)}), which no bundle does`);
    }
    if (seen.has(name)) throw new Refused(`it holds the file ${shown(name)} twice`);
    if (seen.size >= caps.entries) throw new Refused(`it holds more than ${caps.entries} files`);
    seen.add(name);
    return true;
  };
  try {
    const tar = ReadableStream.from(inflate(packed, caps, signal));
    const files = await unpackTar(tar, { strict: true, filter: admit });
    return new Map(files.map(({ header, data }) => [plainName(header.name), data ?? new Uint8Array()]));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused('it holds no readable tar archive');
  }
}

/** `tar czf` of an unpacked folder writes `./` before its names, and `/` after those of folders. */
function plainName(name: string): string {
  return name.replace(/^(\.\/)+/, '').replace(/\/$/, '');
}

async function* inflate(packed: Uint8Array, caps: Caps, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  let size = 0;
  try {
    gunzip.end(packed);
    for await (const chunk of gunzip) {
      const bytes: Uint8Array = chunk;
      size += bytes.length;
      if (size > caps.unpackedBytes) throw new Refused(`it unpacks to more than ${caps.unpackedBytes} bytes`);
      if (size > caps.ratioFrom && size > caps.ratio * packed.length) {
        throw new Refused(`it unpacks to more than ${caps.ratio} times its size, as no bundle does`);
      }
      if (signal?.aborted) throw new Refused('the time ended before it was read');
      yield bytes;
    }
  } catch (error) {
    if (error instanceof Refused) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : '';
    throw new Refused(code === 'Z_BUF_ERROR' ? 'it is cut off' : 'its compression is damaged');
  } finally {
    gunzip.destroy();
  }
}
