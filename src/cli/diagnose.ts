import type { BaselineEntry } from '../report/document.ts';
import type { UserRuleText } from '../snapshot/user-rule.ts';
import { againstBaseline, keepBaseline, loadBaseline } from './baseline.ts';
import type { Configured } from './config/apply.ts';
import { exitCode } from './exit-code.ts';
import { readNames } from './gateway-names.ts';
import { drawsWays, isForPeople, type ReportFlags, writeReport } from './report-options.ts';
import { complain, readNothing, refuseUnknown, type Session, withSession } from './session.ts';
import { type SourceFlags, viewsAlone } from './source-options.ts';

/** `meshdoctor diagnose`: collect, run the rules, report; sets the exit code. */
export async function diagnose(
  given: SourceFlags & ReportFlags & Configured,
  words: readonly string[] = [],
): Promise<void> {
  const flags = { ...given, named: readNames(words, given.gateway) };
  const named = [...flags.rule, ...flags.skipRule];
  const userRules = flags.userRules?.length
    ? await (await import('./user-rules.ts')).loadUserRules(flags.userRules)
    : [];
  if (named.length > 0) (await import('./rules.ts')).checkRuleNames(named, userRules);
  const baseline = await loadBaseline(flags);
  // Loading what measures text takes as long as reading 50 objects: here it does so while the engine reads.
  if (flags.output === 'terminal') void import('../report/terminal.ts');
  await withSession(flags, viewsAlone, (session) => report(session, flags, baseline, userRules), 'many');
}

async function report(
  { engine, summary, collectMs }: Session,
  flags: SourceFlags & ReportFlags & Configured,
  baseline: readonly BaselineEntry[] | null,
  userRules: readonly UserRuleText[],
): Promise<void> {
  complain(summary.sources);
  const begun = performance.now();
  const found = await engine.diagnose({
    rules: flags.rule,
    skip: flags.skipRule,
    suppressions: flags.suppressions ?? [],
    userRules,
    ways: drawsWays(flags),
  });
  const document = await againstBaseline(found, flags, baseline);
  const diagnosed = performance.now();
  refuseUnknown(flags, document.gateways.length, summary);
  // What was not looked at would be gone from the file.
  if (!readNothing(summary)) await keepBaseline(found, flags);
  process.exitCode = exitCode(document, flags.failOn, flags.bestEffort, summary.timedOut);
  if (!readNothing(summary) || !isForPeople(flags)) await writeReport(document, flags);
  if (!flags.timings) return;
  const parts = [
    `collect ${collectMs.toFixed(0)} ms`,
    `diagnose ${(diagnosed - begun).toFixed(0)} ms`,
    `report ${(performance.now() - diagnosed).toFixed(0)} ms`,
  ];
  process.stderr.write(`timings: ${parts.join(', ')}\n`);
}
