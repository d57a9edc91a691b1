import { readFile } from 'node:fs/promises';
import { nearest } from '../lib/nearest.ts';
import { catalogue } from '../../rules/index.ts';
import type { RuleText } from '../report/document.ts';
import type { Rule } from '../diagnose/rule.ts';
import type { UserRuleText } from '../snapshot/user-rule.ts';
import type { Configured } from './config/apply.ts';
import { Failure } from './failure.ts';

/** `meshdoctor rules [ID]`: the catalogue, or one rule's page; offline. */
export async function showRules(
  id: string | undefined,
  flags: { readonly output: string } & Configured,
): Promise<void> {
  const users = flags.userRules?.length ? await (await import('./user-rules.ts')).loadUserRules(flags.userRules) : [];
  const entries = [...builtIn(), ...users.map(userEntry)];
  if (id === undefined) {
    const width = Math.max(...entries.map((entry) => entry.id.length));
    const lines = entries.map((entry) => `${entry.id.padEnd(width)}  ${entry.severity.padEnd(7)}  ${entry.title}`);
    process.stdout.write(flags.output === 'json' ? `${JSON.stringify(entries, null, 2)}\n` : `${lines.join('\n')}\n`);
    return;
  }
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) throw new Failure(unknownRule(id, users), 2);
  const text = users.find((user) => user.id === id);
  if (flags.output === 'json') process.stdout.write(`${JSON.stringify(entry, null, 2)}\n`);
  else if (text) process.stdout.write(userPage(text));
  else {
    const page = new URL(`./rules/${entry.family}/${entry.id}.md`, import.meta.url);
    process.stdout.write(await readFile(page, 'utf8'));
  }
}

interface Entry {
  readonly id: string;
  readonly family: string;
  readonly severity: string;
  readonly title: string;
  readonly docs: Rule['docs'];
  readonly needs: Rule['needs'];
  readonly also: NonNullable<Rule['also']>;
  readonly explains: readonly string[];
}

function builtIn(): readonly Entry[] {
  return catalogue.map(({ family, rule }) => ({
    id: rule.id,
    family,
    severity: rule.severity,
    title: rule.title,
    docs: rule.docs,
    needs: rule.needs,
    also: rule.also ?? [],
    explains: rule.explains ?? [],
  }));
}

function userEntry({ id, severity, title, cause, fix, docs, explains, file }: UserRuleText): Entry {
  const said = { what: title, why: cause, fix: fix.map(({ say }) => say).join(' '), seen: docs };
  return { id, family: `user: ${file}`, severity, title, docs: said, needs: [], also: [], explains };
}

function userPage({ id, title, severity, effect, file, each, when, docs, cause, fix }: UserRuleText): string {
  const parts = [docs, cause, ...fix.map(({ say }) => say)].filter((part) => part.trim() !== '');
  return `# ${id}

**${title}.** Severity ${severity}, effect ${effect}; a rule of your own, ${file}.

Of each of ${each}: \`${when.trim()}\`
${parts.map((part) => `\n${part.trim()}\n`).join('')}`;
}

/** What reports say of every rule. */
export function ruleTexts(): readonly RuleText[] {
  return catalogue.map(({ family, rule: { id, title, severity, docs } }) => ({ id, family, title, severity, docs }));
}

/** Refuses names of rules that do not exist, so that a typing error is not a silent pass. */
export function checkRuleNames(names: readonly string[], users: readonly UserRuleText[] = []): void {
  for (const name of names) {
    if (!idsWith(users).includes(name)) throw new Failure(unknownRule(name, users), 2);
  }
}

function unknownRule(name: string, users: readonly UserRuleText[]): string {
  const near = nearest(name, idsWith(users));
  return `no rule ${name}${near === null ? '' : `, did you mean ${near}?`}; meshdoctor rules lists them all`;
}

function idsWith(users: readonly UserRuleText[]): readonly string[] {
  return [...catalogue.map(({ rule }) => rule.id), ...users.map(({ id }) => id)];
}
