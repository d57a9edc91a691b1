import { writeFile } from 'node:fs/promises';
import type { ReportDocument, ReportFinding } from '../report/document.ts';
import type { Look } from '../report/terminal/paint.ts';
import { countsFor, type FailOn } from './exit-code.ts';
import { Failure } from './failure.ts';

/** What `-o` of a report takes. */
export const reportFormats = ['terminal', 'wide', 'json', 'sarif', 'junit', 'markdown', 'html'] as const;

type ReportFormat = (typeof reportFormats)[number];

/** True for formats that draw the way of requests: the engine has to find it. */
export function drawsWays({ output }: Pick<ReportFlags, 'output'>): boolean {
  return output === 'wide' || output === 'html';
}

/** True for formats that people read; machines get a document even where nothing was read. */
export function isForPeople({ output }: Pick<ReportFlags, 'output'>): boolean {
  return output === 'terminal' || output === 'wide';
}

/** The report flags as commander delivers them. */
export interface ReportFlags {
  /** `--gateway`: `NS/NAME`. */
  readonly gateway?: string;
  readonly output: ReportFormat;
  readonly outputFile?: string;
  readonly rule: readonly string[];
  readonly skipRule: readonly string[];
  readonly failOn: FailOn;
  readonly show: string;
  readonly all: boolean;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly bestEffort: boolean;
  readonly timings: boolean;
}

const showable = ['clear', 'not-evaluated', 'standing'] as const;

/** Renders a report as the flags ask and writes it to stdout or the file they name. */
export async function writeReport(document: ReportDocument, flags: ReportFlags): Promise<void> {
  const text = await render(document, flags);
  if (flags.outputFile === undefined) return writeOut(text);
  try {
    await writeFile(flags.outputFile, text);
  } catch (error) {
    throw new Failure(`cannot write ${flags.outputFile}: ${error instanceof Error ? error.message : error}`, 2);
  }
}

/** Writes to stdout and waits until it is out. */
export async function writeOut(text: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

/** How text is drawn on this terminal. */
export function look(): Look {
  return { width: terminalWidth(), color: wantsColor(), ascii: !isUtf8() };
}

/** Each format loads its own renderer alone. */
async function render(document: ReportDocument, flags: ReportFlags): Promise<string> {
  const detail = { all: flags.all, show: parseShow(flags.show) };
  switch (flags.output) {
    case 'json':
      return (await import('../report/json.ts')).renderJson(document);
    case 'sarif':
      return (await import('../report/sarif.ts')).renderSarif(document, (await import('./rules.ts')).ruleTexts());
    case 'junit': {
      const fails = (finding: ReportFinding): boolean => countsFor(finding, flags.failOn);
      return (await import('../report/junit.ts')).renderJunit(
        document,
        (await import('./rules.ts')).ruleTexts(),
        fails,
      );
    }
    case 'markdown':
      return (await import('../report/markdown.ts')).renderMarkdown(document, detail);
    case 'html':
      return (await import('../report/html.ts')).renderHtml(document, detail);
    default:
      return (await import('../report/terminal.ts')).renderTerminal(document, {
        ...detail,
        ...(flags.outputFile === undefined ? look() : { width: 100, color: false, ascii: !isUtf8() }),
        ...(flags.output === 'wide' ? { all: true, wide: true } : {}),
      });
  }
}

function parseShow(text: string): ReadonlySet<(typeof showable)[number]> {
  const asked = text.split(',').filter((name) => name !== '');
  const wrong = asked.find((name) => !showable.some((known) => known === name));
  if (wrong !== undefined) throw new Failure(`--show takes ${showable.join(', ')}; got ${wrong}`, 2);
  return new Set(showable.filter((name) => asked.includes(name)));
}

function terminalWidth(): number {
  const columns = process.stdout.columns ?? Number(process.env.COLUMNS ?? 100);
  return Math.max(60, Math.min(120, Number.isFinite(columns) && columns > 0 ? columns : 100));
}

/** https://no-color.org: NO_COLOR, not empty, turns colour off; FORCE_COLOR turns it on where there is no terminal. */
function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0';
  return process.stdout.isTTY === true && TERM !== 'dumb';
}

/** POSIX order: LC_ALL, then LC_CTYPE, then LANG; none set means the C locale on a terminal, and UTF-8 for pipes and files. */
function isUtf8(): boolean {
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG;
  if (!locale) return process.stdout.isTTY !== true || process.platform === 'win32' || process.platform === 'darwin';
  return /utf-?8/i.test(locale);
}
