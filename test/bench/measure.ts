import { spawn } from 'node:child_process';

/** One run of a process: wall time and CPU time of all its threads in ms, and peak resident memory in MiB. */
export interface Run {
  readonly ms: number;
  readonly cpuMs: number;
  readonly mib: number;
}

/** Prints the process's own peak memory (`ru_maxrss`, KiB on Linux) and CPU time (microseconds) on fd 3 when it ends. */
const probe =
  "import{writeSync}from'node:fs';process.on('exit',()=>{const{maxRSS,userCPUTime,systemCPUTime}=process.resourceUsage();" +
  "try{writeSync(3,[maxRSS,userCPUTime+systemCPUTime].join(' '))}catch{}})";

/** Runs `node` with these arguments once. Throws where it is killed or ends with a code not expected. */
export async function runNode(args: readonly string[], expected: readonly number[] = [0]): Promise<Run> {
  const all = [`--import=data:text/javascript,${encodeURIComponent(probe)}`, ...args];
  const { ms, said } = await run(process.execPath, all, expected);
  const [peak, cpu] = said.split(' ');
  return { ms, cpuMs: Number(cpu) / 1000, mib: Number(peak) / 1024 };
}

/** Runs another program once; its memory is not measured. The shell tells its CPU time: `times` of POSIX, children second. */
export async function runPeer(command: string, args: readonly string[]): Promise<Run> {
  const script = '"$@" >/dev/null; code=$?; times >&3; exit $code';
  const { ms, said } = await run('sh', ['-c', script, 'sh', command, ...args], [0]);
  const times = [...(said.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  const cpuMs = times.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1_000,
    0,
  );
  return { ms, cpuMs, mib: Number.NaN };
}

/** `said`: what it wrote on fd 3. */
function run(
  command: string,
  args: readonly string[],
  expected: readonly number[],
): Promise<{ readonly ms: number; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    let trouble = '';
    let said = '';
    child.stdio[2]?.on('data', (chunk) => {
      trouble += chunk;
    });
    child.stdio[3]?.on('data', (chunk) => {
      said += chunk;
    });
    child.on('close', (code, signal) => {
      if (code !== null && expected.includes(code)) resolve({ ms: performance.now() - begun, said });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}: ${trouble}`));
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
  return {
    ms: median(runs.map(({ ms }) => ms)),
    cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
    mib: Math.max(...runs.map(({ mib }) => mib)),
  };
}

/** The middle one of several values. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
