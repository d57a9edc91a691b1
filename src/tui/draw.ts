import { oneLine } from '../lib/text.ts';
import { displayWidth, padded, truncate } from '../lib/width.ts';
import { type Look, paint, severityStyle, sign } from '../report/terminal/paint.ts';
import type { Column, Row } from './content.ts';

/** A text, safe for a terminal already, in exactly so many columns. */
export function fill(text: string, width: number, look: Look, right = false): string {
  return padded(truncate(text, width, sign(look, 'ellipsis')), width, right);
}

/** A column and how wide it is drawn. */
export interface Laid {
  readonly column: Column;
  readonly at: number;
  readonly width: number;
}

const narrowest = 10;

/**
 * Gives each column its room: what its rows need, at most what it may take. Where there is too little, spare ones go first; what
 * is left is shared by those that were cut, and the last one has the rest.
 */
export function layOut(columns: readonly Column[], rows: readonly Row[], width: number): readonly Laid[] {
  let kept = columns.map((column, at) => {
    const cells = rows.map((row) => displayWidth(oneLine(row.cells[at] ?? '')));
    return { column, at, needs: Math.max(displayWidth(column.title), ...cells) };
  });
  for (;;) {
    const last = kept.length - 1;
    const least = kept[last]?.column.least ?? narrowest;
    const bases = kept.map(({ column, needs }, index) => Math.min(index < last ? column.most : least, needs));
    const used = bases.reduce((sum, one) => sum + one, 0) + 2 * last;
    const [spare] = kept
      .filter(({ column }) => column.spare !== undefined)
      .sort((one, other) => (other.column.spare ?? 0) - (one.column.spare ?? 0));
    if (used - (bases[last] ?? 0) + least <= width || !spare) {
      const cut = kept.map(({ needs }, index) => needs - (bases[index] ?? 0));
      const more = shared(cut, width - used);
      const widths = bases.map((base, index) => base + (more[index] ?? 0));
      const rest = width - 2 * last - widths.slice(0, last).reduce((sum, one) => sum + one, 0);
      return kept.map(({ column, at }, index) => ({
        ...{ column, at },
        width: index < last ? (widths[index] ?? 0) : Math.max(1, rest),
      }));
    }
    kept = kept.filter((one) => one !== spare);
  }
}

/** What each takes of a room: who wants least is served first, and none more than the others. */
function shared(wanted: readonly number[], room: number): readonly number[] {
  const given = wanted.map(() => 0);
  let left = Math.max(0, room);
  const order = wanted.map((_, at) => at).sort((one, other) => (wanted[one] ?? 0) - (wanted[other] ?? 0));
  for (const [turn, at] of order.entries()) {
    const part = Math.min(wanted[at] ?? 0, Math.floor(left / (order.length - turn)));
    given[at] = part;
    left -= part;
  }
  return given;
}

/** The columns of a list that is sorted: that by which it is says which way, and is never left out. */
export function sortedColumns(
  columns: readonly Column[],
  sort: { readonly column: number; readonly reverse: boolean } | null,
  look: Look,
): readonly Column[] {
  return columns.map((column, at) => {
    if (sort?.column !== at) return column;
    const { spare: _, ...kept } = column;
    const title = `${column.title}${sort.reverse ? (look.ascii ? 'v' : '↓') : look.ascii ? '^' : '↑'}`;
    return { ...kept, title, most: Math.max(column.most, displayWidth(title)) };
  });
}

/** The line above a list. */
export function drawHead(laid: readonly Laid[], look: Look): string {
  const titles = laid.map(({ column, width }) => fill(column.title, width, look, column.right));
  return paint(look, 'dim', `  ${titles.join('  ')}`);
}

/** A row; the one a person stands on has a mark, never colour alone. */
export function drawRow(row: Row, laid: readonly Laid[], stands: boolean, look: Look): string {
  const text = laid
    .map(({ column, at, width }) => fill(oneLine(row.cells[at] ?? ''), width, look, column.right))
    .join('  ');
  const line = `${stands ? (look.ascii ? '> ' : '▸ ') : '  '}${text}`;
  if (stands) return paint(look, 'inverse', line);
  if (row.severity === 'dim') return paint(look, 'dim', line);
  return row.severity ? paint(look, severityStyle(row.severity), line) : line;
}
