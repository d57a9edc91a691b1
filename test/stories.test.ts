import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../rules/index.ts';
import { loadRule, ruleFiles } from '../src/dev/rule-files.ts';
import type { Finding, Fix } from '../src/diagnose/finding.ts';
import { runRule } from '../src/diagnose/run.ts';
import { buildModel } from '../src/model/model.ts';
import { snapshotOf } from './support/snapshot-of.ts';
import { findingsOf, readStories, type Score, score, written } from './support/stories.ts';

/**
 * The corpus: for every story the exact findings. `UPDATE_STORIES=1 npx vitest run test/stories.test.ts` writes what is said now
 * into README.md's table; the stories' own `expect` is written by a person who looked.
 */
const stories = readStories();
const familyOf = new Map(catalogue.map(({ rule, family }) => [rule.id, family]));

/** Changes, by rule and kind, that no story can try: `lab/kube/fixes.lab.ts` makes all others on a real API server. */
const untried: Readonly<Record<string, string>> = {
  'restart-loses-config StatefulSet': 'the gateway of the lab is a Deployment',
  'restart-loses-config VerticalPodAutoscaler': 'the API server of the lab does not know the kind',
  'gateway-pod-empty PodDisruptionBudget': 'it keeps the other pods; the empty one stays empty',
};

describe('the corpus', () => {
  const all = new Map<string, readonly Finding[]>();

  it.each(stories.map((story) => [story.name, story] as const))('%s', async (name, story) => {
    const findings = await findingsOf(story);
    all.set(name, findings);
    expect(written(findings)).toBe(story.expect);
    const { planted, found, wrong } = score(story.planted, findings);
    expect(planted - found, 'faults that are not named').toBe(story.missed.length);
    expect(wrong, 'accusations that name no planted fault').toBe(story.wrong.length);
  });

  it.each(['frozen-calm', 'frozen-1.36.2-calm'])('says nothing but standing facts of %s', (name) => {
    const findings = all.get(name) ?? [];
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter(({ effect }) => effect !== 'standing').map(({ rule }) => rule)).toEqual([]);
  });

  it('says nothing above information of what is healthy', () => {
    const healthy = stories.filter(({ planted }) => planted.length === 0);
    const loud = healthy.flatMap(({ name }) =>
      (all.get(name) ?? []).flatMap(({ rule, severity }) => (severity === 'info' ? [] : [`${name}: ${rule}`])),
    );
    expect(loud).toEqual([]);
  });

  it('has a story for each change that a rule proposes, or says why not', async () => {
    const proposed = new Set<string>();
    for (const { rule, cases } of await Promise.all(ruleFiles().map(loadRule))) {
      for (const given of cases.fires) {
        for (const { fix } of runRule(buildModel(snapshotOf(given)), rule).findings) {
          for (const change of changesOf(rule.id, fix)) proposed.add(change);
        }
      }
    }
    const captured = stories.filter(({ manifests, planted }) => manifests === null && planted.length > 0);
    const tried = new Set(
      captured.flatMap(({ name }) => (all.get(name) ?? []).flatMap(({ rule, fix }) => changesOf(rule, fix))),
    );
    expect([...proposed].filter((change) => !tried.has(change)).sort()).toEqual(Object.keys(untried).sort());
  });

  it('has its precision and recall in README.md', () => {
    const table = tableOf(all);
    console.log(table);
    const readme = readFileSync('README.md', 'utf8');
    const [before = '', , after = ''] = readme.split(/(?<=<!-- stories -->\n)([\s\S]*?)(?=<!-- \/stories -->)/);
    const wanted = `${before}\n${table}\n${after}`;
    if (process.env.UPDATE_STORIES) writeFileSync('README.md', wanted);
    else expect(readme).toBe(wanted);
  });
});

/** The changes of a finding that work now, as rule and kind. */
function changesOf(rule: string, fix: readonly Fix[]): readonly string[] {
  return fix.flatMap(({ patch, works }) => (patch && works === 'now' ? [`${rule} ${patch.target.kind}`] : []));
}

/** A row a family of rules: what was planted and found, and what is said without cause. */
function tableOf(all: ReadonlyMap<string, readonly Finding[]>): string {
  const rows = new Map<string, Score>();
  for (const { name, planted } of stories) {
    const findings = all.get(name) ?? [];
    for (const family of new Set(familyOf.values())) {
      const ours = (rule: string): boolean => familyOf.get(rule) === family;
      const one = score(
        planted.filter((fault) => ours(fault.split(' ', 1)[0] ?? '')),
        findings.filter(({ rule }) => ours(rule)),
      );
      rows.set(family, sum(rows.get(family), one));
    }
  }
  const total = [...rows.values()].reduce<Score | undefined>(sum, undefined);
  const cells = (name: string, { planted, found, wrong }: Score): readonly string[] => [
    name,
    ...[planted, found, wrong].map(String),
    percent(found, found + wrong),
    percent(found, planted),
  ];
  const healthy = stories.filter(({ planted }) => planted.length === 0).length;
  const captured = stories.filter(({ manifests }) => manifests === null).length;
  return [
    `${stories.length} stories, ${captured} of them captured from real servers, ${healthy} healthy.`,
    '',
    ...aligned([
      ['rules', 'faults planted', 'found', 'accused wrongly', 'precision', 'recall'],
      ...[...rows].filter(([, { planted, wrong }]) => planted + wrong > 0).map(([family, one]) => cells(family, one)),
      ...(total ? [cells('all', total)] : []),
    ]),
  ].join('\n');
}

/** A Markdown table as the formatter writes it. */
function aligned([head = [], ...body]: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], fill: string): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  return [
    line(head, ' '),
    line(
      head.map(() => ''),
      '-',
    ),
    ...body.map((row) => line(row, ' ')),
  ];
}

function sum(one: Score | undefined, other: Score): Score {
  return {
    planted: (one?.planted ?? 0) + other.planted,
    found: (one?.found ?? 0) + other.found,
    wrong: (one?.wrong ?? 0) + other.wrong,
  };
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}
