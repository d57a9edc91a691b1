/** One YAML document of a file: its text, and where it starts. */
export interface Chunk {
  /** As YAML counts documents in the file. */
  readonly index: number;
  /** Offset of the text in the file. */
  readonly offset: number;
  readonly text: string;
}

/**
 * Cuts a file at its document markers (`---` and `...` at column 0, YAML 1.2 §9.1: nothing else may begin a line so), so
 * that one broken document does not hide the others. Documents without content are left out, but
 * counted as the yaml package counts them: what a `---` begins, and what a `...` ends.
 */
export function splitDocuments(text: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  let explicit = false;
  let index = 0;
  const add = (end: number, ended: boolean): void => {
    const chunk = text.slice(start, end);
    const content = hasContent(chunk);
    if (content) chunks.push({ index, offset: start, text: chunk });
    if (content || explicit || ended) index += 1;
  };
  const marker = /^(---|\.\.\.)(?=[ \t\r\n]|$)/gm;
  for (let match = marker.exec(text); match; match = marker.exec(text)) {
    add(match.index, match[1] === '...');
    start = match.index + 3;
    explicit = match[1] === '---';
  }
  add(text.length, false);
  return chunks;
}

function hasContent(chunk: string): boolean {
  return /^[ \t]*[^\s#%]/m.test(chunk);
}
