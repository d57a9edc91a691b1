import { setTimeout as sleep } from 'node:timers/promises';
import { residentMib, row, sizesOf, startOn } from './agent-parts.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { Row } from './table.ts';

/** A day's looks. V8 has its code and its heap after some 900 of them: halves are compared. */
export async function dayRows(folder: string, smoke: boolean): Promise<readonly Row[]> {
  const fleet = await startFleet(folder);
  try {
    const { before, after: later, looks } = await aDay(fleet, sizesOf(smoke).looks);
    return [
      row(
        `\`agent\`, as many looks as in a day (${looks}), routes come and go: memory in the first half and after`,
        `at most ${before.toFixed(0)} MiB, then ${later.toFixed(0)} MiB`,
        'a twentieth more',
        later <= before * 1.05,
      ),
    ];
  } finally {
    await fleet.stop();
  }
}

/** As many looks as an agent makes in a day, one after the other, while routes come and go. */
async function aDay(
  fleet: Fleet,
  looks: number,
): Promise<{ readonly before: number; readonly after: number; readonly looks: number }> {
  await fleet.add('day', 100);
  const agent = await startOn(fleet, ['--interval', '300ms']);
  const made = (): number => agent.lines.filter(({ event }) => event === 'look').length;
  const samples: number[] = [];
  const path = '/apis/appmesh.k8s.aws/v1beta2/namespaces/day/gatewayroutes';
  const { spec } = await fleet.cluster.client.must(`${path}/route-1`);
  for (let turn = 0; made() < looks; turn += 1) {
    const metadata = { name: `again-${turn}`, namespace: 'day' };
    const body = { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'GatewayRoute', metadata, spec };
    await fleet.cluster.client.must(path, { method: 'POST', body });
    await sleep(2_000);
    await fleet.cluster.client.must(`${path}/again-${turn}`, { method: 'DELETE' });
    samples.push(residentMib(agent.child.pid ?? 0));
  }
  await agent.end();
  const half = Math.ceil(samples.length / 2);
  return { before: Math.max(...samples.slice(0, half)), after: Math.max(...samples.slice(half)), looks: made() };
}
