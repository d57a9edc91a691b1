import { readFile } from 'node:fs/promises';
import type { Explained, ExplainRequest, Unexplained } from '../routing/explained.ts';
import { Failure } from './failure.ts';
import { look, writeOut } from './report-options.ts';
import { buildRequest } from './request/build.ts';
import { complain, readStdin, type Session, withSession } from './session.ts';
import type { SourceFlags } from './source-options.ts';

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
  await withSession(flags, false, (session) => answer(session, requests, flags));
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
  const many = flags.requests !== undefined;
  const requests = rows.flatMap((row) => ('error' in row ? [] : [row]));
  const result = await engine.explain({
    requests,
    gateway: flags.gateway ?? null,
    steps: !many,
    coverage: flags.coverage,
    envoyVersion: flags.envoyVersion ?? null,
  });
  if (result.trouble !== null) throw new Failure(result.trouble, 2);
  const left = result.explained.values();
  const answers = rows.map((row) => ('error' in row ? row : (left.next().value ?? { id: row.id, error: 'no answer' })));
  const [single] = answers;
  if (!many && single && 'error' in single) throw new Failure(single.error, 2);
  const { decisionJson, unmet } = await import('../report/decision-json.ts');
  if (many || flags.output === 'json') {
    await writeOut(answers.map((one) => `${decisionJson(one, !many)}\n`).join(''));
  } else if (single && !('error' in single)) {
    const { renderExplanation } = await import('../report/terminal/explanation.ts');
    await writeOut(renderExplanation(single, { ...look(), all: flags.all }));
  }
  const say = (line: string): void => void process.stderr.write(`meshdoctor: ${line}\n`);
  const bad = answers.filter((one) => 'error' in one);
  for (const { error } of bad) say(error);
  const failed = rows.flatMap((row, index) => {
    const one: Explained | Unexplained | undefined = answers[index];
    if ('error' in row || !row.expect || !one || 'error' in one) return [];
    const wrong = unmet(one, row.expect);
    return wrong.length > 0 ? [`request ${row.id ?? index + 1} (${one.url}): ${wrong.join('; ')}`] : [];
  });
  for (const line of failed) say(line);
  for (const line of result.uncovered) say(`no request reached ${line}`);
  if (flags.coverage) say(`${result.routes - result.uncovered.length} of ${result.routes} routes were reached`);
  const notSeen = summary.sources.some(({ state }) => state !== 'ok') && !flags.bestEffort;
  process.exitCode = bad.length > 0 ? 2 : failed.length > 0 ? 1 : summary.timedOut ? 4 : notSeen ? 3 : 0;
}
