import { isObject, type JsonObject } from '../../lib/json.ts';
import type { DocumentKind } from '../document.ts';
import { findJsonFault } from './json-fault.ts';

/** A page as its kind says, or what is wrong with it, as the rest of a sentence that began with where it was read. */
export type PageRead<T> =
  | { readonly state: 'read'; readonly value: T }
  | { readonly state: 'unreadable'; readonly fault: string; readonly remedy: string };

/** How a page is read: as JSON, and where Envoy also writes it as text, as that. */
export interface PageReaders<T> {
  readonly path: string;
  readonly json?: (page: JsonObject) => T | null;
  readonly text?: (text: string) => T | null;
}

/** Reads one admin page; never throws, and where it cannot be read says what it is instead. */
export function readPage<T>(text: string, { path, json, text: fromText }: PageReaders<T>): PageRead<T> {
  const both = json !== undefined && fromText !== undefined && path !== '/config_dump';
  const again = `save ${path}${both ? '?format=json' : ''} again`;
  const start = text
    .slice(0, 4096)
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (start === '' && text.trim() === '') return unreadable('is empty', again);
  if (/^<(!doctype|html|head|body|\?xml)/i.test(start)) {
    return unreadable('holds HTML, not what an Envoy admin endpoint says: something else answered', again);
  }
  if (/^[{[]/.test(start) && json) {
    const parsed = parseJson(text);
    if (parsed.state === 'unreadable') return unreadable(parsed.fault, again);
    const value = isObject(parsed.value) ? json(parsed.value) : null;
    return value === null ? wrongPage(pageOfJson(parsed.value), path, again) : { state: 'read', value };
  }
  const value = fromText && !isPrometheus(start) ? fromText(text) : null;
  return value === null ? wrongPage(pageOfText(start), path, again) : { state: 'read', value };
}

function unreadable(fault: string, remedy: string): Extract<PageRead<never>, { state: 'unreadable' }> {
  return { state: 'unreadable', fault, remedy };
}

function wrongPage(found: string | null, path: string, again: string): PageRead<never> {
  return unreadable(found === null ? `is not what Envoy says at ${path}` : `holds ${found}, not ${path}`, again);
}

function parseJson(
  text: string,
): { readonly state: 'parsed'; readonly value: unknown } | ReturnType<typeof unreadable> {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return { state: 'parsed', value: JSON.parse(json) };
  } catch {
    return unreadable(faultOf(json), '');
  }
}

/** What is wrong with a text that is no JSON: cut short, or broken at a line and column. */
function faultOf(text: string): string {
  const fault = findJsonFault(text);
  const { line, column } = positionOf(text, fault?.offset ?? text.length);
  const where = `line ${line}, column ${column}`;
  return fault?.cut === false
    ? `is not JSON: broken at ${where}`
    : `ends in the middle of its JSON (${where}): it was cut short`;
}

function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < offset; next = text.indexOf('\n', start)) {
    line += 1;
    start = next + 1;
  }
  return { line, column: offset - start + 1 };
}

/** Which page a parsed value is, by the member only it has; null for none we know. */
function pageOfJson(value: unknown): string | null {
  if (!isObject(value)) return null;
  if (Array.isArray(value.configs)) return '/config_dump';
  if (Array.isArray(value.cluster_statuses)) return '/clusters';
  if (Array.isArray(value.listener_statuses)) return '/listeners';
  if (Array.isArray(value.stats)) return '/stats';
  if (Array.isArray(value.certificates)) return '/certs';
  if (isObject(value.entries) && Array.isArray(value.layers)) return '/runtime';
  if (typeof value.version === 'string' && typeof value.state === 'string') return '/server_info';
  if (isObject(value.static_resources) || isObject(value.dynamic_resources)) return 'an Envoy bootstrap';
  if (typeof value.apiVersion === 'string' && typeof value.kind === 'string') return 'a Kubernetes object';
  return null;
}

function pageOfText(start: string): string | null {
  if (isPrometheus(start)) return 'Prometheus metrics';
  if (/^[{[]/.test(start)) return 'JSON';
  if (/^\S.*::(default_priority|added_via_api|observability_name|health_flags)\b/m.test(start))
    return '/clusters as text';
  if (/^[\w.-]+\.[\w.-]+: (\d+|".*")$/m.test(start)) return '/stats as text';
  if (/^apiVersion: /m.test(start)) return 'a Kubernetes manifest';
  return null;
}

function isPrometheus(start: string): boolean {
  return /^(# (TYPE|HELP) |envoy_\w+(\{[^\n]*\})? [\d.]+)/m.test(start);
}

/**
 * The value that the pointers into a page resolve in: the parsed JSON; for a text page an object of its lines,
 * `{name: value}` for /stats and /listeners, `{everything before the value: value}` for /clusters; the text itself for /ready.
 */
export function pageValue(kind: DocumentKind, text: string): unknown {
  if (kind === 'ready') return text.trim();
  if (/^\s*[{[]/.test(text)) {
    const parsed = parseJson(text);
    return parsed.state === 'parsed' ? parsed.value : undefined;
  }
  const values: [string, unknown][] = [];
  for (const line of text.split('\n')) {
    const joint = kind === 'stats' ? ': ' : '::';
    const at = kind === 'listeners' ? line.indexOf(joint) : line.lastIndexOf(joint);
    if (at > 0) values.push([line.slice(0, at), readValue(line.slice(at + joint.length).trimEnd())]);
  }
  return Object.fromEntries(values);
}

function readValue(text: string): unknown {
  return /^\d{1,20}$/.test(text) ? Number(text) : text;
}
