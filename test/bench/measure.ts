import { spawn } from 'node:child_process';

/** One run of a process: wall time in ms and peak resident memory in MiB. */
export interface Run {
  readonly ms: number;
  readonly mib: number;
}

/** Prints the process's own peak memory on fd 3 when it ends (`ru_maxrss`, KiB on Linux). */
const peakMemory =
  "import{writeSync}from'node:fs';process.on('exit',()=>{try{writeSync(3,String(process.resourceUsage().maxRSS))}catch{}})";

/** Runs `node` with these arguments once. Throws where it is killed or ends with a code not expected. */
export function runNode(args: readonly string[], expected: readonly number[] = [0]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const probe = `--import=data:text/javascript,${encodeURIComponent(peakMemory)}`;
    const child = spawn(process.execPath, [probe, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    let said = '';
    let peak = '';
    child.stdio[2]?.on('data', (chunk) => {
      said += chunk;
    });
    child.stdio[3]?.on('data', (chunk) => {
      peak += chunk;
    });
    child.on('close', (code, signal) => {
      if (code === null || !expected.includes(code)) {
        reject(new Error(`node ${args.join(' ')} ended with ${code ?? signal}: ${said}`));
        return;
      }
      resolve({ ms: performance.now() - begun, mib: Number(peak) / 1024 });
    });
  });
}

/** Runs two commands in turn, so that both feel the same machine, and gives the median time and largest memory of each. */
export async function compare(
  rounds: number,
  ours: () => Promise<Run>,
  theirs: () => Promise<Run>,
): Promise<readonly [Run, Run]> {
  const mine: Run[] = [];
  const other: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    other.push(await theirs());
    mine.push(await ours());
  }
  return [summary(mine), summary(other)];
}

function summary(runs: readonly Run[]): Run {
  return { ms: median(runs.map(({ ms }) => ms)), mib: Math.max(...runs.map(({ mib }) => mib)) };
}

/** The middle one of several values. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
