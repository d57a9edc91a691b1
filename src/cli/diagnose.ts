import { readNames } from './gateway-names.ts';
import { exitCode } from './exit-code.ts';
import { type ReportFlags, writeReport } from './report-options.ts';
import { complain, readNothing, refuseUnknown, type Session, withSession } from './session.ts';
import { type SourceFlags, viewsAlone } from './source-options.ts';

/** `meshdoctor diagnose`: collect, run the rules, report; sets the exit code. */
export async function diagnose(given: SourceFlags & ReportFlags, words: readonly string[] = []): Promise<void> {
  const flags = { ...given, named: readNames(words, given.gateway) };
  const named = [...flags.rule, ...flags.skipRule];
  if (named.length > 0) (await import('./rules.ts')).checkRuleNames(named);
  // Loading what measures text takes as long as reading 50 objects: here it does so while the engine reads.
  if (flags.output === 'terminal') void import('../report/terminal.ts');
  await withSession(flags, viewsAlone, (session) => report(session, flags), 'many');
}

async function report({ engine, summary, collectMs }: Session, flags: SourceFlags & ReportFlags): Promise<void> {
  complain(summary.sources);
  const begun = performance.now();
  const document = await engine.diagnose({ rules: flags.rule, skip: flags.skipRule });
  const diagnosed = performance.now();
  refuseUnknown(flags, document.gateways.length, summary);
  process.exitCode = exitCode(document, flags.failOn, flags.bestEffort, summary.timedOut);
  if (!readNothing(summary) || flags.output === 'json') await writeReport(document, flags);
  if (!flags.timings) return;
  const parts = [
    `collect ${collectMs.toFixed(0)} ms`,
    `diagnose ${(diagnosed - begun).toFixed(0)} ms`,
    `report ${(performance.now() - diagnosed).toFixed(0)} ms`,
  ];
  process.stderr.write(`timings: ${parts.join(', ')}\n`);
}
