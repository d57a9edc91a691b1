import { appendFile, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One container of a pod. */
export interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** A file that a container's process writes its output to. */
export interface OutputFile {
  readonly path: string;
  readonly stream: 'stdout' | 'stderr';
}

/** A line with the time its runtime stamped on it. */
export interface LogLine {
  readonly time: Date;
  readonly text: string;
  readonly stream?: 'stdout' | 'stderr';
}

const POLL_MS = 100;
/** containerd cuts lines here, and marks each part but the last with P. */
const LONGEST = 16_384;
/** Envoy writes it first in a line of either log: `[2026-11-27T00:31:21.123Z]`, `[2026-11-27 00:31:21.123][…`. */
const writtenTime = /^\[(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d\.\d{3})Z?\]/;

/** Says to the kubelet where ports of a pod really are: `127.0.0.1:20017` behind 9901. Asked at each connection. */
export async function writePorts(
  podsFolder: string,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  ports: Readonly<Record<number, string>>,
): Promise<void> {
  const path = join(podsFolder, namespace, pod, 'ports.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(ports));
  await rename(`${path}.new`, path);
}

/** Appends lines to a container's log (or to that of its previous run), as a container runtime writes them. */
export async function writeLog(
  podsFolder: string,
  name: ContainerName,
  lines: readonly LogLine[],
  previous = false,
): Promise<void> {
  const path = join(podsFolder, name.namespace, name.pod, `${name.container}${previous ? '.previous' : ''}.log`);
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, lines.map(criLine).join(''));
}

/** Kubernetes' format of container logs: time, stream, tag, text. */
function criLine({ time, text, stream = 'stdout' }: LogLine): string {
  const stamp = time.toISOString().replace('Z', '000000Z');
  let parts = '';
  let rest = text;
  for (; rest.length > LONGEST; rest = rest.slice(LONGEST)) {
    parts += `${stamp} ${stream} P ${rest.slice(0, LONGEST)}\n`;
  }
  return `${parts}${stamp} ${stream} F ${rest}\n`;
}

/**
 * Does what a container runtime does: whatever a process writes goes into its container's log, stamped with the time it
 * came. What was written before is stamped with the time that stands in it, or in the line above. Runs until stopped.
 */
export async function followOutput(
  podsFolder: string,
  name: ContainerName,
  files: readonly OutputFile[],
): Promise<{ readonly stop: () => Promise<void> }> {
  const readers = files.map((file) => lineReader(file));
  const copy = async (stampOf: StampOf): Promise<void> => {
    const lines = (await Promise.all(readers.map((read) => read(stampOf)))).flat();
    lines.sort((one, other) => one.time.getTime() - other.time.getTime());
    if (lines.length > 0) await writeLog(podsFolder, name, lines);
  };
  await writeLog(podsFolder, name, []);
  await copy((text, above) => timeIn(text) ?? above ?? new Date());
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      await copy(() => new Date());
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

function timeIn(text: string): Date | undefined {
  const [, day, time] = writtenTime.exec(text) ?? [];
  return day === undefined ? undefined : new Date(`${day}T${time}Z`);
}

/** The time of a line, given that of the line above. */
type StampOf = (text: string, above: Date | undefined) => Date;

function lineReader({ path, stream }: OutputFile): (stampOf: StampOf) => Promise<readonly LogLine[]> {
  let at = 0;
  let above: Date | undefined;
  return async (stampOf) => {
    const file = await open(path).catch(() => undefined);
    if (file === undefined) return [];
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - at));
      await file.read(bytes, 0, bytes.length, at);
      const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
      at += whole.length;
      const lines = whole.toString('utf8').split('\n').slice(0, -1);
      return lines.map((text) => {
        above = stampOf(text, above);
        return { time: above, text, stream };
      });
    } finally {
      await file.close();
    }
  };
}
