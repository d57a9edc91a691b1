import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloudWatchBinary, motoBinary } from '../install/install.ts';
import { freePorts } from '../ports.ts';

/** A running emulator of a service of AWS. */
export interface AwsServer {
  /** The variables by which the SDK finds it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** Runs the emulator with a clock that is ahead by the seconds in a file. */
const withClock = `
import runpy, sys, time
now, path = time.time, sys.argv.pop()
def ahead():
    with open(path) as file:
        return now() + float(file.read() or 0)
time.time = ahead
runpy.run_module('ministack', run_name='__main__')
`;

/** Starts the emulator on a free port of the loopback and waits until it answers. `clock`: a file with the seconds its clock is ahead by. */
export async function startCloudWatch(clock: string | null = null): Promise<AwsServer> {
  const python = await cloudWatchBinary();
  return start(clock === null ? ['-m', 'ministack'] : ['-c', withClock, clock], python, (port) => ({
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    SERVICES: 'cloudwatch',
  }));
}

/** Starts an S3, and an X-Ray that stores segments and gives them back; it applies no filter. */
export async function startMoto(): Promise<AwsServer> {
  const server = await motoBinary();
  const [port = 0] = await freePorts(1);
  return start(['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], server, () => ({}), port);
}

async function start(
  args: readonly string[],
  command: string,
  environment: (port: number) => Readonly<Record<string, string>>,
  chosen?: number,
): Promise<AwsServer> {
  const [port = 0] = chosen === undefined ? await freePorts(1) : [chosen];
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-aws-'));
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...environment(port), HOME: folder },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(url, child);
  } catch (error) {
    await end(child, folder);
    throw error;
  }
  return {
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      // Else the SDK writes a warning about Node 20 to stderr.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    stop: () => end(child, folder),
  };
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  await rm(folder, { recursive: true, force: true });
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the emulator ended with code ${child.exitCode}`);
    const there = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      () => true,
      () => false,
    );
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the emulator does not answer on ${url}`);
}
