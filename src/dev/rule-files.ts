import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { RuleCases } from '../../test/support/rule-table.ts';
import type { Rule } from '../diagnose/rule.ts';

/** A rule's file: `rules/<family>/<id>.ts`. */
export interface RuleFile {
  readonly family: string;
  readonly id: string;
}

/** Every rule file, by family and name. */
export function ruleFiles(): readonly RuleFile[] {
  return readdirSync('rules', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'alerts')
    .map(({ name }) => name)
    .sort()
    .flatMap((family) =>
      readdirSync(`rules/${family}`)
        .filter((file) => file.endsWith('.ts'))
        .sort()
        .map((file) => ({ family, id: file.slice(0, -'.ts'.length) })),
    );
}

/** A rule and its cases, loaded from their files. */
export async function loadRule({ family, id }: RuleFile): Promise<{ readonly rule: Rule; readonly cases: RuleCases }> {
  const rule: { default: Rule } = await import(pathToFileURL(`rules/${family}/${id}.ts`).href);
  const cases: { default: RuleCases } = await import(pathToFileURL(`test/rules/${family}/${id}.cases.ts`).href);
  return { rule: rule.default, cases: cases.default };
}
