import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { prometheusBinary } from '../install/install.ts';
import { type AlertCase, alertCases, calm } from './alert-cases.ts';

const rules = resolve('rules/alerts/prometheus.yaml');
let promtool = '';
let folder = '';

beforeAll(async () => {
  promtool = await prometheusBinary('promtool');
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-alerts-'));
}, 600_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function testOf({ series, fires, at = 420 }: AlertCase) {
  const input = Object.entries({ ...calm, ...series });
  return {
    interval: '1m',
    input_series: input.map(([name, values]) => ({ series: `meshdoctor_${name}`, values })),
    promql_expr_test: [
      {
        expr: 'count by (alertname, severity) (ALERTS{alertstate="firing"})',
        eval_time: `${at}m`,
        exp_samples: fires.map((words) => {
          const [alertname, severity] = words.split(' ');
          return { labels: `{alertname="${alertname}", severity="${severity}"}`, value: 1 };
        }),
      },
    ],
  };
}

/** What promtool says of a file of tests; empty where all is well. */
async function said(name: string, tests: readonly unknown[]): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, stringify({ rule_files: [rules], evaluation_interval: '1m', tests }));
  return promisify(execFile)(promtool, ['test', 'rules', file]).then(
    () => '',
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  );
}

describe('Prometheus rules', () => {
  it('are what promtool takes', async () => {
    const { stdout } = await promisify(execFile)(promtool, ['check', 'rules', rules]);
    expect(stdout).toContain('SUCCESS');
  });

  it.each(alertCases.map((one, index) => [one.name, one, index] as const))('%s', async (_, one, index) => {
    expect(await said(`case-${index}`, [testOf(one)])).toBe('');
  });

  it('have a loud case each', async () => {
    const { groups } = parse(await readFile(rules, 'utf8')) as {
      groups: { rules: { alert: string; labels: { severity: string } }[] }[];
    };
    const there = groups.flatMap((group) => group.rules.map(({ alert, labels }) => `${alert} ${labels.severity}`));
    const loud = new Set(alertCases.flatMap(({ fires }) => fires));
    expect(there.filter((alert) => !loud.has(alert))).toEqual([]);
  });
});
