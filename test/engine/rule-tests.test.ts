import { describe, expect, it } from 'vitest';
import { readUserRules } from '../../src/collect/settings/user-rules.ts';
import { makeEngine } from '../../src/engine/engine.ts';
import { runRuleTests } from '../../src/engine/rule-tests.ts';
import { compileRules } from '../../src/diagnose/user-rules/compile.ts';
import { runRule } from '../../src/diagnose/run.ts';
import { buildModel } from '../../src/model/model.ts';
import { snapshotOf } from '../support/snapshot-of.ts';
import { podRule, userRule } from '../support/user-rules.ts';

const manifests = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'shop' },
  spec: {},
});
const tested = (when: string, tests: object) => {
  const { text, rule } = userRule(podRule(when, `tests: ${JSON.stringify(tests)}`));
  return runRuleTests(text, rule).map(({ failed }) => failed);
};

describe('the tests that stand in user rules', () => {
  it('pass where the rule does what they say', () => {
    expect(tested("pod.name == 'a'", { loud: [{ manifests, finds: ['Pod shop/a'], says: 'a is' }] })).toEqual([null]);
    expect(tested("pod.name == 'b'", { quiet: [{ manifests }] })).toEqual([null]);
  });

  it.each([
    ['true', { quiet: [{ manifests }] }, 'should be quiet, but says: a is wrong'],
    ['false', { loud: [{ manifests }] }, 'should speak, but is quiet'],
    [
      "pod.spec.x == 'a'",
      { loud: [{ manifests }] },
      '(not evaluated: Pod shop/a: pod.spec.x of Pod shop/a: it is not there',
    ],
    ['true', { loud: [{ manifests, finds: ['Pod shop/b'] }] }, 'of Pod shop/b, but speaks of Pod shop/a'],
    ['true', { loud: [{ manifests, says: 'nothing like it' }] }, 'should say "nothing like it", but says: a is wrong'],
    ['true', { loud: [{ manifests: 'a: [' }] }, 'its manifests cannot be read'],
  ])('fail and say how: %s %o', (when, tests, why) => {
    expect(tested(when, tests)[0]).toContain(why);
  });

  it('the worked example about clusters speaks of a real reading', async () => {
    const { rules } = await readUserRules(['docs/user-rules/cluster-refuses-requests.yaml']);
    const [rule] = compileRules(rules, []).rules;
    const stats = (count: number, uptime: number) =>
      `{ cluster.a.upstream_rq_pending_overflow: ${count}, server.uptime: ${uptime} }`;
    const envoy = (first: number, last: number) =>
      `{ clusters: { a: ['10.0.0.1:80'] }, stats: [${stats(first, 1)}, ${stats(last, 61)}] }`;
    const messages = (given: string) =>
      rule && runRule(buildModel(snapshotOf({ envoy: given })), rule).findings.map(({ message }) => message);
    expect(messages(envoy(0, 30))).toEqual(['a refuses 30 requests a minute: its circuit breaker is open.']);
    expect(messages(envoy(30, 30))).toEqual([]);
  });

  it('run over every worked example of the documentation, and pass', async () => {
    const { rules, faults } = await readUserRules(['docs/user-rules']);
    expect(faults).toEqual([]);
    expect(rules).toHaveLength(3);
    const results = await makeEngine().testRules(rules);
    expect(results.filter(({ failed }) => failed !== null)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(6);
  });
});
