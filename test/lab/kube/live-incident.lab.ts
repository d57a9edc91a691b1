import { readFile, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../../src/cli/exit-code.ts';
import type { LogsDocument } from '../../../src/report/logs-document.ts';
import { emptyRequest } from '../../../src/collect/request.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import { meshdoctor } from '../../support/built-program.ts';
import { readStat } from '../admin.ts';
import type { ShopCluster } from './shop-cluster.ts';
import { addUser } from './users.ts';
import {
  BUILD_MS,
  cluster,
  diagnose,
  expectTheSameAsFiles,
  folder,
  lab,
  live,
  readRules,
  start,
  stop,
} from './live-story.ts';

/** A line of the gateway's log, of another request and just now. */
async function elsewhere(): Promise<string> {
  const [line = ''] = (await readFile(lab.accessLogs[0] ?? '', 'utf8')).split('\n');
  return `${line.replace(/^\[[^\]]*\] "GET \S+/, `[${new Date().toISOString()}] "GET /elsewhere/1`)}\n`;
}

describe('the incident', () => {
  beforeAll(() => start('incident'), BUILD_MS);
  afterAll(stop);

  /** All that the pods have ever logged: the story happens before `now` of its cluster. */
  const everything = { paths: [], format: null, since: null, until: null, pods: { since: 0, limitBytes: 64 << 20 } };

  it('follows the logs of the gateway pods: what fails now, and what failed before', async () => {
    const engine = makeEngine();
    await engine.collect({ ...emptyRequest, ...live() });
    await engine.follow(everything);
    await lab.send(Array.from({ length: 20 }, (_, at) => ({ path: `/payments/${at}`, host: 'api.shop.example.com' })));
    const failing = async () => (await engine.traffic()).classes.filter(({ failing: fails }) => fails);
    await expect
      .poll(failing, { timeout: 20_000 })
      .toContainEqual(expect.objectContaining({ gateway: 'shop/edge', status: 503, path: '/payments/:id' }));
    await lab.send(Array.from({ length: 20 }, (_, at) => ({ path: `/cart/${at}`, host: 'api.shop.example.com' })));
    // Each line once, of the time before too: as many requests as the Envoys counted.
    const totals = await Promise.all(lab.adminUrls.map((url) => readStat(url, 'http.ingress.downstream_rq_total')));
    const counted = async () => (await engine.traffic()).gateways.reduce((sum, { requests }) => sum + requests, 0);
    await expect.poll(counted, { timeout: 40_000 }).toBe(totals.reduce<number>((sum, one) => sum + (one ?? 0), 0));
    const { logs, gaps } = await engine.traffic();
    expect(gaps).toEqual([]);
    expect(logs.map(({ state, detail }) => [state, detail])).toEqual(logs.map(() => ['reading', '']));
  });

  it('reads the logs of the gateway pods, and tells what fails by what they run', async () => {
    await lab.send(Array.from({ length: 30 }, (_, at) => ({ path: `/payments/${at}`, host: 'api.shop.example.com' })));
    await lab.send(Array.from({ length: 60 }, (_, at) => ({ path: `/reviews/${at}`, host: 'api.shop.example.com' })));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { report, summary } = await diagnose({ ...live(), logs: everything });
    expect(summary.sources.filter(({ trouble }) => trouble !== null)).toEqual([]);
    const names = summary.sources.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(cluster.gatewayPods.map((pod) => `log of pod shop/${pod}`)));
    const [traffic, ...others] = report.traffic;
    expect(others).toEqual([]);
    expect(traffic?.requests).toBeGreaterThan(80);
    const told = (path: string) => traffic?.classes.find((one) => one.path === path);
    expect(told('/payments/:id')).toMatchObject({
      status: 503,
      flag: 'UF',
      routes: ['GatewayRoute shop/payments'],
      cause: expect.stringContaining('no connection to the upstream'),
    });
    expect(told('/reviews/:id')).toMatchObject({ status: 404, flag: 'NR', by: 'gateway' });
    const root = report.findings.find(({ rule }) => rule === 'node-port-mismatch');
    const under = report.findings.filter(({ id }) => root?.symptoms.includes(id)).map(({ rule }) => rule);
    expect(under).toContain('requests-failing');
    expect(report.checks.filter(({ failed }) => failed !== null)).toEqual([]);
  });

  it('asks for logs only where rights names pods/log, and says what is lost without it', async () => {
    const rules = readRules();
    const user = await addUser(cluster, { name: 'reader', rules, namespace: 'shop' });
    const seen = await diagnose({ ...live({ kubeconfig: user.kubeconfig }), logs: everything });
    expect(seen.report.gaps).toEqual([]);
    const asked = (await cluster.audit()).filter((entry) => entry.user === user.name);
    expect(asked.map(({ verb, resource }) => `${verb} ${resource}`)).toContain('get pods/log');
    const blind = await addUser(cluster, {
      name: 'no-logs',
      rules: rules.filter(({ resources }) => !resources.includes('pods/log')),
      namespace: 'shop',
    });
    const { report, summary } = await diagnose({ ...live({ kubeconfig: blind.kubeconfig }), logs: everything });
    expect(report.gaps.map(({ reason }) => reason).join()).toContain('not allowed: get pods/log in namespace shop');
    expect(summary.sources.filter(({ trouble }) => trouble !== null)).toEqual([]);
    expect(report.checks.find(({ rule }) => rule === 'requests-without-route')).toMatchObject({
      found: 0,
      clear: 0,
    });
    user.client.close();
    blind.client.close();
  });

  it('logs vgw/NAME --live prints them, with the time asked and covered', async () => {
    const flags = ['--live', '--kubeconfig', cluster.kubeconfig, '-n', 'shop', '--window', '1s', '--since', '24h'];
    const { stdout, code } = await meshdoctor(['logs', 'vgw/edge', ...flags, '--path', '/payments/:id', '-o', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      classes: [{ path: '/payments/:id', routes: ['GatewayRoute shop/payments'], flag: 'UF' }],
      window: { asked: { to: null }, covered: { from: expect.any(String) } },
    });
  });

  it('collect keeps them, redacted, and the bundle tells the same of them', async () => {
    const bundle = join(folder, 'with-logs.tar.gz');
    const flags = ['--live', '--kubeconfig', cluster.kubeconfig, '-n', 'shop', '--window', '1s'];
    const file = join(folder, 'elsewhere.log');
    await writeFile(file, await elsewhere());
    const asked = [...flags, '--since', '24h', '--access-log', file, '--output-file', bundle];
    const { code, stderr } = await meshdoctor(['collect', ...asked]);
    expect(code, stderr).toBe(0);
    const kept = await meshdoctor(['logs', '--bundle', bundle, '--path', '/payments/:id', '-o', 'json']);
    const live = await meshdoctor([
      'logs',
      'vgw/edge',
      ...flags,
      '--since',
      '24h',
      '--path',
      '/payments/:id',
      '-o',
      'json',
    ]);
    const counted = ({ stdout }: { readonly stdout: string }) =>
      (JSON.parse(stdout) as LogsDocument).classes.map(({ path, routes, flag, count }) => ({
        path,
        routes,
        flag,
        count,
      }));
    expect(counted(kept)).toEqual(counted(live));
    expect(counted(kept)).toMatchObject([
      { path: '/payments/:id', routes: ['GatewayRoute shop/payments'], flag: 'UF' },
    ]);
    const names = (JSON.parse(kept.stdout) as LogsDocument).sources.map(({ name }) => name);
    const written = [file, ...cluster.gatewayPods.map((pod) => `log of pod shop/${pod}`)];
    expect(written).toEqual(expect.arrayContaining(names));
    expect(names).toContain(file);
    expect(names.length).toBeGreaterThan(1);
    const without = join(folder, 'without-logs.tar.gz');
    await meshdoctor(['collect', ...flags, '--no-logs', '--output-file', without]);
    const none = await meshdoctor(['logs', '--bundle', without, '-o', 'json']);
    expect(JSON.parse(none.stdout)).toMatchObject({ requests: 0, sources: [] });
  });

  it('gives live what admin endpoints and manifests give', async () => {
    const report = await expectTheSameAsFiles();
    const hurting = report.findings.filter(({ effect }) => effect === 'traffic').map(({ rule }) => rule);
    expect(hurting).toEqual(['node-port-mismatch', 'target-service-no-provider']);
  });

  it.each([20_000, 60_000, 150_000])('survives a way to the server that breaks after %i bytes', async (bytes) => {
    const broken = await breakingAfter(cluster, bytes);
    const { report, summary } = await diagnose({ ...live({ kubeconfig: broken.kubeconfig }), requestTimeoutMs: 2000 });
    await broken.stop();
    expect(summary.sources.some(({ trouble }) => trouble !== null)).toBe(true);
    expect(exitCode(report, 'never', false, false)).toBe(3);
    expect(report.gaps.length).toBeGreaterThan(1);
    expect(report.checks.filter(({ failed }) => failed !== null)).toEqual([]);
  });
});

/** The same cluster behind a way that breaks for good once so many bytes came through. */
async function breakingAfter({ server, kubeconfig }: ShopCluster, bytes: number) {
  const sockets = new Set<Socket>();
  let left = bytes;
  const proxy = createServer((near) => {
    const far = createConnection(Number(new URL(server).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => (socket === near ? far : near).destroy());
    }
    if (left <= 0) near.destroy();
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      near.write(chunk);
      if (left > 0) return;
      for (const socket of sockets) socket.destroy();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const path = join(folder, `kubeconfig-${bytes}`);
  await writeFile(path, (await readFile(kubeconfig, 'utf8')).replaceAll(server, `https://127.0.0.1:${port}`));
  return { kubeconfig: path, stop: () => new Promise((resolve) => proxy.close(resolve)) };
}
