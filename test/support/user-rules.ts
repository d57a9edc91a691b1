import { catalogue } from '../../rules/index.ts';
import { parseUserRule } from '../../src/collect/settings/user-rules.ts';
import type { Rule } from '../../src/diagnose/rule.ts';
import { compileRules } from '../../src/diagnose/user-rules/compile.ts';
import type { UserRuleText } from '../../src/snapshot/user-rule.ts';

const builtIn = catalogue.map(({ rule }) => rule.id);

/** A user rule about pods, as YAML. */
export const podRule = (when: string, more = ''): string =>
  `id: mine\ntitle: Mine\nseverity: error\neffect: traffic\neach: pods\nmessage: '{{ pod.name }} is wrong'\nwhen: ${JSON.stringify(when)}\n${more}\n`;

/** What is wrong with a user rule's text. */
export function faultsOf(yaml: string): readonly string[] {
  const { rule, faults } = parseUserRule('mine.yaml', yaml);
  if (!rule) return faults;
  return compileRules([rule], builtIn).faults.map(
    ({ file, place, reason }) => `${file}:${place.line}:${place.column}: ${reason}`,
  );
}

/** A user rule ready to run. */
export function userRule(yaml: string): { readonly text: UserRuleText; readonly rule: Rule } {
  const { rule: text, faults } = parseUserRule('mine.yaml', yaml);
  if (!text) throw new Error(faults.join('\n'));
  const compiled = compileRules([text], builtIn);
  const [rule] = compiled.rules;
  if (!rule) throw new Error(compiled.faults.map(({ reason }) => reason).join('\n'));
  return { text, rule };
}
