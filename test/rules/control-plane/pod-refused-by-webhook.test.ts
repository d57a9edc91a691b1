import { describe, expect, it } from 'vitest';
import rule from '../../../rules/control-plane/pod-refused-by-webhook.ts';
import { runRule } from '../../../src/diagnose/run.ts';
import { buildModel } from '../../../src/model/model.ts';
import { ruleTable } from '../../support/rule-table.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';
import cases from './pod-refused-by-webhook.cases.ts';

ruleTable(rule, cases);

/** The commands of all fixes of the case of this name. */
function commandsOf(name: string): readonly string[] {
  const given = cases.fires.find((one) => one.name.startsWith(name));
  if (!given) throw new Error(`no case ${name}`);
  const { findings } = runRule(buildModel(snapshotOf(given)), rule);
  return findings.flatMap(({ fix }) => fix.flatMap(({ command }) => command ?? []));
}

describe('what is to be done after the end', () => {
  it('takes the namespace of a target out of injection', () => {
    expect(commandsOf('after the end: the way out')).toEqual([
      'kubectl label namespace shop appmesh.k8s.aws/sidecarInjectorWebhook-',
    ]);
  });

  it('lets no stopped rollout of a gateway go on', () => {
    expect(commandsOf('after the end, the rollout of a gateway')).toEqual([]);
  });
});
