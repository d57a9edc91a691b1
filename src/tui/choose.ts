import { groupBy, memoize } from '../lib/memo.ts';
import type { Choice, Content, Live, Row } from './content.ts';

/** The columns and rows of a list. */
type Table = Pick<Extract<Content, { kind: 'list' }>, 'columns' | 'rows' | 'live'>;

/** What a word of a filter asks: of any cell, or of that of a column. Texts are in small letters. */
interface Word {
  readonly column: number | null;
  readonly fits: (text: string) => boolean;
}

const noRows: readonly Row[] = [];

/** The last choice made of a list, and what it shows: a key press asks for it several times. */
const lastShown = memoize((_: object) => ({ choice: '', rows: noRows }));

/**
 * The rows of a list that a filter leaves, in the order a person chose. Every word of the filter must be somewhere in the row;
 * `flag:uf` in the column whose title begins so; `5xx` stands for every number from 500 to 599. Rows of one part stay together.
 */
export function shownRows(table: Table, { filter, sort }: Choice): readonly Row[] {
  const { rows, live } = table;
  if (filter === '' && !sort) return rows;
  const changes = live && (filter !== '' || isLive(live, sort?.column ?? -1));
  const last = lastShown(changes ? live : rows);
  const choice = JSON.stringify([filter, sort]);
  if (last.choice !== choice) Object.assign(last, { choice, rows: sorted(table, filtered(table, filter), sort) });
  return last.rows;
}

/** Where in these rows a person stands: on the row they chose, wherever it is now; where it is gone, as far down as before. */
export function standsAt(rows: readonly Row[], { key, selected }: { key: string | null; selected: number }): number {
  const at = key === null ? -1 : rows.findIndex((row) => row.key === key);
  return at < 0 ? Math.min(selected, rows.length - 1) : at;
}

/** What rows say by themselves: a filter looks through it at each letter that is typed. */
const textsOf = memoize((rows: readonly Row[]) => rows.map(({ cells }) => cells.join('\n').toLowerCase()));

function filtered({ columns, rows, live }: Table, filter: string): readonly Row[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .flatMap((word) => (word === '' ? [] : wordOf(word, columns)));
  if (words.length === 0) return rows;
  const texts = textsOf(rows);
  const cellsOf = (row: Row): readonly string[] => live?.of(row).cells ?? [];
  return rows.filter((row, at) =>
    words.every(({ column, fits }) => {
      if (column === null) return fits(texts[at] ?? '') || cellsOf(row).some(fits);
      const cell = live && isLive(live, column) ? cellsOf(row)[column - live.from] : row.cells[column];
      return fits((cell ?? '').toLowerCase());
    }),
  );
}

function wordOf(word: string, columns: Table['columns']): Word {
  const [, name, rest = ''] = /^([a-z][a-z0-9]*):(.*)$/.exec(word) ?? [];
  const column = name === undefined ? -1 : columns.findIndex(({ title }) => title.toLowerCase().startsWith(name));
  const text = column < 0 ? word : rest;
  const hundred = /^([1-5])xx$/.exec(text);
  const pattern = hundred ? new RegExp(`(?<![\\w.])${hundred[1]}\\d\\d(?![\\w.])`) : null;
  return { column: column < 0 ? null : column, fits: (cell) => pattern?.test(cell) ?? cell.includes(text) };
}

interface Keys {
  readonly column: number;
  readonly rows: readonly Row[];
  readonly keys: readonly (number | string)[];
}

/** What rows were sorted by last. */
const lastKeys = memoize((_: object): Keys => ({ column: -1, rows: noRows, keys: [] }));

function sorted({ rows: all, live }: Table, rows: readonly Row[], sort: Choice['sort']): readonly Row[] {
  if (!sort) return rows;
  const { column, reverse } = sort;
  const keyOf = (row: Row): number | string =>
    live && isLive(live, column)
      ? (live.of(row).order[column - live.from] ?? '')
      : (row.order?.[column] ?? row.cells[column] ?? '');
  // The order is turned round more often than what it goes by changes.
  const known = lastKeys(live && isLive(live, column) ? live : rows);
  if (known.column !== column || known.rows !== rows) Object.assign(known, { column, rows, keys: rows.map(keyOf) });
  const { keys } = known;
  const sign = reverse ? -1 : 1;
  const places = rows.map((_, at) => at);
  const numbers = keys.every((key) => typeof key === 'number') ? Float64Array.from(keys) : null;
  if (numbers) places.sort((one, other) => ((numbers[one] ?? 0) - (numbers[other] ?? 0)) * sign);
  else places.sort((one, other) => compare(keys[one] ?? '', keys[other] ?? '') * sign);
  const inOrder = places.flatMap((at) => rows[at] ?? []);
  if (!all.some(({ part }) => part !== undefined)) return inOrder;
  const parts = groupBy(inOrder, ({ part }) => part);
  return [...groupBy(all, ({ part }) => part).keys()].flatMap((part) => parts.get(part) ?? []);
}

function isLive({ from, count }: Live, column: number): boolean {
  return column >= from && column < from + count;
}

function compare(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0;
}
