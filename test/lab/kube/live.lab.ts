import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../../src/cli/examples.ts';
import { exitCode } from '../../../src/cli/exit-code.ts';
import { listedKinds, listPath } from '../../../src/collect/kubernetes/kinds.ts';
import { checkRights } from '../../../src/collect/kubernetes/check-rights.ts';
import { openCluster } from '../../../src/collect/kubernetes/cluster.ts';
import { awsRights, rightsOf } from '../../../src/collect/kubernetes/rights.ts';
import { currentContext, type LiveRequest } from '../../../src/collect/kubernetes/request.ts';
import type { LogsDocument } from '../../../src/report/logs-document.ts';
import { type CollectRequest, emptyRequest } from '../../../src/collect/request.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import { asList, asObject, asTexts } from '../../../src/lib/json.ts';
import { rightsYaml } from '../../../src/report/rights.ts';
import type { ReportDocument, ReportFinding } from '../../../src/report/document.ts';
import { shellWords } from '../../../src/cli/request/shell-words.ts';
import { meshdoctor } from '../../support/built-program.ts';
import { readStat } from '../admin.ts';
import { type Lab, plantIncident, type StoryName, startStory } from '../story.ts';
import { startApiServer } from './api-server.ts';
import { type ShopCluster, startShopCluster } from './shop-cluster.ts';
import { addUser, type PolicyRule } from './users.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;
const now = '2026-11-27T00:00:00Z';

let lab: Lab;
let cluster: ShopCluster;
let folder = '';

async function start(story: StoryName): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-live-'));
  lab = await startStory(story, { envoyVersion: '1.40.0', replicas: 2 });
  if (story === 'incident') await plantIncident(lab);
  cluster = await startShopCluster(lab);
}

async function stop(): Promise<void> {
  await cluster?.stop();
  await lab?.stop();
  if (folder !== '') await rm(folder, { recursive: true });
}

async function diagnose(request: Partial<CollectRequest>) {
  const engine = makeEngine();
  const summary = await engine.collect({ ...emptyRequest, windowMs: 1000, now, ...request });
  return { engine, summary, report: await engine.diagnose({ rules: [], skip: [] }) };
}

const live = (more: Partial<LiveRequest> = {}): { readonly live: LiveRequest } => ({
  live: { ...currentContext, kubeconfig: cluster.kubeconfig, namespace: 'shop', ...more },
});

/** A line of the gateway's log, of another request and just now. */
async function elsewhere(): Promise<string> {
  const [line = ''] = (await readFile(lab.accessLogs[0] ?? '', 'utf8')).split('\n');
  return `${line.replace(/^\[[^\]]*\] "GET \S+/, `[${new Date().toISOString()}] "GET /elsewhere/1`)}\n`;
}

/** What an operator would have saved with kubectl: every kind, whole. */
async function exported(): Promise<string> {
  const items: unknown[] = [];
  for (const kind of listedKinds) {
    const { status, body } = await cluster.client.call(listPath(kind, kind.versions[0] ?? 'v1', null));
    if (status !== 200) continue;
    const { apiVersion } = asObject(body);
    items.push(...asList(asObject(body).items).map((item) => ({ ...asObject(item), apiVersion, kind: kind.kind })));
  }
  const path = join(folder, 'everything.json');
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return path;
}

const told = ({ findings }: ReportDocument) => findings.map(essence).sort();
const essence = ({ id, rule, severity, effect, objects }: ReportFinding) =>
  JSON.stringify([id, rule, severity, effect, objects.map(({ kind, namespace, name }) => [kind, namespace, name])]);

async function expectTheSameAsFiles(): Promise<ReportDocument> {
  const direct = await diagnose({ admin: [...lab.adminUrls], files: [await exported()], closed: true });
  const { report } = await diagnose(live({ allNamespaces: true }));
  expect(told(report)).toEqual(told(direct.report));
  expect(report.gaps).toEqual([]);
  return report;
}

