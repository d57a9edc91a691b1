import type { LogsRequest } from '../collect/request.ts';
import type { RequestsAsked } from '../engine/protocol.ts';
import type { BaselineEntry } from '../report/document.ts';
import type { UserRuleText } from '../snapshot/user-rule.ts';
import { againstBaseline, keepBaseline, loadBaseline } from './baseline.ts';
import type { Configured } from './config/apply.ts';
import { exitCode } from './exit-code.ts';
import { Failure } from './failure.ts';
import { readNames } from './gateway-names.ts';
import { type LogWindowFlags, momentOf, podsWanted, statusesOf } from './logs.ts';
import { drawsWays, isForPeople, type ReportFlags, writeReport } from './report-options.ts';
import { complain, readNothing, refuseUnknown, type Session, withSession } from './session.ts';
import { nowOf, type SourceFlags, viewsAlone } from './source-options.ts';

/** Which requests the report is about, as commander delivers it. */
interface AboutFlags {
  readonly path?: string;
  readonly host?: string;
  readonly status: readonly string[];
}

type DiagnoseFlags = SourceFlags & ReportFlags & Configured & AboutFlags;

/** `meshdoctor diagnose`: collect, run the rules, report; sets the exit code. */
export async function diagnose(
  given: DiagnoseFlags & LogWindowFlags & { readonly logs: boolean },
  words: readonly string[] = [],
): Promise<void> {
  const flags = { ...given, named: readNames(words, given.gateway) };
  const named = [...flags.rule, ...flags.skipRule];
  if (flags.accessLog.filter((file) => file === '-').length + Number(flags.filename.includes('-')) > 1)
    throw new Failure('only one of the logs and -f can be standard input (-)', 2);
  const userRules = flags.userRules?.length
    ? await (await import('./user-rules.ts')).loadUserRules(flags.userRules)
    : [];
  if (named.length > 0) (await import('./rules.ts')).checkRuleNames(named, userRules);
  const baseline = await loadBaseline(flags);
  // Loading what measures text takes as long as reading 50 objects: here it does so while the engine reads.
  if (flags.output === 'terminal') void import('../report/terminal.ts');
  const logs = logsOf(flags);
  const requests = requestsOf(flags);
  const xraySince = flags.xray ? podsWanted(flags, nowOf(flags)).since : null;
  await withSession(
    flags,
    { ...viewsAlone, logs, traces: { paths: flags.traces, xraySince } },
    (session) => report(session, flags, { baseline, userRules, requests }),
    { clusters: 'many' },
  );
}

/** The logs that tell of traffic: files, those of a bundle, and unless `--no-logs` those of pods. */
function logsOf(flags: SourceFlags & LogWindowFlags & { readonly logs: boolean }): LogsRequest {
  const now = nowOf(flags);
  return {
    paths: flags.accessLog,
    format: flags.logFormat ?? null,
    since: momentOf('--since', flags.since, now),
    until: momentOf('--until', flags.until, now),
    pods: flags.logs ? podsWanted(flags, now) : null,
  };
}

/** The requests that are named; null: all. */
function requestsOf(flags: DiagnoseFlags): RequestsAsked | null {
  const [path, host] = [flags.path ?? null, flags.host ?? null];
  const statuses = statusesOf(flags.status);
  if (path === null && host === null && statuses.length === 0) return null;
  if (path !== null && !/^\/[^*\s]*$/.test(path))
    throw new Failure(`--path takes the path of a request, /cart/1; got ${path}`, 2);
  if (host !== null && !/^[^/\s*]+$/.test(host))
    throw new Failure(`--host takes the host of a request, shop.example.com; got ${host}`, 2);
  if (flags.writeBaseline !== undefined)
    throw new Failure('--write-baseline takes the whole report: leave out --path, --host and --status', 2);
  return { path, host, statuses };
}

/** What a report is made with, read before anything is collected. */
interface Wanted {
  readonly baseline: readonly BaselineEntry[] | null;
  readonly userRules: readonly UserRuleText[];
  readonly requests: RequestsAsked | null;
}

async function report(
  { engine, summary, collectMs }: Session,
  flags: DiagnoseFlags,
  { baseline, userRules, requests }: Wanted,
): Promise<void> {
  complain(summary.sources);
  const begun = performance.now();
  const found = await engine.diagnose({
    rules: flags.rule,
    skip: flags.skipRule,
    suppressions: flags.suppressions ?? [],
    userRules,
    requests,
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
