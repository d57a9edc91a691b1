import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Batch } from './datums.ts';

/** A batch that waits: its minute in milliseconds since 1970, and how many points it has. */
export interface Waiting {
  readonly minute: number;
  readonly points: number;
  /** Null where what was kept cannot be read any more. */
  readonly read: () => Promise<Batch | null>;
  readonly remove: () => Promise<void>;
}

/** What waits for CloudWatch: on disk, so that memory stays flat and a restart loses nothing; in memory what the disk refuses. */
export interface SpoolOptions {
  readonly folder: string | null;
  readonly mostBytes: number;
  readonly report: (line: string) => void;
}

interface Kept extends Waiting {
  readonly bytes: number;
}

const inMemory = 10;
const fileName = /^(\d+)-(\d+)-(\d+)\.json\.gz$/;

/** A bounded store of batches; the oldest go when it is full. */
export class Spool {
  readonly #options: SpoolOptions;
  #disk: Kept[] = [];
  #memory: Kept[] = [];
  #number = 0;
  #refused = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier run left. */
  async open(): Promise<void> {
    const { folder } = this.#options;
    if (folder === null) return;
    try {
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if (name.endsWith('.part')) await rm(path, { force: true });
        const [, minute, number, points] = fileName.exec(name) ?? [];
        if (minute === undefined) continue;
        this.#number = Math.max(this.#number, Number(number));
        this.#disk.push(this.#file(path, Number(minute), Number(points), (await stat(path)).size));
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Keeps a batch and answers how many points had to go for it. */
  async keep(batch: Batch, minute: number): Promise<number> {
    const { folder, mostBytes } = this.#options;
    if (folder !== null) {
      const bytes = await promisify(gzip)(JSON.stringify(batch));
      this.#number += 1;
      const path = join(folder, `${minute}-${this.#number}-${batch.length}.json.gz`);
      try {
        await writeFile(`${path}.part`, bytes, { mode: 0o600 });
        await rename(`${path}.part`, path);
        this.#disk.push(this.#file(path, minute, batch.length, bytes.length));
        this.#refused = false;
        return await shortened(this.#disk, (all) => all.reduce((sum, one) => sum + one.bytes, 0) > mostBytes);
      } catch (error) {
        await rm(`${path}.part`, { force: true }).catch(() => {});
        this.#refuse(error);
      }
    }
    const kept: Kept = {
      minute,
      points: batch.length,
      bytes: 0,
      read: async () => batch,
      remove: async () => {
        this.#memory = this.#memory.filter((one) => one !== kept);
      },
    };
    this.#memory.push(kept);
    return shortened(this.#memory, (all) => new Set(all.map((one) => one.minute)).size > inMemory);
  }

  /** What waits, the newest first: after an outage alarms want to know of now. */
  waiting(): readonly Waiting[] {
    return [...this.#disk, ...this.#memory].sort((left, right) => right.minute - left.minute);
  }

  #file(path: string, minute: number, points: number, bytes: number): Kept {
    const kept: Kept = {
      minute,
      points,
      bytes,
      read: async () => {
        try {
          const text = (await promisify(gunzip)(await readFile(path))).toString();
          const batch: Batch = JSON.parse(text, (key, value) => (key === 'Timestamp' ? new Date(value) : value));
          return batch;
        } catch {
          return null;
        }
      },
      remove: async () => {
        this.#disk = this.#disk.filter((one) => one !== kept);
        await rm(path, { force: true }).catch(() => {});
      },
    };
    return kept;
  }

  #refuse(error: unknown): void {
    if (this.#refused) return;
    this.#refused = true;
    const { folder, report } = this.#options;
    const said = error instanceof Error ? error.message : String(error);
    report(`spool ${folder} cannot be written (${said}): at most ${inMemory} minutes wait in memory instead`);
  }
}

async function shortened(all: readonly Kept[], tooMuch: (all: readonly Kept[]) => boolean): Promise<number> {
  let lost = 0;
  const oldest = [...all].sort((left, right) => left.minute - right.minute);
  while (oldest.length > 1 && tooMuch(oldest)) {
    const one = oldest.shift();
    if (!one) break;
    lost += one.points;
    await one.remove();
  }
  return lost;
}
