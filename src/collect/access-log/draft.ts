import type { LoggedField, LogLine } from '../../snapshot/access-log/line.ts';
import { type Meaning, shortFlags } from './operators.ts';

/** A line while it is read. */
export type Draft = { -readonly [K in keyof LogLine]: LogLine[K] } & { headers: Record<string, string> };

/** A line that tells nothing yet. */
export function emptyDraft(): Draft {
  return {
    at: null,
    method: null,
    path: null,
    pathCut: false,
    protocol: null,
    status: null,
    flag: null,
    details: null,
    received: null,
    sent: null,
    durationMs: null,
    serviceMs: null,
    attempts: null,
    authority: null,
    requestId: null,
    traceId: null,
    upstream: null,
    cluster: null,
    route: null,
    failure: null,
    local: null,
    sni: null,
    pod: null,
    headers: {},
  };
}

const flags = /^(?:-|[A-Z]{1,8}(?:,[A-Z]{1,8})*)$/;
const method = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const protocol = /^(?:-|HTTP\/\d(?:\.\d)?)$/;
const digits = /^\d{1,16}$/;
const unspaced = /^[^\s"]*$/;

/** Puts a logged value where it belongs; false where it cannot be such a value. Nothing logged (`omit_empty_values`) reads as `-`. */
export function put(draft: Draft, meaning: Meaning, logged: string, most: number | null): boolean {
  if (meaning === null) return true;
  const text = logged === '' ? '-' : logged;
  if ('header' in meaning) {
    if (most === null || text.length < most) draft.headers[meaning.header] = text;
    return true;
  }
  return putField(draft, meaning.field, text, most);
}

function putField(draft: Draft, field: LoggedField, text: string, most: number | null): boolean {
  switch (field) {
    case 'at':
      draft.at = timeOf(text);
      return draft.at !== null;
    case 'status':
    case 'received':
    case 'sent':
    case 'durationMs':
    case 'attempts':
      return putNumber(draft, field, text);
    case 'flag':
      draft.flag = shortFlags(text);
      return flags.test(draft.flag);
    case 'method':
      draft.method = text;
      return method.test(text);
    case 'protocol':
      draft.protocol = text;
      return protocol.test(text);
    case 'path':
      return putPath(draft, text, most);
    case 'serviceMs':
      draft.serviceMs = text;
      return text === '-' || digits.test(text);
    case 'upstream':
    case 'authority':
    case 'cluster':
    case 'requestId':
      draft[field] = text;
      return unspaced.test(text);
    default:
      draft[field] = text;
      return true;
  }
}

type NumberField = 'status' | 'received' | 'sent' | 'durationMs' | 'attempts';

function putNumber(draft: Draft, field: NumberField, text: string): boolean {
  if (text === '-') return true;
  draft[field] = Number(text);
  return digits.test(text) && (field !== 'status' || draft[field] < 1000);
}

/** Where a format logs both paths, the one before the rewrite counts. */
function putPath(draft: Draft, text: string, most: number | null): boolean {
  if (draft.path !== null && text === '-') return true;
  draft.path = text;
  draft.pathCut = most !== null && text.length >= most;
  return unspaced.test(text);
}

/** Times in JSON: ISO 8601, or seconds or milliseconds since 1970. */
export function timeOf(text: string): number | null {
  if (/^\d{9,10}(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (/^\d{12,13}$/.test(text)) return Number(text);
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
