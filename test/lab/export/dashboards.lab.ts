import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetDashboardCommand, PutDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Pages, servePages } from '../../../src/agent/pages.ts';
import { instruments } from '../../../src/export/catalogue.ts';
import { type Dimension, dimensionValues } from '../../../src/export/dimensions.ts';
import { type Metrics, startMetrics } from '../../../src/export/metrics.ts';
import { waitUntil } from '../admin.ts';
import { cloudWatchForTests } from '../aws/cloudwatch-for-tests.ts';
import { prometheusBinary } from '../install/install.ts';
import { freePorts } from '../ports.ts';

let folder = '';
let metrics: Metrics;
let pages: Pages;
let prometheus: ChildProcess;
let url = '';
let ticking: NodeJS.Timeout;

/** Names of objects, and every value of what is closed. */
function valuesOf(name: Dimension): readonly string[] {
  return dimensionValues[name] ?? [name === 'rule' ? 'config-drift' : `shop/${name}`];
}

function everySet(names: readonly Dimension[]): readonly Readonly<Record<string, string>>[] {
  return names.reduce<readonly Readonly<Record<string, string>>[]>(
    (sets, name) => sets.flatMap((set) => valuesOf(name).map((value) => ({ ...set, [name]: value }))),
    [{}],
  );
}

/** Every instrument of the catalogue, with all that its dimensions can say. */
function tick(): void {
  const told = metrics as unknown as Record<
    'add' | 'set' | 'record',
    (name: string, value: number, of: object) => void
  >;
  const by = { counter: 'add', gauge: 'set', histogram: 'record' } as const;
  for (const { name, kind, dimensions } of instruments) {
    if (kind !== 'share') for (const set of everySet(dimensions)) told[by[kind]](name, 0.2, set);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-dashboards-'));
  metrics = await startMetrics({
    cluster: 'prod-eu',
    prometheus: true,
    otlp: null,
    cloudWatch: null,
    report: () => {},
  });
  tick();
  ticking = setInterval(tick, 500);
  pages = await servePages(
    { host: '127.0.0.1', port: 0 },
    { healthz: () => null, readyz: () => null, metrics: () => metrics.prometheusText() },
  );
  const [port = 0] = await freePorts(1);
  const file = join(folder, 'prometheus.yml');
  const targets = [{ targets: [`127.0.0.1:${pages.port}`], labels: { cluster: 'prod-eu' } }];
  const job = { job_name: 'meshdoctor', scrape_interval: '1s', static_configs: targets };
  await writeFile(file, stringify({ scrape_configs: [job] }));
  prometheus = spawn(
    await prometheusBinary('prometheus'),
    [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: 'ignore' },
  );
  url = `http://127.0.0.1:${port}`;
  await waitUntil('Prometheus to have scraped five times', async () => {
    const { data } = await ask('count_over_time(meshdoctor_agent_up[1m])').catch(() => ({ data: null }));
    return Number(data?.result[0]?.value[1]) >= 5;
  });
}, 600_000);

afterAll(async () => {
  clearInterval(ticking);
  prometheus?.kill('SIGTERM');
  await pages?.close();
  await metrics?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] } | null;
}

async function ask(query: string): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  return (await response.json()) as Answer;
}

describe('the Grafana dashboard', () => {
  it('is answered by a real Prometheus, every query of it, with numbers', async () => {
    const { panels }: { panels: { title: string; targets?: { expr: string }[] }[] } = JSON.parse(
      await readFile('dashboards/grafana/gateway.json', 'utf8'),
    );
    const asked = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    expect(asked.length).toBeGreaterThan(40);
    const silent: unknown[] = [];
    for (const { title, expr } of asked) {
      // As Grafana puts in what is chosen: all clusters and routes, one gateway.
      const query = expr
        .replaceAll('$__rate_interval', '30s')
        .replaceAll('$cluster', '.*')
        .replaceAll('$gateway', 'shop/gateway')
        .replaceAll('$route', '.*');
      expect(query).not.toContain('$');
      const { status, error, data } = await ask(query);
      const numbers = (data?.result ?? []).filter(({ value }) => Number.isFinite(Number(value[1])));
      if (status !== 'success' || numbers.length === 0) silent.push({ title, query, error });
    }
    expect(silent).toEqual([]);
  });

  it('would show a metric that is not there as nothing', async () => {
    const { data } = await ask('sum by (gateway) (rate(meshdoctor_gateway_unheard_total[30s]))');
    expect(data?.result).toEqual([]);
  });
});

describe('the CloudWatch dashboards', () => {
  const client = cloudWatchForTests();
  it.each(['alarms', 'routes', 'all'])('%s is taken and given back', async (name) => {
    const DashboardBody = await readFile(`dashboards/cloudwatch/${name}.json`, 'utf8');
    const { DashboardValidationMessages = [] } = await client().send(
      new PutDashboardCommand({ DashboardName: name, DashboardBody }),
    );
    expect(DashboardValidationMessages).toEqual([]);
    const kept = await client().send(new GetDashboardCommand({ DashboardName: name }));
    expect(JSON.parse(kept.DashboardBody ?? '')).toEqual(JSON.parse(DashboardBody));
  });
});