describe('the healthy story', () => {
  beforeAll(() => start('healthy'), BUILD_MS);
  afterAll(stop);

  it('gives live what admin endpoints and manifests give', async () => {
    const report = await expectTheSameAsFiles();
    expect(report.gateways).toMatchObject([{ cluster: expect.any(String), envoys: 2, live: 2 }]);
    expect(report.findings.filter(({ severity, effect }) => severity === 'error' && effect === 'traffic')).toEqual([]);
  });

  it('asks only what rights names, and never for a Secret', async () => {
    const user = await addUser(cluster, { name: 'whole', rules: readRules(), namespace: 'shop' });
    const { report } = await diagnose(live({ kubeconfig: user.kubeconfig }));
    expect(report.gaps).toEqual([]);
    const asked = (await cluster.audit()).filter((entry) => entry.user === user.name);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter(({ status }) => status >= 400)).toEqual([]);
    // Beside them only what every user may ask: which API groups there are.
    const named = rightsOf('diagnose').flatMap(({ verbs, resource }) => verbs.map((verb) => `${verb} ${resource}`));
    const allowed = new Set([...named, 'get ']);
    expect(asked.map(({ verb, resource }) => `${verb} ${resource}`).filter((one) => !allowed.has(one))).toEqual([]);
    user.client.close();
  });

  it('a bundle of it gives the same', async () => {
    const { engine, report } = await diagnose({ ...live(), keep: true });
    const path = join(folder, 'live.tar.gz');
    await writeFile(path, await engine.bundle());
    const replayed = await diagnose({ bundles: [path] });
    expect(replayed.report.findings).toEqual(report.findings);
  });

  it('names the verbs that a user lacks', async () => {
    const rules = readRules().filter(({ resources }) => !['nodes', 'gatewayroutes'].includes(resources[0] ?? ''));
    const user = await addUser(cluster, { name: 'lesser', rules: rules.filter(isNoForward), namespace: 'shop' });
    const { report } = await diagnose(live({ kubeconfig: user.kubeconfig }));
    const reasons = report.gaps.map(({ reason }) => reason);
    expect(reasons).toContain('not allowed: list nodes at cluster scope');
    expect(reasons).toContain('not allowed: list gatewayroutes.appmesh.k8s.aws in namespace shop');
    expect(reasons).toContain('not allowed: create pods/portforward in namespace shop');
    const refused = report.gaps.filter(({ reason }) => reason.startsWith('not allowed'));
    expect(refused.filter(({ remedy }) => !remedy?.includes('meshdoctor rights'))).toEqual([]);
    expect(report.sources.some(({ trouble }) => trouble === 'not-seen')).toBe(true);
    expect(await deniedTo(user.kubeconfig)).toEqual([
      'list gatewayroutes',
      'list nodes',
      'get pods/portforward',
      'create pods/portforward',
    ]);
    user.client.close();
  });

  it('a user of one namespace sees it whole, and knows nothing beyond', async () => {
    const user = await addUser(cluster, { name: 'inside', rules: readRules(), namespace: 'shop', within: 'shop' });
    const { report } = await diagnose(live({ kubeconfig: user.kubeconfig }));
    expect(report.gateways).toMatchObject([{ envoys: 2, live: 2 }]);
    expect(report.gaps.map(({ missing }) => missing)).toContain('Service objects outside namespace shop');
    expect(report.findings.filter(({ severity, effect }) => severity === 'error' && effect === 'traffic')).toEqual([]);
    user.client.close();
  });

  it('tells each Envoy by its pod, reads at most --max-pods, and says what it left', async () => {
    const { report } = await diagnose(live({ maxPods: 1 }));
    expect(report.gateways).toMatchObject([{ envoys: 1 }]);
    expect(report.gaps.map(({ missing }) => missing)).toEqual([
      'the Envoys of 1 more pods of VirtualGateway shop/edge',
    ]);
    const [pod] = cluster.gatewayPods;
    expect(report.sources.map(({ name }) => name)).toContain(`pod shop/${[...cluster.gatewayPods].sort()[0] ?? pod}`);
  });
});

