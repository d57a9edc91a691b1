import { memoize } from '../lib/memo.ts';
import type { Severity } from '../diagnose/finding.ts';

/** A column of a list. */
export interface Column {
  readonly title: string;
  /** Columns of the terminal it may take; the last one takes what is left. */
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
      readonly columns: readonly Column[];
      readonly rows: readonly Row[];
      /** Said where there are no rows. */
      readonly empty: string;
    }
  | { readonly kind: 'page'; readonly title: string; readonly lines: readonly string[] };

/** How a person chose to see the rows of a list. */
type Choice = readonly [filter: string, sort: { readonly column: number; readonly reverse: boolean } | null];

const noRows: readonly Row[] = [];

/** The last choice made of a list, and what it shows: a key press asks for it several times. */
const lastShown = memoize((_: readonly Row[]) => ({ choice: '', rows: noRows }));

/** The rows of a list that a filter leaves, in the order a person chose. Every word of the filter must be somewhere in the row. */
export function shownRows(rows: readonly Row[], ...choice: Choice): readonly Row[] {
  const last = lastShown(rows);
  const wanted = JSON.stringify(choice);
  if (last.choice !== wanted) Object.assign(last, { choice: wanted, rows: choose(rows, choice) });
  return last.rows;
}

function choose(rows: readonly Row[], [filter, sort]: Choice): readonly Row[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const left =
    words.length === 0
      ? rows
      : rows.filter(({ cells }) => {
          const text = cells.join(' ').toLowerCase();
          return words.every((word) => text.includes(word));
        });
  if (!sort) return left;
  const { column, reverse } = sort;
  const keyed = left.map((row) => ({ row, value: row.order?.[column] ?? row.cells[column] ?? '' }));
  keyed.sort((one, other) => compare(one.value, other.value) * (reverse ? -1 : 1));
  return keyed.map(({ row }) => row);
}

function compare(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0;
}
