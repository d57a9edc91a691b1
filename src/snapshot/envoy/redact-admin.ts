import type { DocumentKind } from '../document.ts';
import { isSecretName, type Redactions, redacted } from '../redact.ts';
import { hideInside, hideSecrets } from './redact-walk.ts';

/** An admin page without its secrets, and how many of each kind were hidden. */
export interface RedactedPage {
  readonly text: string;
  readonly redactions: Redactions;
}

/** An admin page as it enters the snapshot: redacted, but for the configuration where it is to be kept whole. */
export function enterAdmin(text: string, kind: DocumentKind, whole: boolean): RedactedPage {
  return whole && (kind === 'config_dump' || kind === 'runtime') ? { text, redactions: {} } : redactAdmin(text);
}

/**
 * What makes a page worth the whole way (parse, walk, write): a member whose name may be a secret's, a header or a matcher of such a
 * name, and what shows itself by its form. It may be wrong in saying yes, never in saying no.
 */
const words =
  '(?:authorization|cookie|passw|secret|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|session)';
const suspicious = new RegExp(
  [
    `${words}[^"\\n]{0,200}"\\s*:`,
    `"(?:key|name)"\\s*:\\s*"(?!envoy\\.)[^"\\n]{0,200}${words}`,
    '"(?:environment_variable|config_yaml|users|local_jwks)"\\s*:',
    'PRIVATE KEY-----',
    '\\b(?:AKIA|ASIA)[A-Z0-9]{16}|\\bgh[pousr]_\\w{20}|\\bxox[abprs]-[\\w-]{10}',
    '://[^/\\s"@]{1,300}@',
    '\\beyJ[\\w-]{8,}\\.',
    '\\b(?:Bearer|Basic) +[\\w.~+/=-]{6}',
  ].join('|'),
  'i',
);

/**
 * Hides secrets in the text of an admin page when it enters the snapshot. Envoy hides private keys itself; what it does not hide
 * are header values, inline secrets of filters, credentials in metadata and the like. Certificates, Lua code and whatever decides
 * routing stay, but for matchers on authorization, cookies and tokens. Structure and order stay, so that pointers hold.
 */
export function redactAdmin(text: string): RedactedPage {
  if (/^\s*</.test(text)) return redactMarkup(text);
  if (!suspicious.test(text)) return { text, redactions: {} };
  const counts: Record<string, number> = {};
  const count = (kind: string): void => {
    counts[kind] = (counts[kind] ?? 0) + 1;
  };
  const parsed = /^\uFEFF?\s*[{[]/.test(text) ? parse(text) : null;
  const hidden = parsed ? hideSecrets(parsed.value, count) : redactBroken(text, count);
  if (Object.keys(counts).length === 0) return { text, redactions: {} };
  const written = typeof hidden === 'string' ? hidden : JSON.stringify(hidden, null, indentOf(text));
  return { text: text.endsWith('\n') && !written.endsWith('\n') ? `${written}\n` : written, redactions: counts };
}

function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) };
  } catch {
    return null;
  }
}

/** Envoy indents by one blank; what was saved through a formatter keeps its own. */
function indentOf(text: string): number {
  return /^\uFEFF?\s*[{[]\r?\n( +)/.exec(text.slice(0, 200))?.[1]?.length ?? 0;
}

/** HTML is never an admin page: of a login page nothing is kept but that it was one. */
function redactMarkup(text: string): RedactedPage {
  const tag = /^\s*<(?:!doctype html|[a-z?!]{1,20})/i.exec(text)?.[0] ?? '<';
  return { text: `${tag}>${redacted}`, redactions: { markup: 1 } };
}

const pair = /"([^"\\\n]{1,200})"(\s*:\s*)"([^"\\]*(?:\\.[^"\\]*)*)("?)/gs;
const header = /("key"\s*:\s*"([^"\\\n]{1,200})"\s*,\s*"(?:raw_)?value"\s*:\s*")([^"\\]*(?:\\.[^"\\]*)*)/gs;
const keyBlock = /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|$)/g;

/** A text whose very long strings exhaust the regular expressions is noise: nothing of it is kept. */
function redactBroken(text: string, count: (kind: string) => void): string {
  try {
    return redactLoose(text, count);
  } catch {
    count('unreadable text');
    return redacted;
  }
}

/** For a page that does not parse (cut short, or no JSON): where it is unknown what a value belongs to, it is hidden. */
function redactLoose(text: string, count: (kind: string) => void): string {
  const hide = (kind: string): string => {
    count(kind);
    return redacted;
  };
  const hidden = text
    .replace(keyBlock, () => hide('private key'))
    .replace(header, (all, before: string, name: string) =>
      isSecretName(name) ? `${before}${hide('header value')}` : all,
    )
    .replace(pair, (all, name: string, joint: string, _value: string, quote: string) =>
      isSecretName(name) || loose.has(name) ? `"${name}"${joint}"${hide('secret field')}${quote}` : all,
    );
  return hidden.replaceAll(/[^\n]+/g, (line) => hideInside(line, count));
}

const loose: ReadonlySet<string> = new Set([
  'inline_string',
  'inline_bytes',
  'environment_variable',
  'config_yaml',
  'exact',
  'exact_match',
  'prefix_match',
  'final_value',
]);