describe('the healthy story, looked at otherwise', () => {
  beforeAll(() => start('healthy'), BUILD_MS);
  afterAll(stop);

  it('status knows every cell that a cluster can tell', async () => {
    const engine = makeEngine();
    lab.traffic(40);
    await engine.collect({ ...emptyRequest, ...live(), windowMs: 2000, now });
    const { gateways } = await engine.status();
    expect(gateways).toMatchObject([
      {
        ref: { name: 'edge' },
        pods: { known: true, value: { serving: 2, wanted: 2 } },
        routes: { known: true, value: { differ: false } },
        serverErrors: { known: true, value: 0 },
        withoutRoute: { known: true },
        certificateDays: { known: true, value: null },
        controlPlane: { known: true, value: { state: 'connected', since: null } },
      },
    ]);
    const rate = gateways[0]?.requestsPerSecond;
    expect(rate?.known && rate.value).toBeGreaterThan(5);
  });

  it('the built program does the same: bundled client, worker, exit code', async () => {
    const flags = ['--live', '--kubeconfig', cluster.kubeconfig, '--window', '1s'];
    const diagnosed = await meshdoctor(['diagnose', 'vgw/edge', '-n', 'shop', ...flags, '-o', 'json']);
    expect(diagnosed.stderr).toBe('');
    const report: unknown = JSON.parse(diagnosed.stdout);
    expect(report).toMatchObject({ gateways: [{ cluster: 'lab', envoys: 2, live: 2 }], gaps: [] });
    const table = await meshdoctor(['status', '--gateway', 'shop/edge', ...flags]);
    expect(table.stdout).toMatch(/^lab +shop\/edge +2\/2 /m);
    expect(table.code).toBe(0);
    expect((await meshdoctor(['rights', '--check', '--kubeconfig', cluster.kubeconfig])).code).toBe(0);
  });

  it('the examples of --help that look at a cluster or an Envoy do what they say', async () => {
    const asking = Object.values(examples)
      .flat()
      .filter(({ command }) => / (--admin|--live|--check|-A|-n) ?/.test(command));
    await cp(lab.manifests, join(folder, 'manifests'), { recursive: true });
    for (const { command } of asking) {
      const [, verb = '', ...given] =
        shellWords(command.replace('http://127.0.0.1:9901', lab.adminUrls[0] ?? '')) ?? [];
      if (verb === 'watch') continue;
      const ran = await meshdoctor([verb, ...given], { cwd: folder, env: { CI: '', KUBECONFIG: cluster.kubeconfig } });
      expect([0, 1], `${command}: ${ran.stderr}`).toContain(ran.code);
      expect(`${ran.stdout}${ran.stderr}`).not.toBe('');
    }
    expect(asking.length).toBeGreaterThan(7);
  });

  it('two contexts are two clusters', async () => {
    const path = join(folder, 'two-contexts');
    const config = asObject(parse(await readFile(cluster.kubeconfig, 'utf8')));
    const [context] = asList(config.contexts).map(asObject);
    const contexts = ['prod', 'stage'].map((name) => ({ ...context, name }));
    await writeFile(path, JSON.stringify({ ...config, contexts, 'current-context': 'prod' }));
    const { report } = await diagnose(live({ kubeconfig: path, contexts: ['prod', 'stage'] }));
    expect(report.gateways).toMatchObject([
      { cluster: 'prod', envoys: 2 },
      { cluster: 'stage', envoys: 2 },
    ]);
  });

  it('addresses that lead nowhere from here are told, not waited for', async () => {
    const { report, summary } = await diagnose({ ...live({ via: 'direct' }), requestTimeoutMs: 400 });
    expect(report.gateways).toMatchObject([{ envoys: 0 }]);
    expect(summary.sources.some(({ trouble }) => trouble === 'not-seen')).toBe(true);
  });

  it('a port that nobody listens on is told in the words of the kubelet', async () => {
    const { report } = await diagnose(live({ adminPort: 9999 }));
    expect(report.gaps.map(({ reason }) => reason).join()).toContain('port-forward failed');
  });

  it('reads the sidecars of targets that are not ready, and does not ask for more than there is', async () => {
    const { report } = await diagnose(live({ targets: true }));
    expect(report.sources.filter(({ trouble }) => trouble !== null)).toEqual([]);
  });
});

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
    expect(report.findings.filter(({ effect }) => effect === 'traffic').length).toBeGreaterThan(2);
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

it('an API server without the App Mesh kinds has none of them', async () => {
  const bare = await startApiServer({ crds: false });
  try {
    const { report } = await diagnose({ live: { ...currentContext, kubeconfig: bare.kubeconfig } });
    expect(report.sources).toMatchObject([{ state: 'ok' }]);
    expect(report.findings).toEqual([]);
  } finally {
    await bare.stop();
  }
}, 60_000);

/** What `meshdoctor rights diagnose -o yaml` prints. */
function readRules(): readonly PolicyRule[] {
  const text = rightsYaml(rightsOf('diagnose'), awsRights, null);
  return asList(asObject(parse(text)).rules).map((rule) => {
    const { apiGroups, resources, verbs } = asObject(rule);
    return { apiGroups: asTexts(apiGroups), resources: asTexts(resources), verbs: asTexts(verbs) };
  });
}

/** What `meshdoctor rights --check` says no to. */
async function deniedTo(kubeconfig: string): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(20_000);
  const opened = await openCluster({ kubeconfig, context: null, as: null, requestTimeoutMs: 5000, signal });
  if (typeof opened === 'string') throw new Error(opened);
  const checked = await checkRights(opened, rightsOf('diagnose'), 'shop');
  opened.close();
  return checked
    .filter(({ granted }) => granted !== 'yes')
    .map(({ right, verb, granted }) => (granted === 'no' ? `${verb} ${right.resource}` : JSON.stringify(granted)));
}

function isNoForward({ resources }: PolicyRule): boolean {
  return !resources.includes('pods/portforward');
}

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
