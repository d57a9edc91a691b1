import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { asObject } from '../../lib/json.ts';
import type { Chunk } from './split.ts';

/** What became of one document: its value and the offset where that begins; or why not, and where (1-based, in the file). */
export type Parsed =
  | { readonly ok: true; readonly value: unknown; readonly start: number }
  | { readonly ok: false; readonly reason: string; readonly line: number; readonly column: number };

/** Nesting beyond any object of Kubernetes: deeper input is refused before a parser recurses into it. */
const maxDepth = 200;
/** The parser's own limit on alias expansion, so that a few lines cannot become gigabytes. */
const maxAliases = 1000;

/** Parses one document of a file; never throws. */
export function parseChunk(file: string, chunk: Chunk): Parsed {
  const deep = tooDeep(chunk.text);
  if (deep !== null) return failed(file, chunk.offset + deep, `nested deeper than ${maxDepth} levels`);
  const json = asJson(chunk.text);
  if (json !== undefined) return { ok: true, value: json, start: chunk.text.search(/\S/) };
  try {
    const document = parseDocument(chunk.text, {
      prettyErrors: false,
      logLevel: 'silent',
      merge: true,
      uniqueKeys: true,
    });
    const [error] = document.errors;
    if (error) return failed(file, chunk.offset + error.pos[0], oneLine(error.message));
    const start = document.contents?.range?.[0] ?? 0;
    return { ok: true, value: document.toJS({ maxAliasCount: maxAliases }), start };
  } catch (error) {
    return failed(file, chunk.offset, oneLine(error instanceof Error ? error.message : String(error)));
  }
}

/** Where in a chunk the value stands that a path of keys names; its deepest part that exists. */
export function offsetIn(root: Node, path: readonly string[]): number {
  return nodeAt(root, path).at;
}

/** From and to, as offsets in the chunk, of the value a path names; null where it is not there as written. */
export function rangeIn(root: Node, path: readonly string[]): readonly [number, number] | null {
  const { node, found } = nodeAt(root, path);
  const range = node?.range;
  return found === path.length && range ? [range[0], range[1]] : null;
}

/** The syntax tree of a document that was read before. */
export function rootOf(chunk: Chunk): Node | null {
  return parseDocument(chunk.text, { prettyErrors: false, logLevel: 'silent', merge: true }).contents;
}

function nodeAt(
  root: Node,
  path: readonly string[],
): { readonly node: Node | null; readonly at: number; readonly found: number } {
  let node: Node | null = root;
  let at = node.range?.[0] ?? 0;
  let found = 0;
  for (const key of path) {
    const next = childOf(node, key);
    if (!next) break;
    node = next.value;
    at = next.at;
    found += 1;
    if (!node) break;
  }
  return { node, at, found };
}

function childOf(node: Node, key: string): { readonly value: Node | null; readonly at: number } | null {
  if (isMap(node)) {
    const pair = node.items.find(({ key: name }) => isScalar(name) && String(name.value) === key);
    if (!pair) return null;
    const value = (pair.value as Node | null) ?? null;
    const name = pair.key as Node;
    return { value, at: value?.range?.[0] ?? name.range?.[0] ?? 0 };
  }
  if (isSeq(node) && /^\d+$/.test(key)) {
    const value = (node.items[Number(key)] as Node | undefined) ?? null;
    return value ? { value, at: value.range?.[0] ?? 0 } : null;
  }
  return null;
}

function asJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Offset where flow brackets or indentation go too deep; null where they do not. A cheap scan, not a parser. */
function tooDeep(text: string): number | null {
  let open = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x7b || code === 0x5b) open += 1;
    else if (code === 0x7d || code === 0x5d) open = Math.max(0, open - 1);
    if (open > maxDepth) return index;
  }
  const dashes = /^(?:[-?] ?){201,}/m.exec(text) ?? /^ {2000,}\S/m.exec(text);
  return dashes ? dashes.index : null;
}

function failed(file: string, offset: number, reason: string): Parsed {
  return { ok: false, reason, ...lineAndColumn(file, offset) };
}

/** A place in a text, both from 1. */
interface LineAndColumn {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset. */
export function lineAndColumn(file: string, offset: number): LineAndColumn {
  return lineFinder(file)(offset);
}

/** The same for many offsets of one text, which is looked through once. */
export function lineFinder(file: string): (offset: number) => LineAndColumn {
  const starts = [0];
  for (let at = file.indexOf('\n'); at >= 0; at = file.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function oneLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').slice(0, 200);
}

/** The kind and API version a value has as a Kubernetes object; null where it is none. */
export function typeOf(value: unknown): { readonly apiVersion: string; readonly kind: string } | null {
  const { apiVersion, kind } = asObject(value);
  return typeof apiVersion === 'string' && typeof kind === 'string' && kind !== '' ? { apiVersion, kind } : null;
}
