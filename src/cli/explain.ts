import { readFile } from 'node:fs/promises';
import type { CollectSummary, DecidedLines, ExplainOptions, ExplainResult } from '../engine/protocol.ts';
import { buildRequest } from '../engine/requests/build.ts';
import { UnreadableRequest } from '../engine/requests/unreadable.ts';
import type { ExplainRequest } from '../routing/explained.ts';
import { Failure } from './failure.ts';
import { look, writeOut } from './report-options.ts';
import { decideFile } from './request/decide-file.ts';
import { complain, readStdin, type Session, withSession } from './session.ts';
import { type SourceFlags, viewsAlone } from './source-options.ts';

/** The flags of `explain` as commander delivers them. */
export interface ExplainFlags {
  readonly header: readonly string[];
  readonly port?: number;
  readonly sni?: string;
  readonly protocol?: 'http1' | 'http2' | 'grpc';
  readonly logLine?: string;
  readonly curl?: string;
  readonly requests?: string;
  readonly coverage: boolean;
  readonly gateway?: string;
  readonly envoyVersion?: string;
  readonly output: 'terminal' | 'json';
  readonly all: boolean;
  readonly bestEffort: boolean;
}

/** `meshdoctor explain`: decide one request, or a file of them; sets the exit code. */
export async function explain(words: readonly string[], flags: SourceFlags & ExplainFlags): Promise<void> {
  const given = [words.length > 0, flags.logLine !== undefined, flags.curl !== undefined, flags.requests !== undefined];
  if (given.filter(Boolean).length !== 1) {
    throw new Failure('give one of: [METHOD] URL, --log-line, --curl, --requests (see --help)', 2);
  }
  if (flags.requests !== undefined) return explainFile(flags.requests, flags);
  const request = await readOne(words, flags).catch((error: unknown) => {
    throw error instanceof UnreadableRequest ? new Failure(error.message, 2) : error;
  });
  await withSession(flags, viewsAlone, async ({ engine, summary }) => {
    complain(summary.sources);
    const asked = { ...request, port: flags.port ?? request.port };
    await write(await engine.explain({ ...deciding(flags), requests: [asked] }), flags);
    process.exitCode = exitCodeFor({ errors: [], unmet: [] }, summary, flags);
  });
}

async function explainFile(file: string, flags: SourceFlags & ExplainFlags): Promise<void> {
  if (file === '-' && flags.filename.includes('-')) {
    throw new Failure('--requests - and -f - both read standard input: give one of them a file', 2);
  }
  const bytes = await readBytes(file);
  const decideAll = async ({ engine, summary }: Session): Promise<void> => {
    complain(summary.sources);
    const told = await decideFile(engine, bytes, { ...deciding(flags), file, coverage: flags.coverage });
    if (told.requests === 0) throw new Failure(`${file} holds no request`, 2);
    for (const line of told.unmet) say(line);
    for (const line of told.uncovered) say(`no request reached ${line}`);
    if (flags.coverage) say(`${told.routes - told.uncovered.length} of ${told.routes} routes were reached`);
    process.exitCode = exitCodeFor(told, summary, flags);
  };
  await withSession(flags, viewsAlone, decideAll, { young: 'large' });
}

function deciding({ gateway, envoyVersion }: ExplainFlags): Pick<ExplainOptions, 'gateway' | 'envoyVersion'> {
  return { gateway: gateway ?? null, envoyVersion: envoyVersion ?? null };
}

function exitCodeFor(
  { errors, unmet }: Pick<DecidedLines, 'errors' | 'unmet'>,
  { sources, timedOut }: CollectSummary,
  { bestEffort }: ExplainFlags,
): number {
  if (errors.length > 0) return 2;
  if (unmet.length > 0) return 1;
  if (timedOut) return 4;
  return sources.some(({ state }) => state !== 'ok') && !bestEffort ? 3 : 0;
}

async function readOne(words: readonly string[], flags: ExplainFlags): Promise<ExplainRequest> {
  if (flags.logLine !== undefined) return (await import('./request/log-line.ts')).readLogLine(flags.logLine);
  if (flags.curl !== undefined) return (await import('./request/curl.ts')).readCurl(flags.curl);
  const [first = '', second] = words;
  if (words.length > 2) throw new Failure('explain takes [METHOD] URL; quote a URL that holds blanks', 2);
  return buildRequest({
    url: second ?? first,
    headers: flags.header,
    ...(second === undefined ? {} : { method: first }),
    ...(flags.sni === undefined ? {} : { sni: flags.sni }),
    ...(flags.protocol === undefined ? {} : { protocol: flags.protocol }),
  });
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return file === '-' ? Buffer.from(await readStdin()) : await readFile(file);
  } catch (error) {
    throw new Failure(`cannot read ${file}: ${error instanceof Error ? error.message : error}`, 2);
  }
}

function say(line: string): void {
  process.stderr.write(`meshdoctor: ${line}\n`);
}

async function write({ explained, trouble }: ExplainResult, flags: ExplainFlags): Promise<void> {
  const [one] = explained;
  const why = trouble ?? (one && 'error' in one ? one.error : null);
  if (why !== null || !one || 'error' in one) throw new Failure(why ?? 'no answer', 2);
  if (flags.output === 'json') {
    const { explanationJson } = await import('../report/decision-json.ts');
    await writeOut(`${explanationJson(one)}\n`);
  } else {
    const { renderExplanation } = await import('../report/terminal/explanation.ts');
    await writeOut(renderExplanation(one, { ...look(), all: flags.all }));
  }
}
