import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogReader } from '../../src/collect/access-log/reader.ts';
import { emptyRequest } from '../../src/collect/request.ts';
import { makeEngine } from '../../src/engine/engine.ts';
import type { LogsDocument } from '../../src/report/logs-document.ts';
import type { LogLine } from '../../src/snapshot/access-log/line.ts';
import { isHandedOver } from '../../src/traffic/request.ts';
import { waitUntil } from './admin.ts';
import { type Lab, plantIncident, startStory } from './story.ts';

const apiHost = 'api.shop.example.com';

/** What the access log of a gateway that hands requests to itself looks like: the counting of requests rests on it. */
describe.each(['1.40.0', '1.36.2'] as const)('the access log of Envoy %s', (envoyVersion) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startStory('incident', { envoyVersion });
    await plantIncident(lab);
  });
  afterAll(() => lab?.stop());

  async function linesFor(path: string, count: number): Promise<readonly LogLine[]> {
    await lab.send([{ path, host: apiHost }]);
    const read = async (): Promise<readonly LogLine[]> => {
      const reader = new LogReader([]);
      const lines = (await readFile(lab.accessLogs[0] ?? '', 'utf8')).split('\n').map((line) => reader.read(line));
      return lines.flatMap((one) => (one.kind === 'request' && one.line.path === path ? [one.line] : []));
    };
    await waitUntil(`${count} lines of ${path}`, async () => (await read()).length >= count);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return read();
  }

  it('holds the inner line first, then the outer one; both with the path, host after its rewrite and id of the request', async () => {
    const [inner, outer, ...others] = await linesFor('/cart/4711001', 2);
    expect(others).toEqual([]);
    expect(inner).toMatchObject({ status: 200, flag: '-', authority: 'cart.shop.svc.cluster.local' });
    expect(outer).toMatchObject({ status: 200, flag: '-', authority: 'cart.shop.svc.cluster.local' });
    expect(inner?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(outer?.requestId).toBe(inner?.requestId);
    expect(inner && isHandedOver(inner)).toBe(false);
    expect(outer && isHandedOver(outer)).toBe(true);
  });

  it('holds the flag of an unreachable upstream on the inner line alone', async () => {
    const [inner, outer] = await linesFor('/payments/4711002', 2);
    expect(inner).toMatchObject({ status: 503, flag: 'UF', serviceMs: '-' });
    expect(outer).toMatchObject({ status: 503, flag: '-', serviceMs: expect.stringMatching(/^\d+$/) });
  });

  it('holds NR on the inner line where the VirtualService leads nowhere, on the only line where no GatewayRoute takes it', async () => {
    const [inner, outer] = await linesFor('/search/4711003', 2);
    expect(inner).toMatchObject({ status: 404, flag: 'NR', upstream: '-', authority: 'search.shop.svc.cluster.local' });
    expect(outer).toMatchObject({ status: 404, flag: '-' });
    const [only, ...others] = await linesFor('/reviews/4711004', 1);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ status: 404, flag: 'NR', upstream: '-', authority: apiHost });
  });

  async function logs(): Promise<LogsDocument> {
    const engine = makeEngine();
    await engine.collect({ ...emptyRequest, admin: [lab.adminUrls[0] ?? ''], files: [lab.manifests], windowMs: 100 });
    const all = {
      pods: null,
      format: null,
      since: null,
      until: null,
      statuses: [],
      path: null,
      gateway: null,
      envoyVersion: null,
    };
    return engine.logs({ ...all, files: [lab.accessLogs[0] ?? ''], by: 'route' });
  }

  it('is counted once a request, every line of it read, and each failing class explained by its cause', async () => {
    const text = await readFile(lab.accessLogs[0] ?? '', 'utf8');
    const ids = new Set([...text.matchAll(/"([0-9a-f]{8}-[0-9a-f-]{27})"/g)].map(([, id]) => id));
    const { requests, lines, parsed, unparsed, classes } = await logs();
    expect({ parsed, unparsed }).toEqual({ parsed: lines, unparsed: 0 });
    expect(requests).toBe(ids.size);
    const told = (flag: string, path: string) => classes.find((one) => one.flag === flag && one.path === path);
    expect(told('UF', '/payments/:id')).toMatchObject({
      routes: ['GatewayRoute shop/payments'],
      listener: 'lds_egress_0.0.0.0_15001',
      by: 'gateway',
      explanation: expect.stringContaining('no connection to the upstream'),
    });
    expect(told('NR', '/search/:id')).toMatchObject({
      listener: 'lds_egress_0.0.0.0_15001',
      explanation: expect.stringContaining('search.shop.svc.cluster.local has no routes'),
    });
    expect(told('NR', '/reviews/:id')).toMatchObject({
      listener: 'lds_ingress_0.0.0.0_8088',
      routes: [],
      explanation: expect.stringContaining('no route of the gateway takes the request'),
    });
    expect(told('-', '/cart/:id')).toMatchObject({ by: 'upstream', explanation: null });
  });

  it('tells rules, with the lines of Envoy itself, what fails and why', async () => {
    await lab.send(Array.from({ length: 60 }, (_, at) => ({ path: `/reviews/${at}`, host: apiHost })));
    await lab.send(Array.from({ length: 40 }, (_, at) => ({ path: `/payments/${at}`, host: apiHost })));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const paths = [lab.accessLogs[0] ?? '', lab.envoyLogs[0] ?? ''];
    const engine = makeEngine();
    const logs = { paths, format: null, since: null, until: null, pods: null };
    const sources = { admin: [lab.adminUrls[0] ?? ''], files: [lab.manifests] };
    await engine.collect({ ...emptyRequest, ...sources, windowMs: 100, logs });
    const { findings, checks } = await engine.diagnose({ rules: [], skip: [] });
    expect(checks.filter(({ failed }) => failed !== null)).toEqual([]);
    const under = (rule: string) =>
      findings
        .filter(({ symptomOf }) => findings.find(({ id }) => id === symptomOf)?.rule === rule)
        .map((one) => one.rule);
    expect(under('node-port-mismatch')).toContain('requests-failing');
    expect(under('target-service-missing')).toContain('requests-without-route');
    const told = findings.flatMap(({ evidence }) => evidence.map(({ source }) => source));
    expect(told).toEqual(expect.arrayContaining(['access-log', 'envoy-log']));
  });

  it("has lines of Envoy's own beside it that tell of the control plane", async () => {
    const reader = new LogReader([]);
    const lines = (await readFile(lab.envoyLogs[0] ?? '', 'utf8')).split('\n').map((line) => reader.read(line));
    const kinds = lines.flatMap((one) => (one.kind === 'process' ? [one.line.kind] : []));
    expect(kinds).toEqual(expect.arrayContaining(['stream-closed', 'config-rejected']));
    expect(lines.filter(({ kind }) => kind === 'request' || kind === 'unparsed')).toEqual([]);
  });
});
