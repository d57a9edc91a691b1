import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar, unpackTar } from 'modern-tar';

/** Caps that no bundle of ours reaches and a hostile one runs into. */
const maxUnpacked = 2 ** 30;
const maxEntries = 100_000;

/** Packs files, by name, into the bytes of a .tar.gz: the same files give the same bytes. */
export async function pack(files: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const entries = [...files].sort(byName).map(([name, text]) => {
    const body = Buffer.from(text);
    const header = { name, size: body.length, mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, type: 'file' } as const;
    return { header, body };
  });
  return gzipSync(await packTar(entries), { level: 6 });
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Unpacks the bytes of a .tar.gz in memory; a line that says why where it is refused. Never writes anything, never throws. */
export async function unpack(bytes: Uint8Array): Promise<ReadonlyMap<string, string> | string> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return 'it is not gzipped';
  const tar = gunzip(bytes);
  if (typeof tar === 'string') return tar;
  try {
    const files = new Map<string, string>();
    for (const { header, data } of await unpackTar(tar, { strict: true })) {
      const { name, type } = header;
      if (type === 'directory') continue;
      const fault = faultOf(name, type, files);
      if (fault !== null) return fault;
      files.set(name, Buffer.from(data ?? new Uint8Array()).toString('utf8'));
    }
    return files;
  } catch {
    return 'it holds no readable tar archive';
  }
}

function gunzip(bytes: Uint8Array): Uint8Array | string {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxUnpacked });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') return `it unpacks to more than ${maxUnpacked / 2 ** 30} GiB`;
    return code === 'Z_BUF_ERROR' ? 'it is cut off' : 'its compression is damaged';
  }
}

function faultOf(name: string, type: string | undefined, files: ReadonlyMap<string, string>): string | null {
  const shown = JSON.stringify(name.slice(0, 80));
  if (type !== undefined && type !== 'file') return `it holds a ${type} (${shown}), which no bundle does`;
  if (name.startsWith('/') || /^[a-z]:/i.test(name) || name.includes('\\'))
    return `it holds a file with an absolute path (${shown})`;
  if (name.split('/').some((part) => part === '..' || part === '.' || part === ''))
    return `it holds a file outside its folder (${shown})`;
  if (files.has(name)) return `it holds the file ${shown} twice`;
  return files.size >= maxEntries ? `it holds more than ${maxEntries} files` : null;
}
