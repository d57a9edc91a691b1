import { manifestHarvest } from '../collect/manifests/harvest.ts';
import type { Rule } from '../diagnose/rule.ts';
import { runRule } from '../diagnose/run.ts';
import { buildModel } from '../model/model.ts';
import { assembleSnapshot } from '../snapshot/assemble.ts';
import { refText } from '../snapshot/object.ts';
import type { UserRuleTest, UserRuleText } from '../snapshot/user-rule.ts';

/** How an embedded test of a user rule went. */
export interface RuleTestResult {
  readonly rule: string;
  readonly test: string;
  /** Where it stands. */
  readonly at: string;
  /** What was expected and what came; null where it passed. */
  readonly failed: string | null;
}

/** The time of embedded tests: a year in which nothing has ended. */
const testTime = '2026-06-01T12:00:00Z';

/** Runs the tests that stand in a user rule's file. */
export function runRuleTests(text: UserRuleText, rule: Rule): readonly RuleTestResult[] {
  const result = (test: UserRuleTest, failed: string | null): RuleTestResult => ({
    rule: text.id,
    test: test.name,
    at: `${text.file}:${test.place.line}:${test.place.column}`,
    failed,
  });
  return [
    ...text.loud.map((test) => result(test, failureOf(test, rule, 'loud'))),
    ...text.quiet.map((test) => result(test, failureOf(test, rule, 'quiet'))),
  ];
}

function failureOf(test: UserRuleTest, rule: Rule, which: 'loud' | 'quiet'): string | null {
  const file = {
    id: 'manifests/0-test.yaml',
    origin: test.name,
    text: test.manifests,
    reported: true,
    readAt: testTime,
  };
  const harvest = manifestHarvest([file], { defaultNamespace: 'default', closed: test.closed, keep: false });
  const trouble = harvest.sources.find((source) => source.trouble)?.detail;
  if (trouble !== undefined) return `its manifests cannot be read: ${trouble}`;
  const { findings, check } = runRule(buildModel(assembleSnapshot([harvest], testTime)), rule);
  if (check.failed !== null) return `the rule failed: ${check.failed}`;
  const found = findings.map(({ subjects }) => subjects.map(refText).join(', ')).sort();
  const unjudged = check.notEvaluated.map(
    ({ object, gap }) => `${object ? refText(object) : 'all'}: ${gap.missing}: ${gap.reason}`,
  );
  const why = unjudged.length > 0 ? ` (not evaluated: ${unjudged.join('; ')})` : '';
  if (which === 'quiet') {
    return found.length > 0 ? `should be quiet, but says: ${findings.map(({ message }) => message).join(' | ')}` : null;
  }
  if (found.length === 0) return `should speak, but is quiet${why}`;
  const expected = test.finds && [...test.finds].sort();
  if (expected && expected.join('\n') !== found.join('\n'))
    return `should speak of ${expected.join(' and ')}, but speaks of ${found.join(' and ')}${why}`;
  const said = findings.map(({ message }) => message);
  if (test.says !== null && !said.some((message) => message.includes(test.says ?? '')))
    return `should say ${JSON.stringify(test.says)}, but says: ${said.join(' | ')}`;
  return null;
}
