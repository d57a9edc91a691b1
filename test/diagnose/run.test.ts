import { describe, expect, it } from 'vitest';
import type { Effect, Severity } from '../../src/diagnose/finding.ts';
import { anyOf, allOf, defineRule, finding, notEvaluated, type Rule } from '../../src/diagnose/rule.ts';
import { diagnose, runRule } from '../../src/diagnose/run.ts';
import { buildModel } from '../../src/model/model.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

const manifests = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: stage }
`;

function ruleOf(more: Partial<Rule>): Rule {
  return defineRule({
    id: 'a-rule',
    title: 'A rule',
    severity: 'error',
    needs: anyOf('mesh.meshes'),
    docs: { what: '', why: '', fix: '', seen: '' },
    subjects: (model) => model.meshes,
    check: () => [],
    ...more,
  });
}

function finds(effect: Effect, severity?: Severity): Partial<Rule> {
  return {
    *check(model) {
      const mesh = model.meshes[0];
      if (!mesh) return;
      yield finding(mesh, {
        message: 'm',
        effect,
        evidence: [mesh.at('spec')],
        cause: 'c',
        fix: [],
        ...(severity ? { severity } : {}),
      });
    },
  };
}

const model = buildModel(snapshotOf({ manifests }));

describe('running a rule', () => {
  it('counts what no outcome names as clear', () => {
    const { check } = runRule(model, ruleOf(finds('traffic')));
    expect(check).toMatchObject({ subjects: 2, found: 1, clear: 1, failed: null });
  });

  it('counts the subject that could not be judged, with what is missing', () => {
    const gap = { missing: 'all VirtualServices', reason: 'r', remedy: null };
    const rule = ruleOf({
      *check(seen) {
        for (const mesh of seen.meshes) yield notEvaluated(mesh, gap);
      },
    });
    expect(runRule(model, rule).check).toMatchObject({ clear: 0, notEvaluated: [{ gap }, { gap }] });
  });

  it('does not run a rule none of whose needs was read, and says what is missing', () => {
    const rule = ruleOf({ needs: anyOf('envoy.stats', allOf('mesh.meshes', 'envoy.routes')) });
    const { check } = runRule(model, rule);
    expect(check.notEvaluated).toMatchObject([{ object: null, gap: { reason: 'no Envoy was read' } }]);
  });

  it('reports a rule that throws and runs the others', () => {
    const broken = ruleOf({
      id: 'broken',
      check: () => {
        throw new Error('boom');
      },
    });
    const { checks, findings } = diagnose(model, [broken, ruleOf(finds('traffic'))]);
    expect(checks.map(({ failed }) => failed)).toEqual(['boom', null]);
    expect(findings).toHaveLength(1);
  });

  it.each<[Effect, Severity | undefined, Partial<Rule>, Severity]>([
    ['traffic', undefined, {}, 'error'],
    ['latent', undefined, {}, 'warning'],
    ['latent', undefined, { latentError: true }, 'error'],
    ['latent', 'info', {}, 'info'],
    ['standing', undefined, { latentError: true }, 'info'],
    ['traffic', 'warning', {}, 'warning'],
  ])('a %s finding (severity %s, %o) is %s', (effect, severity, more, expected) => {
    const [found] = runRule(model, ruleOf({ ...finds(effect, severity), ...more })).findings;
    expect(found?.severity).toBe(expected);
  });
});

it('tells once what several Envoys show, with the evidence of each: an id holds no pod', () => {
  const rule = ruleOf({
    *check(model) {
      const [mesh, other] = model.meshes;
      if (!mesh || !other) return;
      for (const seen of [mesh, other]) {
        yield finding(mesh, {
          message: `seen in ${seen.ref.name}`,
          effect: 'traffic',
          evidence: [seen.at('spec')],
          cause: 'c',
          fix: [],
        });
      }
    },
  });
  const { findings } = runRule(buildModel(snapshotOf({ manifests })), rule);
  expect(findings.map(({ message, evidence }) => [message, evidence.length])).toEqual([['seen in shop', 2]]);
});
