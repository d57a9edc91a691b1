import { memoize } from '../lib/memo.ts';
import type { Severity } from '../diagnose/finding.ts';

/** A column of a list. */
export interface Column {
  readonly title: string;
  /** Columns of the terminal it may take while others lack room; the last one takes what is left. */
  readonly most: number;
  /** Of the last column: where there is less, spare ones go. */
  readonly least?: number;
  readonly right?: boolean;
  /** Left out where the terminal is narrow: the larger, the earlier. */
  readonly spare?: number;
}

/** A row of a list. */
export interface Row {
  readonly key: string;
  readonly cells: readonly string[];
  /** What the cells are sorted by, where that is not their text. */
  readonly order?: readonly (number | string)[];
  readonly severity?: Severity | 'dim';
}

/** What a screen shows: rows to choose from, or lines to read. */
export type Content =
  | {
      readonly kind: 'list';
      readonly title: string;
      /** Lines above the rows, some of them drawn by bars; left out where the terminal is low. */
      readonly head?: readonly { readonly text: string; readonly bars: boolean }[];
      readonly columns: readonly Column[];
      readonly rows: readonly Row[];
      /** What is told anew of a row each second; of rows that are not seen it need not be known. */
      readonly refresh?: (row: Row) => Row;
      /** Said where there are no rows. */
      readonly empty: string;
    }
  | {
      readonly kind: 'page';
      readonly title: string;
      readonly lines: readonly string[];
      /** True while an answer is awaited that will stand here. */
      readonly waits?: boolean;
    };

/** How a person chose to see the rows of a list. */
export interface Choice {
  readonly filter: string;
  readonly sort: { readonly column: number; readonly reverse: boolean } | null;
}

const noRows: readonly Row[] = [];

/** The last choice made of a list, and what it shows: a key press asks for it several times. */
const lastShown = memoize((_: object) => ({ choice: '', rows: noRows }));

/** The columns and rows of a list. */
type Table = Pick<Extract<Content, { kind: 'list' }>, 'columns' | 'rows' | 'refresh'>;

/**
 * The rows of a list that a filter leaves, in the order a person chose. Every word of the filter must be somewhere in the row;
 * `flag:uf` in the column whose title begins so; `5xx` stands for every number from 500 to 599.
 */
export function shownRows(table: Table, { filter, sort }: Choice): readonly Row[] {
  const { columns, refresh } = table;
  if (filter === '' && !sort) return table.rows;
  const last = lastShown(refresh ?? table.rows);
  const wanted = JSON.stringify([filter, sort]);
  if (last.choice !== wanted) {
    const rows = refresh ? table.rows.map(refresh) : table.rows;
    Object.assign(last, { choice: wanted, rows: choose(columns, rows, filter, sort) });
  }
  return last.rows;
}

function choose(
  columns: readonly Column[],
  rows: readonly Row[],
  filter: string,
  sort: Choice['sort'],
): readonly Row[] {
  const tests = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => testOf(word, columns));
  const left = tests.length === 0 ? rows : rows.filter(({ cells }) => tests.every((test) => test(cells)));
  if (!sort) return left;
  const { column, reverse } = sort;
  const keyed = left.map((row) => ({ row, value: row.order?.[column] ?? row.cells[column] ?? '' }));
  keyed.sort((one, other) => compare(one.value, other.value) * (reverse ? -1 : 1));
  return keyed.map(({ row }) => row);
}

function testOf(word: string, columns: readonly Column[]): (cells: Row['cells']) => boolean {
  const [, name, rest = ''] = /^([a-z][a-z0-9]*):(.*)$/.exec(word) ?? [];
  const column = name === undefined ? -1 : columns.findIndex(({ title }) => title.toLowerCase().startsWith(name));
  const text = column < 0 ? word : rest;
  const hundred = /^([1-5])xx$/.exec(text);
  const pattern = hundred ? new RegExp(`(?<![\\w.])${hundred[1]}\\d\\d(?![\\w.])`) : null;
  const fits = (cell: string): boolean => pattern?.test(cell) ?? cell.toLowerCase().includes(text);
  return column < 0 ? (cells) => cells.some(fits) : (cells) => fits(cells[column] ?? '');
}

function compare(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0;
}
