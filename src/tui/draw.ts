import { displayWidth, oneLine, padded, truncate } from '../lib/text.ts';
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

/** Gives each column its room: as much as its rows need, at most what it may take; spare ones go first where there is too little. */
export function layOut(columns: readonly Column[], rows: readonly Row[], width: number): readonly Laid[] {
  let kept = columns.map((column, at) => ({ column, at }));
  for (;;) {
    const fixed = kept.slice(0, -1).map(({ column, at }) => {
      const needed = Math.max(
        displayWidth(column.title),
        ...rows.map(({ cells }) => displayWidth(oneLine(cells[at] ?? ''))),
      );
      return Math.min(column.most, needed);
    });
    const used = fixed.reduce((sum, one) => sum + one + 2, 0);
    const [spare] = kept
      .filter(({ column }) => column.spare !== undefined)
      .sort((one, other) => (other.column.spare ?? 0) - (one.column.spare ?? 0));
    if (width - used >= (kept.at(-1)?.column.least ?? narrowest) || !spare) {
      return kept.map((one, index) => ({
        ...one,
        width: fixed[index] ?? Math.max(1, Math.min(one.column.most, width - used)),
      }));
    }
    kept = kept.filter((one) => one !== spare);
  }
}

/** The line above a list: the sorted column says which way. */
export function drawHead(laid: readonly Laid[], sort: { column: number; reverse: boolean } | null, look: Look): string {
  const titles = laid.map(({ column, at, width }) => {
    const arrow = sort?.column === at ? (sort.reverse ? (look.ascii ? 'v' : '↓') : look.ascii ? '^' : '↑') : '';
    return fill(column.title + arrow, width, look, column.right);
  });
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
