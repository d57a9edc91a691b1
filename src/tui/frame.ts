import { clean, oneLine } from '../lib/text.ts';
import { displayWidth, truncate } from '../lib/width.ts';
import { type Look, paint } from '../report/terminal/paint.ts';
import { shownRows, standsAt } from './choose.ts';
import { type Content, type Row, withLive } from './content.ts';
import { sourceWords } from './ages.ts';
import { age, type Data } from './data.ts';
import { drawHead, drawRow, fill, layOut, sortedColumns } from './draw.ts';
import { contentOf } from './screens/screens.ts';
import { reportOf } from './screens/waiting.ts';
import { current, type Extent, type Screen, type State } from './state.ts';

/** How many lines stand around what a screen shows: title, state of the sources, keys. */
const around = 3;

/** How many lines of a page fit. */
export function pageRoom(height: number): number {
  return Math.max(1, height - around);
}

/** What of the screen a step hangs on. */
export function extentOf(state: State, data: Data, look: Look, height: number): Extent {
  const content = contentOf(state, data, look);
  const room = pageRoom(height);
  if (content.kind === 'page') {
    const { length } = fitted(content.lines, look.width);
    const top = { keyAt: () => null, standsAt: ({ selected }: { selected: number }) => selected };
    return { count: Math.max(1, length - room + 1), page: room, columns: 0, ...top };
  }
  const rows = shownRows(content, current(state));
  return {
    count: rows.length,
    page: room - 1 - headOf(content, room).length,
    columns: content.columns.length,
    keyAt: (row) => rows[row]?.key ?? null,
    standsAt: (view) => standsAt(rows, view),
  };
}

/** The row a person stands on; null where there is none. */
export function standingOn(state: State, data: Data, look: Look): string | null {
  const content = contentOf(state, data, look);
  if (content.kind === 'page') return null;
  const view = current(state);
  const rows = shownRows(content, view);
  return rows[standsAt(rows, view)]?.key ?? null;
}

/** The whole screen: exactly `height` lines of at most the look's width. */
export function frame(state: State, data: Data, look: Look, height: number): readonly string[] {
  const content = contentOf(state, data, look);
  const room = pageRoom(height);
  const body =
    content.kind === 'list'
      ? drawList(content, state, look, room)
      : drawPage(fitted(content.lines, look.width), state, room);
  const filled = [...body, ...Array<string>(Math.max(0, room - body.length)).fill('')];
  return [
    drawTitle(content.title, state, data, look),
    ...filled.slice(0, room),
    drawSources(data, look),
    drawFoot(state, look),
  ];
}

type List = Extract<Content, { kind: 'list' }>;

/** Below so many lines the rows need all of them. */
const lowRoom = 16;

function headOf({ head = [] }: List, room: number): readonly string[] {
  return room < lowRoom ? [] : head.map(({ text }) => text);
}

function drawList(list: List, state: State, look: Look, room: number): readonly string[] {
  const { columns, rows, empty } = list;
  const view = current(state);
  const { filter, sort } = view;
  const shown = shownRows(list, { filter, sort });
  const head = headOf(list, room).map((line) =>
    displayWidth(line) > look.width ? fill(line, look.width, look) : line,
  );
  if (shown.length === 0) {
    const none = rows.length === 0 ? empty : `none of ${rows.length} has "${filter}" (esc shows all)`;
    return [...head, '', `  ${fill(oneLine(none), look.width - 2, look)}`];
  }
  const page = Math.max(1, room - 1 - head.length);
  const stands = shown[standsAt(shown, view)];
  const seen = seenLines(shown, stands, page).map((line) =>
    typeof line === 'string' ? line : withLive(line, list.live),
  );
  const laid = layOut(
    sortedColumns(columns, sort, look),
    seen.filter((line) => typeof line !== 'string'),
    look.width - 2,
  );
  const lines = seen.map((line) =>
    typeof line === 'string'
      ? paint(look, 'bold', fill(`  ${line}`, look.width, look))
      : drawRow(line, laid, line.key === stands?.key, look),
  );
  return [...head, drawHead(laid, look), ...lines];
}

/** As many lines as fit, that of a row among them: rows, and above those of a part its heading. */
function seenLines(rows: readonly Row[], stands: Row | undefined, room: number): readonly (Row | string)[] {
  const begins = (at: number): boolean => rows[at]?.part !== rows[at - 1]?.part;
  const lines = rows.some(({ part }) => part !== undefined)
    ? rows.flatMap((row, at) => (row.part !== undefined && begins(at) ? [row.part, row] : [row]))
    : rows;
  const at = stands ? lines.indexOf(stands) : 0;
  const top = Math.max(0, Math.min(at - Math.floor(room / 2), lines.length - room));
  const [first, ...rest] = lines.slice(top, top + room);
  // Who pages down still sees under which heading they are.
  const hidden = typeof first === 'object' && first !== stands ? first.part : undefined;
  return first === undefined ? rest : [hidden ?? first, ...rest];
}

