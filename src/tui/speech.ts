import { oneLine } from '../lib/text.ts';
import type { Look } from '../report/terminal/paint.ts';
import { many } from '../report/traffic-wording.ts';
import { shownRows, standsAt } from './choose.ts';
import { type Content, withLive } from './content.ts';
import type { Data } from './data.ts';
import { keysOf, pageRoom } from './frame.ts';
import { contentOf } from './screens/screens.ts';
import { reportOf } from './screens/waiting.ts';
import { current, type State, type View } from './state.ts';

/** A screen in words, for who hears it. What changes by itself each second (ages, rates) is no reason to say it again. */
export interface Spoken {
  /** The same as long as a person stays where they are. */
  readonly place: string;
  /** What this screen is. */
  readonly heading: readonly string[];
  /** Where on it they stand; the same as long as they do not move, and there is something to stand on. */
  readonly stand: string;
  /** What is there: the selected row, or the lines of a page. */
  readonly here: readonly string[];
  /** What is typed or was just done; null: nothing. */
  readonly notice: string | null;
  /** How it stands with the sources and the findings, without ages. */
  readonly news: readonly string[];
}

/** Says a screen in words; no more lines of a page than fit. */
export function speechOf(state: State, data: Data, look: Look, height: number): Spoken {
  const content = contentOf(state, data, look);
  const view = current(state);
  const { screen, filter, sort, turned } = view;
  const told = content.kind === 'list' ? sayList(content, view) : sayPage(content, view, pageRoom(height));
  const { prompt, notice, paused } = state;
  const typing = prompt
    ? { filter: 'type a filter', jump: 'type a screen', request: 'type a request' }[prompt.kind]
    : null;
  return {
    ...told,
    place: JSON.stringify([screen, prompt?.kind === 'filter' ? null : filter, sort, turned]),
    notice:
      notice ??
      (typing === null ? (paused ? 'paused, p goes on' : null) : `${typing}, enter ends it, escape leaves it`),
    news: newsOf(data),
  };
}

type Said = Pick<Spoken, 'heading' | 'stand' | 'here'>;

function sayList(list: Extract<Content, { kind: 'list' }>, view: View): Said {
  const { filter, sort, screen, key } = view;
  const { columns, rows, title, empty, head = [] } = list;
  const shown = shownRows(list, { filter, sort });
  const by = sort ? [`sorted by ${columns[sort.column]?.title ?? '?'}${sort.reverse ? ', turned round' : ''}`] : [];
  const left = filter === '' ? [] : [`filter ${filter}: ${shown.length} of ${many(rows.length, 'row')}`];
  const words = head.flatMap(({ text, bars }) => (bars ? [] : [oneLine(text)]));
  const keys = keysOf(screen);
  const heading = [oneLine(title), ...words, ...left, ...by, `keys: ${keys}`];
  const at = standsAt(shown, view);
  const row = shown[at];
  if (!row)
    return {
      heading,
      stand: `none ${rows.length === 0 ? empty : ''}`.replace(/\d+\w?\b/g, ''),
      here: [oneLine(rows.length === 0 ? empty : 'no row')],
    };
  const { cells } = withLive(row, list.live);
  const parts = cells.flatMap((cell, column) =>
    cell === '' ? [] : [`${columns[column]?.title ?? ''} ${oneLine(cell)}`],
  );
  const said = [
    ...(row.part === undefined ? [] : [row.part]),
    `${at + 1} of ${shown.length} selected: ${parts.join(', ')}`,
  ];
  return { heading, stand: key ?? `row ${at}`, here: [said.join(', ')] };
}

function sayPage(
  { title, lines, waits }: Extract<Content, { kind: 'page' }>,
  { selected, screen }: View,
  room: number,
): Said {
  const top = Math.min(selected, Math.max(0, lines.length - room));
  const shown = lines.slice(top, top + room).filter((line) => line.trim() !== '');
  const part =
    lines.length > room ? [`lines ${top + 1} to ${Math.min(lines.length, top + room)} of ${lines.length}`] : [];
  return {
    heading: [oneLine(title), `keys: ${keysOf(screen)}`],
    stand: `${waits ? 'waits' : 'line'} ${top}`,
    here: [...part, ...shown],
  };
}

function newsOf(data: Data): readonly string[] {
  const { sources, collected } = data;
  const report = reportOf(data);
  const bad = sources.filter(({ last }) => last !== null && last.state !== 'ok');
  const awaited = sources.filter(({ last }) => last === null).map(({ name }) => `waiting for ${name}`);
  return [
    ...(report ? [`${many(report.summary.error, 'error')}, ${many(report.summary.warning, 'warning')}`] : []),
    ...(collected.state === 'failed' ? [`reading failed: ${collected.why}`] : []),
    ...bad.map(
      ({ name, last }) => `${name} ${last?.state ?? ''}: ${last?.state === 'failed' ? last.detail : 'not read whole'}`,
    ),
    ...awaited,
  ].map(oneLine);
}
