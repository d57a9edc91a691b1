import { isObject } from '../../lib/json.ts';
import { isSecretName, type Redactions, redacted } from '../redact.ts';

/** An admin page after redaction. */
export interface RedactedPage {
  readonly text: string;
  readonly redactions: Redactions;
}

/** Words without which no secret can stand in a page; most pages hold none, and are taken as they are. */
const suspicious =
  /authorization|cookie|passw|secret|token|credential|api[-_]?key|access[-_]?key|private_key|inline_(string|bytes)|session_ticket/i;
/** Where a secret may stand under a name that says nothing itself. */
const secretHolder =
  /^(private_key|generic_secret|session_ticket_keys|password|credential|credentials|client_secret|token_secret|hmac_secret)$/;
/** Fields whose names sound secret and hold a name, a matcher's kind or a number. */
const harmless =
  /^(secrets|static_secrets|dynamic_active_secrets|dynamic_warming_secrets|secret|\w*_sds_secret_configs?|sds_config|session_ticket_keys_sds_secret_config|tokens_per_fill|max_tokens|token_bucket|server_session_timeout|session_timeout|disable_stateless_session_resumption)$/;

/** Hides what is secret in an admin page: once, before anything else sees it. Text that is not JSON is taken as it is. */
export function redactAdmin(text: string): RedactedPage {
  if (!suspicious.test(text) || !/^\s*\{/.test(text)) return { text, redactions: {} };
  let page: unknown;
  try {
    page = JSON.parse(text) as unknown;
  } catch {
    return { text, redactions: {} };
  }
  let hidden = 0;
  const hide = (value: unknown): unknown => {
    if (value === redacted || value === 'W3JlZGFjdGVkXQ==') return value;
    hidden += 1;
    return redacted;
  };
  const clean = walk(page, hide, false);
  return hidden === 0
    ? { text, redactions: {} }
    : { text: JSON.stringify(clean, null, 1), redactions: { 'Envoy configuration value': hidden } };
}

function walk(value: unknown, hide: (value: unknown) => unknown, inSecret: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, hide, inSecret));
  if (!isObject(value)) return inSecret && typeof value === 'string' ? hide(value) : value;
  const name = typeof value.key === 'string' ? value.key : typeof value.name === 'string' ? value.name : '';
  const namedSecret = name !== '' && isSecretName(name);
  const clean: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    if (inSecret && (key === 'inline_string' || key === 'inline_bytes')) clean[key] = hide(child);
    else if (secretHolder.test(key)) clean[key] = typeof child === 'string' ? hide(child) : walk(child, hide, true);
    else if (namedSecret && isHeaderValue(key)) clean[key] = hideTexts(child, hide);
    else if (typeof child === 'string' && isSecretName(key) && !harmless.test(key)) clean[key] = hide(child);
    else clean[key] = walk(child, hide, inSecret && !('@type' in value && key === 'name') && key !== 'filename');
  }
  return clean;
}

/** The members in which a header, matcher or variable of a secret name holds its value. */
function isHeaderValue(key: string): boolean {
  return /^(value|raw_value|exact_match|prefix_match|suffix_match|contains_match|safe_regex_match|string_match)$/.test(
    key,
  );
}

function hideTexts(value: unknown, hide: (value: unknown) => unknown): unknown {
  if (typeof value === 'string') return hide(value);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, hideTexts(child, hide)]));
}
