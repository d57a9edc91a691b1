import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/diagnose/finding.ts';
import { fold } from '../../src/diagnose/fold.ts';
import { findingId } from '../../src/diagnose/identity.ts';
import { defineRule, type Rule } from '../../src/diagnose/rule.ts';
import type { ObjectRef } from '../../src/snapshot/object.ts';

const node: ObjectRef = { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'VirtualNode', namespace: 'shop', name: 'cart' };
const other: ObjectRef = { ...node, name: 'web' };

function rule(id: string, explains: readonly string[], severity: Finding['severity'] = 'error'): Rule {
  return defineRule({
    id,
    title: id,
    severity,
    needs: [],
    explains,
    docs: { what: '', why: '', fix: '', seen: '' },
    subjects: () => [],
    check: () => [],
  });
}

function found(ruleId: string, subject: ObjectRef, more: Partial<Finding> = {}): Finding {
  return {
    id: findingId(ruleId, [subject], ''),
    rule: ruleId,
    title: ruleId,
    severity: 'error',
    subjects: [subject],
    message: ruleId,
    effect: 'traffic',
    evidence: [{ source: 'manifest', document: 'd', pointer: '', value: null }],
    cause: '',
    fix: [],
    avoid: [],
    affects: [],
    since: null,
    witness: null,
    impact: null,
    changes: [],
    symptoms: [],
    foldedUnder: null,
    ...more,
  };
}

const rules = [
  rule('port', ['failures']),
  rule('failures', ['retries']),
  rule('retries', []),
  rule('default', ['failures'], 'info'),
  rule('loop-a', ['loop-b']),
  rule('loop-b', ['loop-a']),
];

describe('fold', () => {
  it('puts a chain of symptoms under its root, each once', () => {
    const folded = fold([found('retries', node), found('failures', node), found('port', node)], rules);
    expect(folded.map((finding) => [finding.rule, finding.foldedUnder])).toEqual([
      ['port', null],
      ['failures', folded[0]?.id],
      ['retries', folded[0]?.id],
    ]);
    expect(folded[0]?.symptoms).toEqual([folded[1]?.id, folded[2]?.id]);
  });

  it('leaves a symptom of another object alone', () => {
    const folded = fold([found('failures', other), found('port', node)], rules);
    expect(folded.every(({ foldedUnder }) => foldedUnder === null)).toBe(true);
  });

  it('folds by what a cause affects', () => {
    const folded = fold([found('failures', other), found('port', node, { affects: [other] })], rules);
    expect(folded.map(({ foldedUnder }) => foldedUnder)).toEqual([null, folded[0]?.id]);
  });

  it('takes information for no cause, a standing fact for one where its rule tells of a fault', () => {
    const standing = { effect: 'standing', severity: 'info' } as const;
    const rootsWith = (cause: Finding): number =>
      fold([found('failures', node), cause], rules).filter(({ foldedUnder }) => foldedUnder === null).length;
    expect(rootsWith(found('default', node, { severity: 'info' }))).toBe(2);
    expect(rootsWith(found('default', node, standing))).toBe(2);
    expect(rootsWith(found('port', node, standing))).toBe(1);
  });

  it('survives two rules that explain each other', () => {
    const folded = fold([found('loop-a', node), found('loop-b', node)], rules);
    expect(folded.filter(({ foldedUnder }) => foldedUnder === null)).toHaveLength(1);
    expect(folded).toHaveLength(2);
  });

  it('orders roots by effect, severity, then requests hurt', () => {
    const folded = fold(
      [
        found('retries', node, { id: '1', effect: 'standing', severity: 'info' }),
        found('retries', node, { id: '2', effect: 'latent', severity: 'warning' }),
        found('retries', node, { id: '3', impact: { requestsPerMinute: 5, share: null } }),
        found('retries', node, { id: '4', impact: { requestsPerMinute: 500, share: null } }),
      ],
      rules,
    );
    expect(folded.map(({ id }) => id)).toEqual(['4', '3', '2', '1']);
  });
});

describe('finding ids', () => {
  it('are the same whatever the order of subjects and the API version, and differ by discriminator', () => {
    const id = findingId('port', [node, other], '8080');
    expect(findingId('port', [other, { ...node, apiVersion: 'appmesh.k8s.aws/v1beta3' }], '8080')).toBe(id);
    expect(findingId('port', [node, other], '9090')).not.toBe(id);
    expect(findingId('ports', [node, other], '8080')).not.toBe(id);
    expect(id).toMatch(/^[0-9a-f]{12}$/);
  });
});
