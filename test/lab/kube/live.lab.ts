import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../../src/cli/examples.ts';
import { checkRights } from '../../../src/collect/kubernetes/check-rights.ts';
import { openCluster } from '../../../src/collect/kubernetes/cluster.ts';
import { rightsOf } from '../../../src/collect/kubernetes/rights.ts';
import { currentContext } from '../../../src/collect/kubernetes/request.ts';
import { emptyRequest } from '../../../src/collect/request.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import { asList, asObject } from '../../../src/lib/json.ts';
import { shellWords } from '../../../src/cli/request/shell-words.ts';
import { meshdoctor } from '../../support/built-program.ts';
import { startApiServer } from './api-server.ts';
import { addUser, type PolicyRule } from './users.ts';
import {
  BUILD_MS,
  cluster,
  diagnose,
  expectTheSameAsFiles,
  folder,
  lab,
  live,
  now,
  readRules,
  start,
  stop,
} from './live-story.ts';

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
