/** How much of a terminal is drawn on. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The size of a terminal; what is usual where it does not tell. */
export function measure({ columns, rows }: Pick<NodeJS.WriteStream, 'columns' | 'rows'>): Size {
  return { columns: Math.max(20, columns || 80), rows: Math.max(5, rows || 24) };
}
