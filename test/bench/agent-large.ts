import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askAdmin } from '../lab/admin.ts';
import type { Envoy } from '../lab/envoy.ts';
import { type AgentSizes, row, sizesOf, startOn } from './agent-parts.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { Row } from './table.ts';

/** How long a large Envoy keeps its probe waiting: the agent reads it for the first time, and makes a rescue copy of it. */
export async function largeRows(folder: string, smoke: boolean): Promise<readonly Row[]> {
  const sizes = sizesOf(smoke);
  const fleet = await startFleet(folder);
  try {
    const { alone, read, copied, good, copySeconds } = await large(fleet, join(folder, 'copies'), sizes);
    const slowest = `\`agent\`: the slowest \`/ready\` of an Envoy of ${sizes.clusters} clusters`;
    const came = `${good ? 'a good copy' : 'no copy'} after ${(copySeconds / 60).toFixed(1)} min`;
    return [
      row(
        `${slowest} that it reads for the first time`,
        `${read.toFixed(0)} ms (${alone.toFixed(0)} ms where nobody reads)`,
        '300 ms',
        read < 300,
      ),
      row(
        `${slowest} while a rescue copy of it is made`,
        `${copied.toFixed(0)} ms (${came})`,
        '300 ms',
        copied < 300 && good,
      ),
    ];
  } finally {
    await fleet.stop();
  }
}

/** Milliseconds of the slowest `/ready`: nobody reads, the agent does, and it makes a rescue copy; whether that is good, and its seconds. */
interface Large {
  readonly alone: number;
  readonly read: number;
  readonly copied: number;
  readonly good: boolean;
  readonly copySeconds: number;
}

/** How long an Envoy of many clusters keeps its probe waiting while the agent reads it for the first time, again, and whole. */
async function large(fleet: Fleet, copies: string, { clusters, seconds }: AgentSizes): Promise<Large> {
  const envoy = await fleet.addLarge('large', clusters);
  const flags = ['--interval', '1s', '--only-namespace', 'large'];
  const alone = await slowest(envoy, after(seconds / 5));
  const agent = await startOn(fleet, flags);
  const read = await slowest(envoy, after(seconds / 5));
  await agent.line('look', ({ read: seen }) => Number(seen) === 1);
  await agent.end();
  const begun = performance.now();
  const keeper = await startOn(fleet, [...flags, '--rescue-copies', copies]);
  const told = (event: string): boolean => keeper.lines.some((line) => line.event === event);
  const late = after(mostCopySeconds);
  const copied = await slowest(envoy, () => told('rescue-copy') || told('rescue-copy-failed') || late());
  const copySeconds = (performance.now() - begun) / 1000;
  await keeper.end();
  return { alone, read, copied, good: told('rescue-copy'), copySeconds };
}

const mostCopySeconds = 3_600;

function after(seconds: number): () => boolean {
  const until = performance.now() + seconds * 1000;
  return () => performance.now() >= until;
}

async function slowest({ adminUrl }: Envoy, isOver: () => boolean): Promise<number> {
  let most = 0;
  while (!isOver()) {
    const begun = performance.now();
    await askAdmin(adminUrl, '/ready');
    most = Math.max(most, performance.now() - begun);
    await sleep(20);
  }
  return most;
}
