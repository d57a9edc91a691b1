import { lstat, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { describeError } from '../describe-error.ts';
import { checkName, Refused, shown } from './refused.ts';

/**
 * Reads one file of an unpacked bundle; undefined where there is none. Only plain files that lie inside the folder are
 * read, links not followed, so that a bundle cannot name a file outside it, a device or a pipe.
 */
export async function readInside(folder: string, name: string, maxBytes: number): Promise<Uint8Array | undefined> {
  checkName(name);
  const path = join(folder, ...name.split('/'));
  try {
    const info = await lstat(path);
    if (!info.isFile()) throw new Refused(`its ${shown(name)} is no plain file`);
    if (info.size > maxBytes) throw new Refused(`its file ${shown(name)} is larger than ${maxBytes} bytes`);
    const root = await realpath(folder);
    if (!(await realpath(path)).startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new Refused(`its file ${shown(name)} lies outside its folder`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof Refused) throw error;
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return;
    throw new Refused(`its file ${shown(name)} cannot be read: ${describeError(error)}`);
  }
}
