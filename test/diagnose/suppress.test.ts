import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../rules/index.ts';
import type { Diagnosis } from '../../src/diagnose/diagnosis.ts';
import { defineRule, finding, notEvaluated, type Rule } from '../../src/diagnose/rule.ts';
import { diagnose } from '../../src/diagnose/run.ts';
import { endOfDay } from '../../src/diagnose/suppress.ts';
import { buildModel } from '../../src/model/model.ts';
import type { Suppression } from '../../src/snapshot/suppression.ts';
import { annotated, ignoring } from '../support/annotated.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

const gap = { missing: 'm', reason: 'r', remedy: null };

/** A rule that finds a fault on each Mesh whose name holds `fault`, and cannot judge those that hold `unseen`. */
function meshRule(id: string, explains: readonly string[] = []): Rule {
  return defineRule({
    id,
    title: id,
    severity: 'error',
    needs: [],
    explains,
    docs: { what: '', why: '', fix: '', seen: '' },
    subjects: (model) => model.meshes,
    *check(model) {
      for (const mesh of model.meshes) {
        if (mesh.ref.name.includes('unseen')) yield notEvaluated(mesh, gap);
        if (!mesh.ref.name.includes('fault')) continue;
        yield finding(mesh, { message: id, effect: 'traffic', evidence: [mesh.at('spec')], cause: '', fix: [] });
      }
    },
  });
}

const own = catalogue.filter(({ family }) => family === 'meshdoctor').map(({ rule }) => rule);
const rules = [meshRule('root', ['symptom']), meshRule('symptom'), ...own];

function diagnosed(manifests: string, suppressions: readonly Suppression[] = []): Diagnosis {
  return diagnose(buildModel({ ...snapshotOf({ manifests }), suppressions }), rules);
}

const told = ({ findings }: Diagnosis) =>
  findings.map(({ rule, foldedUnder, suppressed }) => [rule, foldedUnder !== null, Boolean(suppressed)]);
const reason = 'known';

const configured = (more: Partial<Suppression['objects']>, rule = 'root'): Suppression => ({
  rule,
  objects: { kind: null, namespace: null, name: null, labels: {}, ...more },
  ref: { apiVersion: 'meshdoctor.io/v1', kind: 'Suppression', namespace: null, name: rule },
  reason,
  until: null,
  by: 'meshdoctor.yaml:3:5',
  evidence: { source: 'config', document: 'meshdoctor.yaml', pointer: '/suppressions/0', value: null },
});

describe('suppressing', () => {
  it('a root takes its symptoms along: they do not come up as new roots', () => {
    const { findings } = diagnosed(annotated(ignoring('root', { reason, until: '2027-01-01' }), 'fault'));
    expect(findings.map(({ rule, suppressed }) => [rule, suppressed?.by])).toEqual([
      ['root', 'annotation of Mesh fault'],
      ['symptom', 'its cause root is suppressed: annotation of Mesh fault'],
    ]);
    expect(findings[1]?.suppressed).toMatchObject({ reason, until: '2027-01-01' });
    expect(findings[1]?.foldedUnder).toBe(findings[0]?.id);
  });

  it('a symptom leaves its root in the open', () => {
    expect(told(diagnosed(annotated(ignoring('symptom', { reason }), 'fault')))).toEqual([
      ['root', false, false],
      ['symptom', true, true],
    ]);
  });

  it('both is both, each by what it was told', () => {
    const { findings } = diagnosed(annotated(ignoring('symptom,root', { reason }), 'fault'));
    expect(findings.every(({ suppressed }) => suppressed?.by === 'annotation of Mesh fault')).toBe(true);
  });

  it('a suppression that is over hides nothing, and is said', () => {
    const { findings } = diagnosed(annotated(ignoring('root', { reason, until: '2026-05-31' }), 'fault'));
    expect(findings.map(({ rule, suppressed }) => [rule, Boolean(suppressed)])).toEqual([
      ['root', false],
      ['symptom', false],
      ['suppression-expired', false],
    ]);
  });

  it('by the configuration file: kind, namespace, name with *, labels', () => {
    const one = (objects: Partial<Suppression['objects']>) =>
      told(diagnosed(annotated({}, 'fault-1'), [configured(objects)]))[0];
    expect(one({ kind: 'Mesh', name: 'fault-*' })).toEqual(['root', false, true]);
    expect(one({ name: '*-1' })).toEqual(['root', false, true]);
    expect(one({ name: 'f*t*1' })).toEqual(['root', false, true]);
    expect(one({ name: 'fault' })).toEqual(['root', false, false]);
    expect(one({ name: 'fault-1*1' })).toEqual(['root', false, false]);
    expect(one({ kind: 'Pod' })).toEqual(['root', false, false]);
    expect(one({ labels: { team: 'a' } })).toEqual(['root', false, false]);
  });

  it('never throws or hides by a day that is none', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (rule, until) => {
        const { findings } = diagnosed(annotated(ignoring(`root,${rule}`, { reason, until: `${until}x` }), 'fault'));
        expect([findings[0]?.rule, Boolean(findings[0]?.suppressed)]).toEqual(['root', false]);
      }),
      { seed: 3, numRuns: 60 },
    );
    expect(endOfDay('2026-02-29')).toBeNull();
    expect(endOfDay('2028-02-29')).toBe(Date.parse('2028-03-01T00:00:00Z'));
  });
});

describe('an unused suppression', () => {
  const unused = (manifests: string, suppressions: readonly Suppression[] = []) =>
    diagnosed(manifests, suppressions).findings.flatMap(({ rule, message }) =>
      rule === 'suppression-unused' ? [message] : [],
    );

  it('is said where the rule judged the object and found nothing', () => {
    expect(unused(annotated(ignoring('root', { reason }), 'fine'))).toEqual([
      'The suppression of root (annotation of Mesh fine) hides nothing: the rule looked and found no fault.',
    ]);
    expect(unused(annotated({}, 'fine'), [configured({ kind: 'Mesh' })])).toHaveLength(1);
  });

  it('is not said where it hides something, or the rule could not look at every object it speaks of', () => {
    expect(unused(annotated(ignoring('root', { reason }), 'fault'))).toEqual([]);
    expect(unused(annotated(ignoring('root', { reason }), 'unseen'))).toEqual([]);
    expect(unused(annotated({}, 'fine') + annotated({}, 'unseen'), [configured({ kind: 'Mesh' })])).toEqual([]);
    expect(unused(annotated({}, 'fine'), [configured({ kind: 'Pod' })])).toEqual([]);
  });

  it('names the rule that was meant', () => {
    const model = buildModel(snapshotOf({ manifests: annotated(ignoring('rooot', { reason }), 'fault') }));
    const { findings } = diagnose(model, rules, ['root', 'symptom']);
    const said = findings.find(({ rule }) => rule === 'suppression-unused');
    expect(said?.message).toContain('names no rule there is');
    expect(said?.fix[0]?.say).toBe('Did you mean root?');
  });

  it('is not said of a rule that did not run', () => {
    const model = buildModel(snapshotOf({ manifests: annotated(ignoring('root', { reason }), 'fine') }));
    expect(diagnose(model, own, ['root']).findings).toEqual([]);
  });
});
