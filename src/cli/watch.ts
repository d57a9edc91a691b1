import { writeFile } from 'node:fs/promises';
import { startEngine } from '../engine/client.ts';
import { buildRequest } from '../engine/requests/build.ts';
import type { ExplainRequest } from '../routing/explained.ts';
import type { LogsRequest } from '../collect/request.ts';
import type { Configured } from './config/apply.ts';
import { Failure } from './failure.ts';
import { type LogWindowFlags, momentOf, podsWanted } from './logs.ts';
import { holdLittleGarbage } from './heap.ts';
import { look } from './report-options.ts';
import { sourcesOf } from './session.ts';
import type { SourceFlags } from './source-options.ts';

/** The flags of `watch` as commander delivers them. */
export interface WatchFlags extends LogWindowFlags {
  readonly interval: number;
  /** `--no-logs`: none of pods is followed. */
  readonly logs: boolean;
  readonly screenReader: boolean;
}

/** A person looks at all there is; how often an Envoy is asked hangs on what it takes. */
const pace = { maxCallMs: null, light: false, peeks: true };

/** `meshdoctor watch`: the terminal UI. */
export async function watch(flags: SourceFlags & WatchFlags & Configured): Promise<void> {
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    throw new Failure('watch needs a terminal; for a report use meshdoctor diagnose', 2);
  }
  if (flags.filename.includes('-'))
    throw new Failure('watch reads keys from standard input: give manifests as a file', 2);
  const logs = logsOf(flags);
  const request = await sourcesOf(flags, { documents: true, whole: false }, 'one');
  const userRules = flags.userRules?.length
    ? await (await import('./user-rules.ts')).loadUserRules(flags.userRules)
    : [];
  holdLittleGarbage();
  const settings = { suppressions: flags.suppressions ?? [], userRules };
  const engine = startEngine(new URL('./worker.js', import.meta.url));
  const stamp = (): string => new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const put = async (name: string, bytes: string | Uint8Array): Promise<string> => {
    await writeFile(name, bytes);
    return `saved ${name}`;
  };
  try {
    // Where CI is set ink draws its last frame alone; but here is a terminal, and somebody before it.
    process.env.CI = 'false';
    const { startUi } = await import('../tui/start.ts');
    const { width: _, ...paint } = look();
    await startUi(
      {
        engine,
        settings,
        gather: (atOnce) => engine.gather({ ...request, pace: { ...pace, atOnce } }),
        follow: () => engine.follow(logs),
        readRequest,
        save: async () => {
          const { renderJson } = await import('../report/json.ts');
          return put(
            `meshdoctor-${stamp()}.json`,
            renderJson(await engine.diagnose({ rules: [], skip: [], ...settings })),
          );
        },
        bundle: async () => put(`meshdoctor-${stamp()}.tar.gz`, await engine.bundle()),
        everyMs: request.admin.length > 0 || request.live ? flags.interval : null,
        now: Date.now,
      },
      // INK_SCREEN_READER is what other programs made with ink hear too.
      { ...paint, reader: flags.screenReader || process.env.INK_SCREEN_READER === 'true' },
    );
  } finally {
    await engine.close();
  }
}

/** The logs to follow: files, those of a bundle, and unless `--no-logs` those of pods. */
function logsOf(flags: SourceFlags & WatchFlags): LogsRequest {
  if (flags.accessLog.includes('-')) throw new Failure('watch reads keys from standard input: give logs as files', 2);
  const now = Date.now();
  return {
    paths: flags.accessLog,
    format: flags.logFormat ?? null,
    since: momentOf('--since', flags.since, now),
    until: momentOf('--until', flags.until, now),
    pods: flags.logs ? podsWanted(flags, now) : null,
  };
}

/** A URL with or without method, a curl command, or a line of the access log. */
async function readRequest(text: string): Promise<ExplainRequest> {
  if (/^\s*curl\s/.test(text)) return (await import('./request/curl.ts')).readCurl(text);
  if (/^\s*[[{]/.test(text)) return (await import('./request/log-line.ts')).readLogLine(text);
  const words = text.trim().split(/\s+/);
  const [first = '', second] = words;
  return buildRequest(second === undefined ? { url: first } : { method: first.toUpperCase(), url: second });
}
