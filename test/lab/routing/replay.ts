import { readFileSync } from 'node:fs';
import { decide } from '../../../src/routing/match/decide.ts';
import { type EnvoyVersion, envoyBinary } from '../install/install.ts';
import { type Answer, judged, toRouting } from './answers.ts';
import { runtime } from './made-hosts.ts';
import { listenerCount, makeBatch } from './made-listeners.ts';
import { freePorts } from '../ports.ts';
import { startOracle } from './oracle.ts';

/** What a real Envoy answered to one batch. */
export interface Recording {
  readonly version: EnvoyVersion;
  readonly ports: readonly number[];
  readonly answers: readonly (readonly Answer[])[];
}

const seed = 1;
const size = { hosts: 50, requests: 42 };

/** Asks a real Envoy one batch. */
export async function record(version: EnvoyVersion): Promise<Recording> {
  const ports = await freePorts(listenerCount);
  const cases = makeBatch(seed, version, ports, size);
  const oracle = await startOracle(
    await envoyBinary(version),
    cases.map(({ listener }) => listener),
    runtime,
  );
  try {
    const answers: (readonly Answer[])[] = [];
    for (const { port, requests } of cases) answers.push(await oracle.ask(port, requests));
    return { version, ports, answers };
  } finally {
    await oracle.stop();
  }
}

/** Whether our decisions still are what was recorded, hardly any left open. */
function holds({ version, ports, answers }: Recording): boolean {
  let open = 0;
  let decisions = 0;
  for (const [at, { port, table, requests }] of makeBatch(seed, version, ports, size).entries()) {
    for (const [index, request] of requests.entries()) {
      const real = answers[at]?.[index];
      if (!real) throw new Error('the recording is of another batch');
      const verdict = judged(decide(table, toRouting(request, port)), request, real);
      if (verdict === 'wrong') return false;
      decisions += 1;
      if (verdict === 'open') open += 1;
    }
  }
  return open / decisions < 0.005;
}

/** How `tsx replay.ts FILE` ends where the decisions of this copy of the sources are not those recorded. */
export const differs = 3;
const [, program, file] = process.argv;
if (program?.endsWith('replay.ts') && file !== undefined) {
  const recordings: readonly Recording[] = JSON.parse(readFileSync(file, 'utf8'));
  process.exitCode = recordings.every(holds) ? 0 : differs;
}