/** Lines of a page, those that are too long (a command is told as it is typed) as several. */
function fitted(lines: readonly string[], width: number): readonly string[] {
  return lines.flatMap((line) => {
    const isPainted = line.includes('\u001b');
    return isPainted || displayWidth(line) <= width ? line : pieces(line, width);
  });
}

function pieces(line: string, width: number): readonly string[] {
  const parts: string[] = [];
  for (let rest = line; rest !== ''; ) {
    const part = truncate(rest, width, '');
    parts.push(part);
    rest = part === '' ? '' : rest.slice(part.length);
  }
  return parts;
}

function drawPage(lines: readonly string[], state: State, room: number): readonly string[] {
  const most = Math.max(0, lines.length - room);
  const top = Math.min(current(state).selected, most);
  return lines.slice(top, top + room);
}

function drawTitle(title: string, state: State, data: Data, look: Look): string {
  const report = reportOf(data);
  const counts = report ? `${report.summary.error} error, ${report.summary.warning} warning` : '';
  const { filter } = current(state);
  const left = `meshdoctor  ${oneLine(title)}${filter === '' ? '' : `  /${oneLine(filter)}`}`;
  const room = look.width - displayWidth(counts) - 2;
  return paint(look, 'bold', `${fill(left, Math.max(1, room), look)}  ${counts}`.slice(0, look.width));
}

/** How old what is seen is, what is awaited and what failed. */
function drawSources(data: Data, look: Look): string {
  return paint(look, 'dim', fill(stateWords(data).join(look.ascii ? ' - ' : ' · '), look.width, look));
}

function stateWords(data: Data): readonly string[] {
  const { collected, report, sources, now } = data;
  const words = sourceWords(data);
  if (collected.state === 'failed') return [`reading failed: ${oneLine(collected.why)}`, ...words];
  if (collected.state === 'waiting')
    return sources.length === 0 ? [`reading the sources, ${age(collected.since, now)}`] : words;
  if (report.state === 'waiting') return [...words, `diagnosing, ${age(report.since, now)}`];
  return report.state === 'failed' ? [...words, `the diagnosis failed: ${oneLine(report.why)}`] : words;
}

function drawFoot(state: State, look: Look): string {
  const { prompt, notice, paused } = state;
  if (prompt) {
    const name = { filter: '/', jump: ':', request: 'request: ' }[prompt.kind];
    const room = look.width - name.length - 1;
    // The end of what is typed is what a person looks at.
    const tail = clean([...prompt.text].slice(-Math.max(1, room)).join(''));
    return fill(`${name}${tail}${look.ascii ? '_' : '█'}`, look.width, look);
  }
  if (notice !== null) return paint(look, 'bold', fill(oneLine(notice), look.width, look));
  const before = paused ? 'PAUSED  ' : '';
  return fill(before + fewer(keysOf(current(state).screen), look.width - before.length), look.width, look);
}

/** As many keys as fit; the way to help and out stand at the end and stay. */
function fewer(keys: string, width: number): string {
  const words = keys.split('  ');
  while (words.length > 3 && words.join('  ').length > width) words.splice(-3, 1);
  return words.join('  ');
}

/** What keys do on a screen. */
export function keysOf({ name }: Screen): string {
  const common = 'tab next  / filter  ? help  q quit';
  switch (name) {
    case 'gateways':
      return `enter routes  ${common}`;
    case 'routes':
      return `enter route  esc back  l its log  < > sort  ${common}`;
    case 'logs':
      return `enter explain  < > sort  ${common}`;
    case 'changes':
      return `enter finding  ${common}`;
    case 'class':
      return 'esc back  e edit the request  j/k scroll  q quit';
    case 'findings':
      return `enter finding  < > sort  ${common}`;
    case 'finding':
      return 'esc back  y copy the command  j/k scroll  q quit';
    case 'explain':
      return 'e type a request  j/k scroll  tab next  ? help  q quit';
    case 'route':
      return 'esc back  1-9 show, fold  l its log  j/k scroll  q quit';
    case 'sources':
    case 'help':
      return 'esc back  j/k scroll  q quit';
  }
}
