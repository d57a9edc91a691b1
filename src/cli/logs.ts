import type { LogsDocument } from '../report/logs-document.ts';
import type { GroupBy } from '../traffic/traffic.ts';
import type { PodLogsWanted } from '../collect/request.ts';
import { Failure } from './failure.ts';
import { gatewayName, readNames } from './gateway-names.ts';
import { look, writeOut } from './report-options.ts';
import { complain, withSession } from './session.ts';
import { nowOf, parseDuration, type SourceFlags, viewsAlone } from './source-options.ts';

/** The flags that choose logs and a time of them. */
export interface LogWindowFlags {
  readonly accessLog: readonly string[];
  readonly logFormat?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limitBytes: number;
}

/** The flags where none is given, and none of pods is to be read. */
export const noLogFlags = { accessLog: [], limitBytes: 64 << 20, logs: false } as const;

/** The flags of `logs` as commander delivers them. */
export interface LogsFlags extends LogWindowFlags {
  readonly by: GroupBy;
  readonly status: readonly string[];
  readonly path?: string;
  readonly gateway?: string;
  readonly envoyVersion?: string;
  readonly output: 'terminal' | 'json';
  readonly all: boolean;
  readonly bestEffort: boolean;
}

/** `meshdoctor logs`: classes of requests in access logs, each failing one explained; sets the exit code. */
export async function logs(words: readonly string[], given: SourceFlags & LogsFlags): Promise<void> {
  const live = given.live || given.context.length > 0;
  const named = live ? words.filter((word) => gatewayName.test(word)) : [];
  const flags = { ...given, named: readNames(named, live ? given.gateway : undefined) };
  const files = [...words.filter((word) => !named.includes(word)), ...flags.accessLog];
  if (files.length === 0 && flags.bundle.length === 0 && !live)
    throw new Failure(
      'name a log: meshdoctor logs FILE… (- for standard input, .gz too), vgw/NAME --live, or a --bundle that holds one',
      2,
    );
  if (files.filter((file) => file === '-').length + Number(flags.filename.includes('-')) > 1)
    throw new Failure('only one of the logs and -f can be standard input (-)', 2);
  const statuses = statusesOf(flags.status);
  const now = nowOf(flags);
  const [only = null] = flags.named.gateways.length === 1 ? flags.named.gateways : [];
  const options = {
    files,
    pods: live ? podsWanted(flags, now) : null,
    format: flags.logFormat ?? null,
    since: momentOf('--since', flags.since ?? (live && files.length === 0 ? podsSince : undefined), now),
    until: momentOf('--until', flags.until, now),
    by: flags.by,
    statuses,
    path: flags.path ?? null,
    gateway: flags.gateway ?? only,
    envoyVersion: flags.envoyVersion ?? null,
  };
  await withSession(flags, { ...viewsAlone, sourceless: true }, async ({ engine, summary }) => {
    complain(summary.sources);
    const document = await engine.logs(options);
    complain(document.sources);
    await write(document, flags);
    process.exitCode = exitCodeOf(document, summary.sources, summary.timedOut, flags.bestEffort);
  });
}

/** What `--status` names: `404`, `5xx`. */
export function statusesOf(lists: readonly string[]): readonly string[] {
  const statuses = lists.flatMap((list) => list.split(',')).filter((text) => text !== '');
  const wrong = statuses.find((text) => !/^(?:\d{1,3}|[1-5]xx)$/i.test(text));
  if (wrong !== undefined) throw new Failure(`--status takes 404, 5xx or a list of them; got ${wrong}`, 2);
  return statuses;
}

function exitCodeOf(
  { sources }: LogsDocument,
  others: readonly { readonly state: string; readonly trouble: string | null }[],
  timedOut: boolean,
  bestEffort: boolean,
): number {
  if (sources.some(({ state }) => state === 'failed') || others.some(({ trouble }) => trouble === 'nothing-readable'))
    return 2;
  if (timedOut) return 4;
  return [...sources, ...others].some(({ state }) => state !== 'ok') && !bestEffort ? 3 : 0;
}

/** Of pods' logs, where `--since` does not say. */
const podsSince = '20m';

/** How the logs of pods are read. */
export function podsWanted({ since, limitBytes }: LogWindowFlags, now: number): PodLogsWanted {
  return { since: momentOf('--since', since ?? podsSince, now) ?? now, limitBytes };
}

/** A moment as ISO 8601, or how long before now. */
export function momentOf(flag: string, text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  if (/^\d+(?:\.\d+)?(?:ms|s|m|h)?$/.test(text)) return now - parseDuration(text);
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Failure(`${flag} takes 20m, 2h or a time (2026-11-24T03:04:00Z); got ${text}`, 2);
  return time;
}

async function write(document: LogsDocument, flags: LogsFlags): Promise<void> {
  if (flags.output === 'json') return writeOut(`${JSON.stringify(document, null, 2)}\n`);
  const { renderLogs } = await import('../report/terminal/logs.ts');
  await writeOut(renderLogs(document, { ...look(), all: flags.all, by: flags.by }));
}
