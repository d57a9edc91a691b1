import { asList, asObject, asText, isObject, type JsonObject, member } from '../../lib/json.ts';
import { addRedactions, isSecretName, type Redactions, redacted } from '../../snapshot/redact.ts';
import { rangeIn, rootOf } from './parse.ts';
import type { Chunk } from './split.ts';

/** A document after redaction: its text, with every line where it was, and its value. */
export interface RedactedDocument {
  readonly text: string;
  readonly value: unknown;
  readonly redactions: Redactions;
}

type Path = readonly string[];
interface Hidden {
  readonly path: Path;
  readonly why: string;
}

/** Variables that say what an Envoy is and does: never secret, and rules read them. */
const plainVariable =
  /^(APPMESH_|APPNET_|ENVOY_|ENABLE_ENVOY_|XRAY_|STATSD_|DD_SERVICE|AWS_(DEFAULT_)?REGION|JAEGER_|DATADOG_)/;
/** Values that are secret by their shape: AWS key ids, tokens (JWT, GitHub, Slack), private keys, URLs with a password. */
const secretValue =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[\w-]{10,}\.[\w-]{10,}|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY|:\/\/[^/\s:@]*:[^/\s@]+@/;
const secretArgument = /^--?[\w-]*(password|passwd|secret|token|api-?key|access-?key|private-?key)[\w-]*=./i;
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Hides what is secret in one document, before anything else sees it. */
export function redactDocument(chunk: Chunk, value: unknown): RedactedDocument {
  const hidden = hiddenIn(value);
  if (hidden.length === 0) return { text: chunk.text, value, redactions: {} };
  return { text: redactText(chunk, value, hidden), value: replaceAt(value, hidden), redactions: countsOf(hidden) };
}

/** The same for a value whose text is written from it afterwards. */
export function redactValue(value: unknown): Pick<RedactedDocument, 'value' | 'redactions'> {
  const hidden = hiddenIn(value);
  return hidden.length === 0
    ? { value, redactions: {} }
    : { value: replaceAt(value, hidden), redactions: countsOf(hidden) };
}

/** What is secret and still stands there: what a bundle hid before it was written is hidden already. */
function hiddenIn(value: unknown): readonly Hidden[] {
  return objectsIn(value, [])
    .flatMap(({ object, path }) => secretsOf(object, path))
    .filter(({ path }) => rawAt(value, path) !== redacted);
}

function countsOf(hidden: readonly Hidden[]): Redactions {
  return hidden.reduce<Redactions>((sum, { why }) => addRedactions(sum, { [why]: 1 }), {});
}

function rawAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => member(at, key), value);
}

function objectsIn(value: unknown, path: Path): readonly { readonly object: JsonObject; readonly path: Path }[] {
  if (!isObject(value)) return [];
  const items = Array.isArray(value.items) ? value.items : null;
  if (!items) return [{ object: value, path }];
  return items.flatMap((item, index) => objectsIn(item, [...path, 'items', String(index)]));
}

function secretsOf(object: JsonObject, path: Path): readonly Hidden[] {
  const hidden: Hidden[] = [];
  const hideAll = (key: string, why: string): void => {
    for (const leaf of leaves(object[key], [...path, key])) hidden.push({ path: leaf, why });
  };
  if (object.kind === 'Secret') for (const key of ['data', 'stringData']) hideAll(key, 'Secret value');
  if (object.kind === 'ConfigMap') for (const key of ['data', 'binaryData']) hideAll(key, 'ConfigMap value');
  const metadata = asObject(object.metadata);
  for (const field of ['annotations', 'labels']) {
    for (const [name, value] of Object.entries(asObject(metadata[field]))) {
      const at = [...path, 'metadata', field, name];
      if (name === lastApplied) hidden.push({ path: at, why: 'last applied configuration' });
      else if (isSecretName(name) || isSecretText(value)) hidden.push({ path: at, why: `${field.slice(0, -1)} value` });
    }
  }
  const rest = Object.entries(object).filter(([key]) => !judgedAbove.has(key));
  hidden.push(...containerSecrets(Object.fromEntries(rest), path, 0));
  return hidden;
}

