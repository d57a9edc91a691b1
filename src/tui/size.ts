/** How much of a terminal is drawn on. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** One line less than the terminal has: a full one makes ink clear the screen at every change. */
export function measure({ columns, rows }: Pick<NodeJS.WriteStream, 'columns' | 'rows'>): Size {
  return { columns: Math.max(20, columns || 80), rows: Math.max(5, (rows || 24) - 1) };
}
