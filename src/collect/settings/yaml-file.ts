import { isMap, isScalar, type Node } from 'yaml';
import { isObject, type JsonObject } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import { lineFinder, offsetIn, parseChunk, rootOf } from '../manifests/parse.ts';

/** Something wrong in a file of settings: which value (or its name), and why. */
export interface SettingFault {
  readonly path: readonly string[];
  readonly reason: string;
  /** True where the name is at fault, not what stands there. */
  readonly name?: true;
}

/** A file of settings as it was read: its value, and where each part stands. */
export interface YamlFile {
  readonly value: unknown;
  readonly at: (fault: Pick<SettingFault, 'path' | 'name'>) => { readonly line: number; readonly column: number };
}

/** Reads one YAML document (JSON is YAML); never throws. */
export function readYamlFile(
  text: string,
): { readonly ok: true; readonly file: YamlFile } | { readonly ok: false; readonly where: string; reason: string } {
  const clean = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  const chunk = { index: 0, offset: 0, text: clean };
  const parsed = parseChunk(clean, chunk);
  if (!parsed.ok) return { ok: false, where: `${parsed.line}:${parsed.column}`, reason: parsed.reason };
  let root: Node | null | undefined;
  const find = lineFinder(clean);
  return {
    ok: true,
    file: {
      value: parsed.value,
      at: ({ path, name }) => {
        root ??= rootOf(chunk);
        if (!root) return { line: 1, column: 1 };
        return find((name ? nameOffset(root, path) : null) ?? offsetIn(root, path));
      },
    },
  };
}

/** Faults as people read them: `file:line:column: reason`, one a line. */
export function faultLines(file: string, { at }: YamlFile, faults: readonly SettingFault[]): readonly string[] {
  return faults.map((fault) => {
    const { line, column } = at(fault);
    return `${file}:${line}:${column}: ${fault.reason}`;
  });
}

/** The value as an object, with a fault for each name that is not known, and one where it is no object. */
export function settingsIn(
  value: unknown,
  path: readonly string[],
  known: readonly string[],
  faults: SettingFault[],
): JsonObject {
  if (!isObject(value)) {
    faults.push({ path, reason: `${nameOf(path)} takes names and values, not ${typeName(value)}` });
    return {};
  }
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const hint = near === null ? `; known are ${known.join(', ')}` : `, did you mean ${near}?`;
    faults.push({ path: [...path, name], name: true, reason: `unknown name ${JSON.stringify(name)}${hint}` });
  }
  return value;
}

/** A text that must not be empty; null, with a fault where one is needed or something else stands there. */
export function textIn(
  settings: JsonObject,
  name: string,
  path: readonly string[],
  faults: SettingFault[],
  needed: 'needed' | 'optional',
): string | null {
  const value = settings[name];
  if (value === undefined || value === null) {
    if (needed === 'needed') faults.push({ path, reason: `${nameOf(path)} lacks ${name}` });
    return null;
  }
  if (typeof value === 'string' && value.trim() !== '') return value;
  faults.push({ path: [...path, name], reason: `${name} takes a text, not ${typeName(value)}` });
  return null;
}

/** What stands there, in a person's words. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value.trim() === '' ? 'an empty text' : `the text ${JSON.stringify(value)}`;
  return typeof value === 'object' ? 'names and values' : `${value}`;
}

function nameOf(path: readonly string[]): string {
  return path.length === 0 ? 'the file' : path.join('.');
}

function nameOffset(root: Node, path: readonly string[]): number | null {
  const parent = parentNode(root, path.slice(0, -1));
  if (!isMap(parent)) return null;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1));
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
}

function parentNode(root: Node, path: readonly string[]): unknown {
  let node: unknown = root;
  for (const name of path) {
    if (!isMap(node) && !(typeof node === 'object' && node !== null && 'items' in node)) return null;
    const items = (node as { readonly items: readonly unknown[] }).items;
    node = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name)?.value
      : items[Number(name)];
  }
  return node;
}
