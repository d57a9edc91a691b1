import { readFile } from 'node:fs/promises';
import { nearest } from '../lib/nearest.ts';
import { catalogue } from '../../rules/index.ts';
import type { RuleText } from '../report/document.ts';
import { Failure } from './failure.ts';

/** `meshdoctor rules [ID]`: the catalogue, or one rule's page; offline. */
export async function showRules(id: string | undefined, flags: { readonly output: string }): Promise<void> {
  const entries = catalogue.map(({ family, rule }) => ({
    id: rule.id,
    family,
    severity: rule.severity,
    title: rule.title,
    docs: rule.docs,
    needs: rule.needs,
    also: rule.also ?? [],
    explains: rule.explains ?? [],
  }));
  if (id === undefined) {
    const width = Math.max(...entries.map((entry) => entry.id.length));
    const lines = entries.map((entry) => `${entry.id.padEnd(width)}  ${entry.severity.padEnd(7)}  ${entry.title}`);
    process.stdout.write(flags.output === 'json' ? `${JSON.stringify(entries, null, 2)}\n` : `${lines.join('\n')}\n`);
    return;
  }
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) throw new Failure(unknownRule(id), 2);
  const page = new URL(`./rules/${entry.family}/${entry.id}.md`, import.meta.url);
  process.stdout.write(flags.output === 'json' ? `${JSON.stringify(entry, null, 2)}\n` : await readFile(page, 'utf8'));
}

/** What reports say of every rule. */
export function ruleTexts(): readonly RuleText[] {
  return catalogue.map(({ family, rule: { id, title, severity, docs } }) => ({ id, family, title, severity, docs }));
}

/** Refuses names of rules that do not exist, so that a typing error is not a silent pass. */
export function checkRuleNames(names: readonly string[]): void {
  for (const name of names) {
    if (!catalogue.some(({ rule }) => rule.id === name)) throw new Failure(unknownRule(name), 2);
  }
}

function unknownRule(name: string): string {
  const ids = catalogue.map(({ rule }) => rule.id);
  const near = nearest(name, ids);
  return `no rule ${name}${near === null ? '' : `, did you mean ${near}?`}; meshdoctor rules lists them all`;
}
