import { describe, expect, it } from 'vitest';
import { catalogue } from '../../rules/index.ts';
import { loadRule, ruleFiles } from '../../src/dev/rule-files.ts';
import type { Rule } from '../../src/diagnose/rule.ts';
import { RuleMemory } from '../../src/diagnose/rule-memory.ts';
import { runRule } from '../../src/diagnose/run.ts';
import { noteRead } from '../../src/lib/reads.ts';
import { buildModel } from '../../src/model/model.ts';
import { parts } from '../../src/model/parts.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { without } from '../support/less-seen.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

const rules = catalogue.map(({ rule }) => rule);
/** Of every third rule; all rules are asked about each. */
const loud = await Promise.all(
  ruleFiles()
    .filter((_, at) => at % 3 === 0)
    .map(async (file) => {
      const [given] = (await loadRule(file)).cases.fires;
      return { name: file.id, snapshot: snapshotOf(given ?? {}) };
    }),
);

describe('what rules said before', () => {
  it('is said again while nothing changes', () => {
    const wrong = loud.flatMap(({ name, snapshot }) => {
      const memory = new RuleMemory();
      const [first, model] = [buildModel(snapshot), buildModel(snapshot)];
      const before = rules.map((rule) => memory.run(first, rule));
      return rules.flatMap((rule, at) => (memory.run(model, rule) === before[at] ? [] : [`${name}: ${rule.id}`]));
    });
    expect(wrong).toEqual([]);
  });

  it('is not said again where a rule read what nobody can tell to be the same', () => {
    const [, { snapshot }] = loud as [unknown, (typeof loud)[number]];
    const rule: Rule = {
      ...(rules[0] as Rule),
      subjects: () => {
        noteRead('the weather');
        return [];
      },
      check: () => [],
    };
    const memory = new RuleMemory();
    const [first, second] = [buildModel(snapshot), buildModel(snapshot)].map((model) => memory.run(model, rule));
    expect(second).not.toBe(first);
  });

  it('is what a rule says that is asked for the first time, whatever changed', () => {
    const wrong = loud.flatMap(({ name, snapshot }, index) =>
      changes(snapshot, index).flatMap(([change, changed]) => {
        const memory = new RuleMemory();
        const first = buildModel(snapshot);
        // All of one model, as in a diagnosis: what one rule worked out for itself another one is given.
        for (const rule of rules) memory.run(first, rule);
        const [second, fresh] = [buildModel(changed), buildModel(changed)];
        return rules.flatMap((rule) => {
          const said = JSON.stringify(memory.run(second, rule));
          return said === JSON.stringify(runRule(fresh, rule)) ? [] : [`${name}, ${change}: ${rule.id}`];
        });
      }),
    );
    expect(wrong).toEqual([]);
  });
});

const years = 10 * 365 * 86_400_000;
const atOnce = 3;

/** The same without one thing that it has, some of them in turn, or ten years later. */
function changes(snapshot: Snapshot, turn: number): readonly (readonly [string, Snapshot])[] {
  const later = new Date(Date.parse(snapshot.takenAt) + years).toISOString();
  const all: (readonly [string, Snapshot])[] = [
    ['ten years later', { ...snapshot, takenAt: later }],
    ['nothing is known to be listed', { ...snapshot, coverage: [] }],
    ['no Envoy', { ...snapshot, envoys: [] }],
    ['no logs, no traces', { ...snapshot, traffic: null, traces: null }],
    ['only standing by', { ...snapshot, objects: snapshot.objects.map((one) => ({ ...one, reported: false })) }],
    ...snapshot.objects.map(
      ({ ref }, at) => [`no ${ref.kind}`, { ...snapshot, objects: snapshot.objects.toSpliced(at, 1) }] as const,
    ),
    ...parts.flatMap((part) => {
      const less = without(snapshot, part);
      return JSON.stringify(less) === JSON.stringify(snapshot) ? [] : [[`without ${part}`, less] as const];
    }),
  ];
  return Array.from({ length: atOnce }, (_, at) => all[(turn * atOnce + at) % all.length] ?? ['', snapshot]);
}