/** What lies outside the spec can hold a secret by its shape too: an Event's message, a status, the URL of a webhook. */
const judgedAbove: ReadonlySet<string> = new Set(['metadata', 'data', 'stringData', 'binaryData']);

/** Environment values and arguments of every container below a value: pod templates stand at many depths. */
function containerSecrets(value: unknown, path: Path, depth: number): readonly Hidden[] {
  if (typeof value !== 'object' || value === null || depth > 12) return [];
  const hidden: Hidden[] = [];
  for (const [key, child] of Object.entries(value)) {
    const at = [...path, key];
    if (key === 'env' && Array.isArray(child)) hidden.push(...environmentSecrets(child, at));
    else if ((key === 'args' || key === 'command') && Array.isArray(child)) hidden.push(...argumentSecrets(child, at));
    else if (typeof child === 'string') {
      if (isSecretText(child)) hidden.push({ path: at, why: 'secret by its shape' });
    } else hidden.push(...containerSecrets(child, at, depth + 1));
  }
  return hidden;
}

function environmentSecrets(list: readonly unknown[], path: Path): readonly Hidden[] {
  return list.flatMap((item, index) => {
    const { name, value } = asObject(item);
    const variable = asText(name) ?? '';
    if (value === undefined || value === null || plainVariable.test(variable)) return [];
    if (!isSecretName(variable) && !isSecretText(value)) return [];
    return [{ path: [...path, String(index), 'value'], why: 'environment variable' }];
  });
}

function argumentSecrets(list: readonly unknown[], path: Path): readonly Hidden[] {
  return asList(list).flatMap((item, index) => {
    const after = typeof list[index - 1] === 'string' && secretArgument.test(`${String(list[index - 1])}=x`);
    const secret = typeof item === 'string' && (secretArgument.test(item) || isSecretText(item) || after);
    return secret ? [{ path: [...path, String(index)], why: 'argument' }] : [];
  });
}

function isSecretText(value: unknown): boolean {
  return typeof value === 'string' && secretValue.test(value);
}

function leaves(value: unknown, path: Path): readonly Path[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, [...path, key]));
}

function redactText(chunk: Chunk, value: unknown, hidden: readonly Hidden[]): string {
  const root = rootOf(chunk);
  const ranges = hidden.flatMap(({ path }) => (root && rangeIn(root, path)) ?? []);
  const pairs: [number, number][] = [];
  for (let index = 0; index < ranges.length; index += 2) pairs.push([ranges[index] ?? 0, ranges[index + 1] ?? 0]);
  pairs.sort((left, right) => right[0] - left[0]);
  let text = chunk.text;
  for (const [from, to] of pairs) {
    const newlines = text.slice(from, to).replaceAll(/[^\n]/g, '');
    text = `${text.slice(0, from)}"${redacted}"${newlines}${text.slice(to)}`;
  }
  for (const { path } of hidden) {
    const raw = secretText(value, path);
    if (raw !== null) text = text.replaceAll(raw, redacted);
  }
  return text;
}

function replaceAt(value: unknown, hidden: readonly Hidden[]): unknown {
  const raw = new Set(hidden.flatMap(({ path }) => secretText(value, path) ?? []));
  let result = value;
  for (const { path } of hidden) result = withRedacted(result, path);
  return withoutTexts(result, raw);
}

/** The secret at a path, where it is long enough to be known again elsewhere: an anchor holds what an alias repeats. */
function secretText(value: unknown, path: Path): string | null {
  const raw = rawAt(value, path);
  return typeof raw === 'string' && raw.length >= 6 ? raw : null;
}

function withoutTexts(value: unknown, raw: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return raw.has(value) ? redacted : value;
  if (Array.isArray(value)) return value.map((item) => withoutTexts(item, raw));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutTexts(child, raw)]));
}

function withRedacted(value: unknown, path: Path): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return redacted;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? withRedacted(item, rest) : item));
  return isObject(value) ? { ...value, [key]: withRedacted(value[key], rest) } : value;
}
