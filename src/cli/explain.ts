import { readFile } from 'node:fs/promises';
import type { DecidedLines, Engine, ExplainOptions, ExplainResult } from '../engine/protocol.ts';
import { groupBy } from '../lib/memo.ts';
import type { ExplainRequest, Unexplained } from '../routing/explained.ts';
import { Failure } from './failure.ts';
import { look, writeOut } from './report-options.ts';
import { buildRequest } from './request/build.ts';
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
  const requests = await readAll(words, flags);
  await withSession(flags, viewsAlone, (session) => answer(session, requests, flags));
}

async function readAll(
  words: readonly string[],
  flags: SourceFlags & ExplainFlags,
): Promise<readonly (ExplainRequest | Unexplained)[]> {
  const given = [words.length > 0, flags.logLine !== undefined, flags.curl !== undefined, flags.requests !== undefined];
  if (given.filter(Boolean).length !== 1) {
    throw new Failure('give one of: [METHOD] URL, --log-line, --curl, --requests (see --help)', 2);
  }
  if (flags.requests === '-' && flags.filename.includes('-')) {
    throw new Failure('--requests - and -f - both read standard input: give one of them a file', 2);
  }
  if (flags.requests !== undefined) {
    const { readRequests } = await import('./request/jsonl.ts');
    return readRequests(await readText(flags.requests), flags.requests);
  }
  return [{ ...(await readOne(words, flags)), ...(flags.port === undefined ? {} : { port: flags.port }) }];
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

async function readText(file: string): Promise<string> {
  try {
    return file === '-' ? await readStdin() : await readFile(file, 'utf8');
  } catch (error) {
    throw new Failure(`cannot read ${file}: ${error instanceof Error ? error.message : error}`, 2);
  }
}

async function answer(
  { engine, summary }: Session,
  rows: readonly (ExplainRequest | Unexplained)[],
  flags: ExplainFlags,
): Promise<void> {
  complain(summary.sources);
  const options = {
    gateway: flags.gateway ?? null,
    coverage: flags.coverage,
    envoyVersion: flags.envoyVersion ?? null,
  };
  const [row] = rows;
  const told =
    flags.requests === undefined && row && !('error' in row)
      ? await answerOne(await engine.explain({ ...options, requests: [row], steps: true }), flags)
      : await answerMany(engine, rows, options);
  for (const line of told.unmet) say(line);
  for (const line of told.uncovered) say(`no request reached ${line}`);
  if (flags.coverage) say(`${told.routes - told.uncovered.length} of ${told.routes} routes were reached`);
  const notSeen = summary.sources.some(({ state }) => state !== 'ok') && !flags.bestEffort;
  process.exitCode = told.errors > 0 ? 2 : told.unmet.length > 0 ? 1 : summary.timedOut ? 4 : notSeen ? 3 : 0;
}

/** What is left to say when the answers are out. */
interface Told {
  readonly errors: number;
  readonly unmet: readonly string[];
  readonly uncovered: readonly string[];
  readonly routes: number;
}

function say(line: string): void {
  process.stderr.write(`meshdoctor: ${line}\n`);
}

async function answerOne(result: ExplainResult, flags: ExplainFlags): Promise<Told> {
  const [one] = result.explained;
  const trouble = result.trouble ?? (one && 'error' in one ? one.error : null);
  if (trouble !== null || !one || 'error' in one) throw new Failure(trouble ?? 'no answer', 2);
  if (flags.output === 'json') {
    const { decisionJson } = await import('../report/decision-json.ts');
    await writeOut(`${decisionJson(one, true)}\n`);
  } else {
    const { renderExplanation } = await import('../report/terminal/explanation.ts');
    await writeOut(renderExplanation(one, { ...look(), all: flags.all }));
  }
  return { errors: 0, unmet: [], uncovered: result.uncovered, routes: result.routes };
}

/** So many at once: enough to keep the engine at work, few enough to hold in memory. */
const batch = 2_000;

async function answerMany(
  engine: Engine,
  rows: readonly (ExplainRequest | Unexplained)[],
  options: Omit<ExplainOptions, 'requests' | 'steps'>,
): Promise<Told> {
  let errors = 0;
  const unmet: string[] = [];
  let uncovered: readonly string[] | null = null;
  let routes = 0;
  for (let from = 0; from < rows.length; from += batch) {
    const some = rows.slice(from, from + batch);
    const good = some.flatMap((row) => ('error' in row ? [] : [row]));
    const result = await engine.decide({ ...options, requests: good });
    if (result.trouble !== null) throw new Failure(result.trouble, 2);
    const lines = result.lines.values();
    await writeOut(some.map((row) => `${'error' in row ? JSON.stringify(row) : lines.next().value}\n`).join(''));
    for (const row of some) if ('error' in row) say(row.error);
    const bad = result.failures.filter(({ kind }) => kind === 'error');
    for (const { said } of bad) say(said);
    errors += bad.length + some.length - good.length;
    unmet.push(...unmetOf(result, good, some, from));
    // What no batch reached: it is in the list of each.
    const left = new Set(result.uncovered);
    uncovered = uncovered === null ? result.uncovered : uncovered.filter((line) => left.has(line));
    routes = result.routes;
  }
  return { errors, unmet, uncovered: uncovered ?? [], routes };
}

/** One line a request whose answer is not as it expects. */
function unmetOf(
  { failures }: DecidedLines,
  good: readonly ExplainRequest[],
  some: readonly (ExplainRequest | Unexplained)[],
  from: number,
): readonly string[] {
  const wrong = failures.filter(({ kind }) => kind === 'unmet');
  return [...groupBy(wrong, ({ at }) => at)].flatMap(([at, all]) => {
    const request = good[at];
    if (!request) return [];
    const name = request.id ?? String(from + some.indexOf(request) + 1);
    return [`request ${name} (${request.url}): ${all.map(({ said }) => said).join('; ')}`];
  });
}
