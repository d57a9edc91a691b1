import { isSecretName, redacted } from '../redact.ts';

/** Hears of each value that was hidden, by kind. */
export type OnHidden = (kind: string) => void;

type Mutable = Record<string, unknown>;

/** How values below a place are judged: by their own names; as the content of a secret; or as wholly secret. */
type Below = 'plain' | 'secret' | 'opaque';

/** Nothing Envoy writes nests deeper; what does is cut off rather than walked. */
const deepest = 400;

/** Hides the secrets in a parsed admin page, in place; gives the value that stands in for it. */
export function hideSecrets(value: unknown, onHidden: OnHidden): unknown {
  return walk(value, '', 'plain', 0, onHidden);
}

function walk(value: unknown, name: string, below: Below, depth: number, onHidden: OnHidden): unknown {
  if (typeof value === 'string') return hideText(value, name, below, onHidden);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return hide('deep nesting', onHidden);
  if (Array.isArray(value)) {
    const matchers = name === 'headers' || name === 'query_parameters';
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (matchers && isMutable(item)) hideMatch(item, onHidden);
      value[index] = walk(item, name, below, depth + 1, onHidden);
    }
    return value;
  }
  if (isMutable(value)) walkObject(value, name, below, depth, onHidden);
  return value;
}

function walkObject(value: Mutable, name: string, below: Below, depth: number, onHidden: OnHidden): void {
  hideHeaderValue(value, onHidden);
  const struct = name === 'metadata' || name === 'filter_metadata';
  for (const key of Object.keys(value)) {
    // An own `__proto__` cannot be set by assignment; nothing of Envoy's is called so.
    if (key === '__proto__') continue;
    const item = value[key];
    if (typeof item === 'number' || typeof item === 'boolean' || item === null) continue;
    value[key] = walk(item, key, belowOf(key, item, below, struct), depth + 1, onHidden);
  }
}

function belowOf(key: string, item: unknown, below: Below, struct: boolean): Below {
  if (below !== 'plain') return below;
  if (struct && isSecretName(key)) return 'opaque';
  // HTTP basic authentication keeps its users with their password hashes in one source.
  if (key === 'users' && isMutable(item)) return 'secret';
  return typeof item === 'object' && isSecretName(key) ? 'secret' : 'plain';
}

/** The members of a secret that hold its content, whether a DataSource, a Struct value or a runtime value. */
const contents: ReadonlySet<string> = new Set([
  'inline_string',
  'inline_bytes',
  'string_value',
  'value',
  'raw_value',
  'final_value',
  'layer_values',
]);

function hideText(text: string, name: string, below: Below, onHidden: OnHidden): string {
  if (isHidden(text) || text === '') return text;
  if (below === 'opaque') return hide('secret field', onHidden);
  if (below === 'secret' && (contents.has(name) || isSecretName(name))) return hide('inline secret', onHidden);
  if (name === 'environment_variable') return hide('environment variable', onHidden);
  if (name === 'config_yaml') return hide('command line', onHidden);
  if (name.length < 200 && isSecretName(name) && !isCommand(text)) return hide('secret field', onHidden);
  return hideInside(text, onHidden);
}

const privateKey = /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/;
const symmetricKey = /"kty"\s*:\s*"oct"|"kty"[^}]{0,4000}"d"\s*:|"d"\s*:[^}]{0,4000}"kty"/;
const userInfo = /:\/\/[^/\s"'@]{1,300}@/g;
const bearer = /\b(Bearer|Basic) +[\w.~+/=-]{6,}/g;
const webToken = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
/** Ids of AWS keys, tokens of GitHub and Slack. */
const issuedToken = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}/g;

/** Hides secrets that show themselves by their form, whatever they are called. */
export function hideInside(text: string, onHidden: OnHidden): string {
  if (text.length < 12) return text;
  if (privateKey.test(text)) return hide('private key', onHidden);
  if (text.includes('"kty"') && symmetricKey.test(text)) return hide('private key', onHidden);
  let hidden = text;
  if (text.includes('://')) hidden = hidden.replace(userInfo, () => `://${hide('credentials in a URL', onHidden)}@`);
  if (text.includes('eyJ')) hidden = hidden.replace(webToken, () => hide('token', onHidden));
  hidden = hidden.replace(issuedToken, () => hide('token', onHidden));
  return hidden.replace(bearer, (_all, scheme: string) => `${scheme} ${hide('token', onHidden)}`);
}

/** Hides the value of a `core.v3.HeaderValue` whose name is a secret's; one made of Envoy's own commands holds none. */
function hideHeaderValue(header: Mutable, onHidden: OnHidden): void {
  const { key } = header;
  if (typeof key !== 'string' || key.length > 200 || !isSecretName(key)) return;
  for (const member of ['value', 'raw_value'] as const) {
    const value = header[member];
    if (typeof value !== 'string' || value === '' || isHidden(value) || isCommand(value)) continue;
    header[member] = hide('header value', onHidden);
  }
}

/** Matchers on these headers and query parameters carry a secret; others decide routing and stay. */
const secretMatch = /^(proxy-)?authorization$|^(set-)?cookie$|api[-_]?key|token|passw|secret|credential/i;

function hideMatch(matcher: Mutable, onHidden: OnHidden): void {
  const { name } = matcher;
  if (typeof name !== 'string' || name.length > 200 || !secretMatch.test(name)) return;
  for (const [key, value] of Object.entries(matcher)) {
    if (key !== 'name' && key !== '__proto__') matcher[key] = hideStrings(value, 0, onHidden);
  }
}

function hideStrings(value: unknown, depth: number, onHidden: OnHidden): unknown {
  if (typeof value === 'string') return value === '' || isHidden(value) ? value : hide('header match', onHidden);
  if (!isMutable(value)) return value;
  if (depth > deepest) return hide('deep nesting', onHidden);
  for (const key of Object.keys(value))
    if (key !== '__proto__') value[key] = hideStrings(value[key], depth + 1, onHidden);
  return value;
}

function hide(kind: string, onHidden: OnHidden): string {
  onHidden(kind);
  return redacted;
}

/** What we, or Envoy itself, put in the place of a secret (the second is the first in base64). */
function isHidden(text: string): boolean {
  return text === redacted || text === 'W3JlZGFjdGVkXQ==';
}

/** True for a text made of Envoy's format commands alone: `%REQ(AUTHORIZATION)%`. */
function isCommand(text: string): boolean {
  return /^%[A-Z_0-9]+(\([^%"]*\))?(:\d+)?%$/.test(text);
}

function isMutable(value: unknown): value is Mutable {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
