import type { Size } from './size.ts';

const beginUpdate = '\u001b[?2026h\u001b[?25l';
const endUpdate = '\u001b[?2026l';

/**
 * Puts frames on a terminal: only the lines that changed are written, in one piece. (Ink lays out and compares a whole screen for
 * each key, which takes it some 20 ms of a core; lines that are whole already need none of that.)
 */
export class Painter {
  readonly #write: (text: string) => void;
  #shown: readonly string[] = [];
  #size: Size = { columns: 0, rows: 0 };

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  paint(lines: readonly string[], { columns, rows }: Size): void {
    const resized = columns !== this.#size.columns || rows !== this.#size.rows;
    const before = resized ? [] : this.#shown;
    let text = resized ? '\u001b[2J' : '';
    for (const [at, line] of lines.entries()) {
      if (line !== before[at]) text += `\u001b[${at + 1};1H${line}\u001b[K`;
    }
    this.#shown = lines;
    this.#size = { columns, rows };
    if (text !== '') this.#write(beginUpdate + text + endUpdate);
  }
}
