import { readFileSync } from 'node:fs';
import { type AgentProcess, startAgent } from '../lab/agent/agent-process.ts';
import { type Fleet, node } from './fleet.ts';
import type { Row } from './table.ts';

/** How much is measured. */
export interface AgentSizes {
  readonly gateways: number;
  readonly routes: number;
  readonly clusters: number;
  readonly seconds: number;
  readonly intervalSeconds: number;
  readonly looks: number;
}

const whole: AgentSizes = {
  ...{ gateways: 10, routes: 1_000, clusters: 10_000 },
  ...{ seconds: 300, intervalSeconds: 60, looks: 1_440 },
};
const small: AgentSizes = { gateways: 2, routes: 20, clusters: 100, seconds: 5, intervalSeconds: 2, looks: 12 };

/** Those of a whole run, or of one that only proves that it works. */
export function sizesOf(smoke: boolean): AgentSizes {
  return smoke ? small : whole;
}

/** An agent of all of a fleet's gateways. */
export function startOn({ cluster }: Fleet, more: readonly string[]): Promise<AgentProcess> {
  const flags = ['--kubeconfig', cluster.kubeconfig, '--node', node, '--name', 'bench', '--max-pods', '20'];
  return startAgent([...flags, '--via', 'direct', '--no-events', ...more]);
}

/** One line of the results. */
export function row(what: string, measured: string, limit: string, holds: boolean): Row {
  return { what, measured, limit, holds };
}

/** What a process has in memory now. */
export function residentMib(pid: number): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return (Number(pages) * 4096) / 2 ** 20;
}
