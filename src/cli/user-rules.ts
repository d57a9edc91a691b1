import { catalogue } from '../../rules/index.ts';
import { startEngine } from '../engine/client.ts';
import type { UserRuleText } from '../snapshot/user-rule.ts';
import { Failure } from './failure.ts';
import { withProgress } from './progress.ts';

/** The user rules in these files and folders, read and checked; what is wrong in them ends the run. */
export async function loadUserRules(paths: readonly string[]): Promise<readonly UserRuleText[]> {
  if (paths.length === 0) return [];
  const { readUserRules } = await import('../collect/settings/user-rules.ts');
  const { rules, faults } = await readUserRules(paths);
  const { compileRules } = await import('../diagnose/user-rules/compile.ts');
  const compiled = compileRules(
    rules,
    catalogue.map(({ rule }) => rule.id),
  );
  const all = [
    ...faults,
    ...compiled.faults.map(({ file, place, reason }) => `${file}:${place.line}:${place.column}: ${reason}`),
  ];
  if (all.length > 0) throw new Failure(all.join('\nmeshdoctor: '), 2);
  return rules;
}

/** `meshdoctor rules test PATH…`: runs the tests that stand in user rules; exit 1 where one fails, 2 where a file is wrong. */
export async function testUserRules(paths: readonly string[]): Promise<void> {
  const rules = await loadUserRules(paths);
  const engine = startEngine(new URL('./worker.js', import.meta.url));
  try {
    const results = await withProgress('running the tests', engine.testRules(rules));
    const failed = results.filter((result) => result.failed !== null);
    for (const { rule, test, at, failed: why } of failed)
      process.stdout.write(`FAILED ${rule}: ${test} (${at})\n  ${why}\n`);
    const untested = rules.filter(({ loud, quiet }) => loud.length === 0 || quiet.length === 0);
    for (const { id, file } of untested)
      process.stdout.write(`NOTE   ${id} (${file}) has no loud or no quiet test: write both\n`);
    const counts = `${rules.length} rules, ${results.length} tests`;
    process.stdout.write(`${counts}: ${failed.length === 0 ? 'all passed' : `${failed.length} failed`}\n`);
    process.exitCode = failed.length > 0 ? 1 : 0;
  } finally {
    await engine.close();
  }
}
