import { catalogue } from '../../rules/index.ts';
import type { Rule } from '../diagnose/rule.ts';
import type { Place } from '../snapshot/object.ts';
import type { FilePosition } from '../snapshot/snapshot.ts';
import type { Suppression } from '../snapshot/suppression.ts';
import type { UserRuleText } from '../snapshot/user-rule.ts';

/** Where a suppression of the configuration file stands. */
export function positionInConfig(
  suppressions: readonly Suppression[],
  { document, pointer }: Place,
): FilePosition | null {
  const found = suppressions.find(({ evidence }) => evidence.document === document && evidence.pointer === pointer);
  return found?.position ?? null;
}

/** The user's rules, ready to run; they were found right before, and a wrong one runs none. */
export async function compiled(texts: readonly UserRuleText[]): Promise<readonly Rule[]> {
  if (texts.length === 0) return [];
  const { compileRules } = await import('../diagnose/user-rules/compile.ts');
  const { rules, faults } = compileRules(
    texts,
    catalogue.map(({ rule }) => rule.id),
  );
  const [fault] = faults;
  if (fault) throw new Error(`${fault.file}: ${fault.reason}`);
  return rules;
}
