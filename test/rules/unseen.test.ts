import { describe, expect, it } from 'vitest';
import { loadRule, ruleFiles } from '../../src/dev/rule-files.ts';
import type { Rule, RuleRun } from '../../src/diagnose/rule.ts';
import { runRule } from '../../src/diagnose/run.ts';
import { buildModel } from '../../src/model/model.ts';
import { refKey, refText } from '../../src/snapshot/object.ts';
import { unreadGateway, without, withUnreadGateway } from '../support/less-seen.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

/** What was not seen is never clear: over all rules, on all their loud cases. */
const rules = await Promise.all(ruleFiles().map(async (file) => ({ name: file.id, ...(await loadRule(file)) })));

describe.each(rules)('$name', ({ rule, cases }) => {
  const loud = cases.fires.map((given) => ({ name: given.name, snapshot: snapshotOf(given) }));

  it('does not take what it found for clear where a part was not read', () => {
    const wrong = loud.flatMap(({ name, snapshot }) => {
      const found = foundBy(runRule(buildModel(snapshot), rule));
      return [...partsOf(rule)].flatMap((part) => {
        const clear = clearBy(runRule(buildModel(without(snapshot, part)), rule));
        return [...found.keys()].flatMap((key) =>
          clear.has(key) ? [`${name}: ${found.get(key)} without ${part}`] : [],
        );
      });
    });
    expect(wrong).toEqual([]);
  });

  it('does not take a gateway for clear whose Envoy was not read', () => {
    if (!rule.needs.every((group) => group.some((part) => part.startsWith('envoy.') && part !== 'envoy.serverInfo')))
      return;
    const wrong = loud.flatMap(({ name, snapshot }) =>
      [...clearBy(runRule(buildModel(withUnreadGateway(snapshot)), rule)).values()]
        .filter((text) => text.endsWith(`/${unreadGateway}`))
        .map((text) => `${name}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** CloudWatch is asked only where a flag says so: a rule that can do without it judges by what there is. */
function partsOf(rule: Rule) {
  const parts = new Set([...rule.needs.flat(), ...(rule.also ?? [])]);
  if (rule.needs.some((group) => !group.includes('aws.cloudWatch'))) parts.delete('aws.cloudWatch');
  return parts;
}

function foundBy({ findings }: RuleRun): ReadonlyMap<string, string> {
  return new Map(findings.flatMap(({ subjects }) => subjects.map((ref) => [refKey(ref), refText(ref)] as const)));
}

/** What a rule judged and found nothing wrong with. */
function clearBy(run: RuleRun): ReadonlyMap<string, string> {
  const found = foundBy(run);
  return new Map(run.judged.flatMap((ref) => (found.has(refKey(ref)) ? [] : [[refKey(ref), refText(ref)] as const])));
}
