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
  /** The heading it stands under, apart from rows of others; absent: none. */
  readonly part?: string;
}

/** What is told of a row now, in some of its columns. */
export type LiveCells = Pick<Row, 'cells' | 'severity'> & Required<Pick<Row, 'order'>>;

/** Columns that are told anew each second: of rows that are not seen they need not be known. */
export interface Live {
  /** The first of them. */
  readonly from: number;
  readonly count: number;
  readonly of: (row: Row) => LiveCells;
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
      /** Rows hold nothing in these columns. */
      readonly live?: Live;
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

/** A row with what is told of it now. */
export function withLive(row: Row, live: Live | undefined): Row {
  if (!live) return row;
  const { from, count } = live;
  const { cells, order, severity } = live.of(row);
  return {
    ...row,
    cells: row.cells.toSpliced(from, count, ...cells),
    order: (row.order ?? row.cells).toSpliced(from, count, ...order),
    ...(severity ? { severity } : {}),
  };
}
