import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Witness } from '../../src/routing/witness.ts';
import { meshdoctor } from '../support/built-program.ts';
import { type Lab, startStory } from './story.ts';
import type { Outcome } from './traffic.ts';

/** The requests that findings show, sent to the real Envoy: each must come to what its finding says. */
describe.each(['1.40.0', '1.36.2'] as const)('witnesses on Envoy %s', (envoyVersion) => {
  let lab: Lab;
  let witnesses: ReadonlyMap<string, Witness> = new Map();
  beforeAll(async () => {
    lab = await startStory('healthy', { envoyVersion });
    const [admin = ''] = lab.adminUrls;
    const flags = ['-o', 'json', '--window', '1s', '--fail-on', 'never'];
    const { code, stdout, stderr } = await meshdoctor(['diagnose', '--admin', admin, ...flags]);
    expect(code, stderr).toBe(0);
    const { findings } = JSON.parse(stdout) as { findings: { rule: string; witness: Witness | null }[] };
    witnesses = new Map(findings.flatMap(({ rule, witness }) => (witness ? [[rule, witness]] : [])));
  }, 120_000);
  afterAll(() => lab?.stop());

  async function send(rule: string): Promise<Outcome & { readonly url: string; readonly asked: string }> {
    const { url = '', method } = witnesses.get(rule) ?? {};
    const [, asked = '', path = ''] = /^http:\/\/([^/]*)(.*)$/.exec(url) ?? [];
    expect(method).toBe('GET');
    const [outcome] = await lab.send([{ path, host: asked }]);
    if (!outcome) throw new Error(`no answer for ${rule}`);
    return { ...outcome, asked, url };
  }

  it('host-rewritten: the workload sees the name of the VirtualService', async () => {
    const { body, asked } = await send('host-rewritten');
    const { host } = JSON.parse(body) as { host: string };
    expect(host).toMatch(/\.shop\.svc\.cluster\.local$/);
    expect(host).not.toBe(asked);
  });

  it('hostname-with-port: 404 with the port, 200 without', async () => {
    const { status, asked } = await send('hostname-with-port');
    const [plain] = await lab.send([{ path: '/', host: asked.replace(/:\d+$/, '') }]);
    expect([status, plain?.status]).toEqual([404, 200]);
  });

  it('prefix-rewritten: the workload is asked for the short path', async () => {
    const { body, url } = await send('prefix-rewritten');
    expect(url).toMatch(/\/[a-z]+\/x$/);
    expect(JSON.parse(body)).toMatchObject({ url: '/x' });
  });

  it('prefix-not-a-segment: the longer name reaches the same workload', async () => {
    const { status, body, url } = await send('prefix-not-a-segment');
    expect(status).toBe(200);
    const { upstream } = JSON.parse(body) as { upstream: string };
    expect(url.endsWith(`/${upstream}x`)).toBe(true);
  });
});
