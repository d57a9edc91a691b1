import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { wait } from '../wait.ts';
import { describeError } from '../describe-error.ts';
import type { FollowedLog } from './log-follow.ts';
import type { FollowerEars, FollowLog } from './log-followers.ts';

/** Between two looks at a file. */
const restMs = 500;
const blockBytes = 1 << 18;

/**
 * Follows logs in the files of the node: `<folder>/<namespace>_<pod>_<uid>/<container>/<restart>.log`, as a kubelet lays them out.
 * It moves a file aside that has grown (`--container-log-max-size`) and the runtime begins another under the same name: the old
 * one is read to its end first. Lines come as the runtime wrote them, in CRI's wrapping.
 */
export function logsOfNode(folder: string): FollowLog {
  return (log, ears) => followFiles(folder, log, ears);
}

async function* followFiles(
  folder: string,
  log: FollowedLog,
  { signal, trouble }: FollowerEars,
): AsyncGenerator<readonly string[]> {
  let file: LogFile | null = null;
  try {
    while (!signal.aborted) {
      try {
        const newest: Found = await newestFile(folder, log);
        file ??= await LogFile.open(newest, log.from);
        trouble(null);
        for (;;) {
          const lines = await file.read();
          if (lines === null) break;
          if (lines.length > 0) yield lines;
        }
        if (newest.inode !== file.inode) {
          // Whoever wrote it writes the new one: it was read to its end after that began.
          await file.close();
          file = await LogFile.open(newest, log.from);
          continue;
        }
      } catch (error) {
        trouble(describeError(error));
      }
      await wait(restMs, signal);
    }
  } finally {
    await file?.close();
  }
}

interface Found {
  readonly path: string;
  readonly inode: bigint;
}

/** The log of the container's last start, in the newest pod of that name. */
async function newestFile(folder: string, { namespace, name, container }: FollowedLog): Promise<Found> {
  const prefix = `${namespace}_${name}_`;
  const pods = (await readdir(folder)).filter((one) => one.startsWith(prefix));
  const times = await Promise.all(pods.map(async (pod) => ({ pod, at: (await stat(join(folder, pod))).mtimeMs })));
  const newest = times.sort((one, other) => other.at - one.at)[0];
  if (!newest)
    throw new Error(`${folder} holds no folder ${prefix}…: is it that of the node, and does the pod run there?`);
  const inside = join(folder, newest.pod, container);
  const starts = (await readdir(inside)).flatMap((one) => /^(\d+)\.log$/.exec(one)?.[1] ?? []).map(Number);
  if (starts.length === 0) throw new Error(`${inside} holds no log`);
  const path = join(inside, `${Math.max(...starts)}.log`);
  return { path, inode: (await stat(path, { bigint: true })).ino };
}

/** One file of a log, read as it grows. */
class LogFile {
  readonly #handle: FileHandle;
  readonly inode: bigint;
  /** Lines that were stamped before this are passed over; null: what comes is new. */
  #from: number | null;
  #at = 0;
  #rest = Buffer.alloc(0);

  private constructor(handle: FileHandle, inode: bigint, from: number) {
    this.#handle = handle;
    this.inode = inode;
    this.#from = from;
  }

  static async open({ path, inode }: Found, from: number): Promise<LogFile> {
    return new LogFile(await open(path), inode, from);
  }

  /** The next whole lines; null where there are no more bytes now. */
  async read(): Promise<readonly string[] | null> {
    const block = Buffer.allocUnsafe(blockBytes);
    const { bytesRead } = await this.#handle.read(block, 0, blockBytes, this.#at);
    if (bytesRead === 0) return null;
    this.#at += bytesRead;
    const bytes = Buffer.concat([this.#rest, block.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(10) + 1;
    this.#rest = Buffer.from(bytes.subarray(end));
    return end === 0 ? [] : this.#fresh(bytes.toString('utf8', 0, end - 1).split('\n'));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #fresh(lines: readonly string[]): readonly string[] {
    if (this.#from === null) return lines;
    const from = this.#from;
    const first = lines.findIndex((line) => Date.parse(line.slice(0, line.indexOf(' '))) >= from);
    if (first < 0) return [];
    this.#from = null;
    return lines.slice(first);
  }
}
