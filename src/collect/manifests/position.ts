import type { Node } from 'yaml';
import { pointerSegments } from '../../lib/json.ts';
import { memoize } from '../../lib/memo.ts';
import type { Place } from '../../snapshot/object.ts';
import type { FilePosition } from '../../snapshot/snapshot.ts';
import { lineAndColumn, lineFinder, offsetIn, rootOf } from './parse.ts';
import { type Chunk, splitDocuments } from './split.ts';

/** A file in which places are found. */
interface PlacedFile {
  readonly id: string;
  readonly origin: string;
  readonly text: string;
  readonly cluster?: string;
}

/**
 * Finds places in files. A report asks for thousands of them, many in one object: the chunks of a file are cut once, the
 * last chunk that was parsed is kept, and where a whole document begins is known from reading it.
 */
export function positionFinder(
  files: readonly PlacedFile[],
  starts: ReadonlyMap<string, ReadonlyMap<number, number>>,
): (place: Place) => FilePosition | null {
  const byId = new Map(files.map((file) => [file.id, file]));
  const chunksOf = memoize((file: PlacedFile) => {
    return new Map(splitDocuments(file.text).map((chunk) => [String(chunk.index), chunk]));
  });
  const linesOf = memoize((file: PlacedFile) => lineFinder(file.text));
  let last: {
    readonly chunk: Chunk;
    readonly root: Node | null;
    readonly line: number;
    readonly column: number;
  } | null = null;
  return ({ document, pointer: path }) => {
    const file = byId.get(document);
    const [index = '', ...rest] = pointerSegments(path);
    const chunk = file && chunksOf(file).get(index);
    // What an API server listed stands in no file that a person could open.
    if (!file || !chunk || file.cluster !== undefined) return null;
    const start = rest.length === 0 ? starts.get(document)?.get(chunk.index) : undefined;
    if (start !== undefined) return { file: file.origin, ...linesOf(file)(chunk.offset + start) };
    if (last?.chunk !== chunk) last = { chunk, root: rootOf(chunk), ...linesOf(file)(chunk.offset) };
    if (!last.root) return null;
    const inside = lineAndColumn(chunk.text, offsetIn(last.root, rest));
    const column = inside.line === 1 ? last.column + inside.column - 1 : inside.column;
    return { file: file.origin, line: last.line + inside.line - 1, column };
  };
}
