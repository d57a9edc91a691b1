import { isObject, type JsonObject } from '../../lib/json.ts';
import type { LoggedField } from '../../snapshot/access-log/line.ts';
import { type Draft, emptyDraft, put } from './draft.ts';
import { parseFormat } from './format.ts';
import { layoutOfJson } from './json-layout.ts';
import { meaningOf, type Meaning } from './operators.ts';
import { compileText, type LineParser } from './text-parser.ts';

/** One member of a JSON format: where it stands, and how its value is read. */
interface Member {
  readonly path: readonly string[];
  readonly meaning: Meaning;
  readonly most: number | null;
  /** Where the value is text with operators in it. */
  readonly text: LineParser | null;
}

const mostDepth = 20;

/** A `json_format` compiled for its lines; null where it tells nothing of a request. */
export function compileJson(format: JsonObject): LineParser | null {
  const members = [...membersOf(format, [])];
  if (members.every(({ meaning, text }) => meaning === null && text === null)) return null;
  const read = (line: string): Draft | null => {
    const value = parse(line);
    if (!value) return null;
    const draft = emptyDraft();
    let held = 0;
    for (const { path, meaning, most, text } of members) {
      const logged = path.reduce<unknown>(
        (inside, key) => (isObject(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined),
        value,
      );
      if (logged === undefined) continue;
      held += 1;
      const written = asLogged(logged);
      if (text) Object.assign(draft, told(text(written)));
      else if (!put(draft, meaning, written, most)) return null;
    }
    return held > 0 ? draft : null;
  };
  // What stands deeper, or holds several operators, is left to the exact reader.
  const isFlat = members.every(({ path, text, most }) => path.length === 1 && text === null && most === null);
  const meanings = new Map(members.map(({ path: [key = ''], meaning }) => [key, meaning]));
  const layout = (line: string) => (isFlat ? layoutOfJson(line, (key) => meanings.get(key) ?? null, read) : null);
  return Object.assign(read, { layout });
}

function* membersOf(format: JsonObject, path: readonly string[]): Generator<Member> {
  if (path.length > mostDepth) return;
  for (const [key, value] of Object.entries(format)) {
    const at = [...path, key];
    if (isObject(value)) yield* membersOf(value, at);
    if (typeof value !== 'string') continue;
    const parts = parseFormat(value);
    const [only, ...others] = parts;
    if (typeof only === 'object' && others.length === 0 && (only.name !== 'START_TIME' || only.argument === null)) {
      yield { path: at, meaning: meaningOf(only), most: only.most, text: null };
    } else if (parts.some((part) => typeof part === 'object')) {
      yield { path: at, meaning: null, most: null, text: compileText(value) };
    }
  }
}

/** Only what the text tells: what it does not must not undo what another member told. */
function told(line: object | null): Partial<Draft> {
  const { headers, pathCut, ...fields } = { ...emptyDraft(), ...line };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** The usual names of fields in JSON logs, `-`, `.` and `_` alike; the first ones are those of Envoy's and App Mesh's examples. */
const usual: Readonly<Record<LoggedField, readonly string[]>> = {
  at: ['start_time', 'timestamp', '@timestamp', 'time', 'ts', 'starttime', 'datetime'],
  method: ['method', ':method', 'req_method', 'request_method', 'http_method', 'verb'],
  path: [
    ...['x_envoy_original_path', 'x_envoy_origin_path', 'original_path', 'path', ':path', 'req_path'],
    ...['request_path', 'uri', 'request_uri', 'url_path'],
  ],
  protocol: ['protocol', 'http_protocol', 'request_protocol'],
  status: ['response_code', 'status', 'status_code', 'code', 'http_status', 'response_status'],
  flag: ['response_flags', 'flags', 'response_flag', 'response_flags_short'],
  details: ['response_code_details', 'details'],
  received: ['bytes_received', 'request_bytes', 'bytes_in'],
  sent: ['bytes_sent', 'response_bytes', 'bytes_out', 'bytes'],
  durationMs: ['duration', 'duration_ms', 'request_duration', 'total_duration'],
  serviceMs: ['upstream_service_time', 'x_envoy_upstream_service_time', 'resp_x_envoy_upstream_service_time'],
  attempts: ['upstream_request_attempt_count', 'attempt_count', 'attempts'],
  authority: ['authority', ':authority', 'host', 'req_authority', 'http_host', 'request_host'],
  requestId: ['request_id', 'x_request_id', 'requestid', 'req_id'],
  traceId: ['trace_id', 'x_amzn_trace_id', 'traceid'],
  upstream: ['upstream_host', 'upstream', 'upstream_address', 'upstream_remote_address'],
  cluster: ['upstream_cluster', 'cluster'],
  route: ['route_name', 'route'],
  failure: ['upstream_transport_failure_reason', 'transport_failure_reason'],
  local: ['downstream_local_address', 'downstream_local_port'],
  sni: ['requested_server_name', 'sni', 'server_name'],
  pod: ['hostname', 'pod', 'pod_name', 'kubernetes_pod_name'],
};

const usualHeaders: Readonly<Record<string, string>> = {
  x_forwarded_for: 'x-forwarded-for',
  forwarded_for: 'x-forwarded-for',
  user_agent: 'user-agent',
  useragent: 'user-agent',
  http_user_agent: 'user-agent',
  referer: 'referer',
  content_type: 'content-type',
  x_forwarded_proto: 'x-forwarded-proto',
};

/** The field of each usual name, and which of several names counts first. */
const rankOf = new Map<string, readonly [field: LoggedField, rank: number]>();
for (const field of Object.keys(usual) as LoggedField[]) {
  for (const [rank, name] of usual[field].entries()) rankOf.set(name, [field, rank]);
}

/** Reads a line of JSON by the usual names; null where it is none, or tells neither method nor path nor status. */
export function readUsualJson(line: string): Draft | null {
  const value = parse(line);
  if (!value) return null;
  const found = new Map<LoggedField, readonly [rank: number, text: string]>();
  const draft = emptyDraft();
  for (const [key, logged] of Object.entries(value)) {
    if (typeof logged === 'object' && logged !== null) continue;
    const name = key.toLowerCase().replaceAll(/[-.]/g, '_');
    const header = Object.hasOwn(usualHeaders, name) ? usualHeaders[name] : undefined;
    if (header !== undefined) put(draft, { header }, asLogged(logged), null);
    const [field, rank] = rankOf.get(name) ?? [];
    const text = asLogged(logged);
    if (field === undefined || rank === undefined) continue;
    const held = found.get(field);
    // A lower rank that says nothing (`x-envoy-original-path: -`) leaves the place to the next.
    if (!held || held[1] === '-' || (rank < held[0] && text !== '-' && text !== '')) found.set(field, [rank, text]);
  }
  for (const [field, [, text]] of found) {
    const trial = emptyDraft();
    if (put(trial, { field }, text, null)) put(draft, { field }, text, null);
  }
  return draft.method === null && draft.path === null && draft.status === null ? null : draft;
}

/** The usual names as a parser that knows where lines keep their values. */
export const usualJson: LineParser = Object.assign(readUsualJson, {
  layout: (line: string) => layoutOfJson(line, usualMeaning, readUsualJson),
});

function usualMeaning(key: string): Meaning {
  const name = key.toLowerCase().replaceAll(/[-.]/g, '_');
  const header = Object.hasOwn(usualHeaders, name) ? usualHeaders[name] : undefined;
  if (header !== undefined) return { header };
  const [field] = rankOf.get(name) ?? [];
  return field === undefined ? null : { field };
}

/** What may stand before the object: a log collector's prefix. */
function parse(line: string): JsonObject | null {
  const begins = line.indexOf('{');
  if (begins < 0) return null;
  try {
    const value: unknown = JSON.parse(begins === 0 ? line : line.slice(begins));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** A JSON value as a text format writes it. */
function asLogged(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value : typeof value === 'object' ? '' : String(value);
}
