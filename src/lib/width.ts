import stringWidth from 'string-width';

let segmenter: Intl.Segmenter | null = null;

/** The graphemes of a text; what cuts them is made for the first text that is not plain. */
function graphemes(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}

/** A text filled up with blanks to `width` columns, at its end or (`right`) before it. */
export function padded(text: string, width: number, right: boolean): string {
  const blank = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return right ? blank + text : text + blank;
}

/** Signs that take one column each and never join: most texts are of them alone, and counted at once. */
const plain = /^[\x20-\x7e…▸·▁-█]*$/;

/** How many columns a terminal needs for a text. */
export function displayWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** Breaks a text at spaces into lines of at most `width` columns; a longer word is cut, at a sign such as `/` where one is near. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (word === '') continue;
    if (line !== '' && displayWidth(`${line} ${word}`) <= width) {
      line = `${line} ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = displayWidth(word) <= width ? [word] : cutWord(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

/** Wraps a text behind a first-line prefix; the lines that follow are indented to where the text began. */
export function hang(prefix: string, text: string, width: number): readonly string[] {
  const indent = displayWidth(prefix);
  const blank = ' '.repeat(indent);
  return wrap(text, Math.max(1, width - indent)).map((line, index) => (index === 0 ? prefix : blank) + line);
}

/** Cuts a text to `width` columns, with a sign that says so. */
export function truncate(text: string, width: number, sign = '…'): string {
  // A grapheme may be many code units, but a text this long cannot fit whole unless nearly all of it is invisible.
  if (text.length <= width * 20 && displayWidth(text) <= width) return text;
  const room = width - displayWidth(sign);
  return room < 0 ? '' : `${fitting(text, room)}${sign}`;
}

/** The longest beginning of a text, in whole graphemes, that needs at most `width` columns. */
function fitting(text: string, width: number): string {
  if (plain.test(text)) return text.slice(0, width);
  let used = 0;
  let end = 0;
  for (const { segment, index } of graphemes(text)) {
    used += displayWidth(segment);
    if (used > width) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** One pass over the word, so that a very long one costs its length and not its square. */
function cutWord(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const { segment } of graphemes(word)) {
    const needed = displayWidth(segment);
    if (piece !== '' && used + needed > width) {
      const end = cutAt(piece);
      pieces.push(piece.slice(0, end));
      piece = piece.slice(end);
      used = displayWidth(piece);
    }
    piece += segment;
    used += needed;
  }
  return piece === '' ? pieces : [...pieces, piece];
}

/** After the last sign in the second half of a full line, else at its end. */
function cutAt(piece: string): number {
  const sign = Math.max(...['/', ',', '.', '-', '_', '=', '&', ';'].map((mark) => piece.lastIndexOf(mark)));
  return sign >= piece.length / 2 ? sign + 1 : piece.length;
}
