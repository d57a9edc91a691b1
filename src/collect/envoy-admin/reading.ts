import { asObject, asText, parseJson } from '../../lib/json.ts';
import { wait } from '../wait.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import { type DocumentKind, makeDocument } from '../../snapshot/document.ts';
import type { assembleEnvoy } from '../../snapshot/envoy/assemble.ts';
import { enterAdmin } from '../../snapshot/envoy/redact-admin.ts';
import type { EnvoySection } from '../../snapshot/envoy/section.ts';
import type { PodName } from '../../snapshot/envoy/view.ts';
import type { Harvest } from '../../snapshot/snapshot.ts';
import { addRedactions, type Redactions } from '../../snapshot/redact.ts';
import { type AdminTarget, getPage } from './get.ts';
import type { AdminPath } from './paths.ts';
import {
  type CallLimit,
  expectedMs,
  type Pace,
  paceAfter,
  quickMs,
  slownessAfter,
  spentMs,
  tooLong,
  unknownPace,
} from './pacing.ts';
import { sectionsOf } from './sections.ts';

/** How to read one Envoy. */
export interface EnvoyAdminRequest {
  /** `http://host:port` or `unix:/path`, or an endpoint that something else leads to. */
  readonly target: string | AdminTarget;
  /** The pod it runs in, where that is known. */
  readonly pod?: PodName;
  /** The folder of its documents: `envoy/0`. */
  readonly key: string;
  readonly keep: boolean;
  /** Keep the configuration as it stands and read all of it, but no counters: for `rescue`. */
  readonly whole?: boolean;
  /** Milliseconds between the two readings of counters. */
  readonly window: number;
  readonly requestTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Takes what was read before the counters are read for the second time; null: nobody wants it. */
  readonly soFar?: ((harvest: Harvest) => void) | null;
  /** Why a page must not be asked for; null: it may be. */
  readonly refuse?: (path: AdminPath) => string | null;
  /** What no call may exceed; absent: whatever it takes. */
  readonly limit?: CallLimit;
}

type Pages = Parameters<typeof assembleEnvoy>[0]['pages'];

/** What is being read of one Envoy. */
export interface Reading {
  readonly request: EnvoyAdminRequest;
  readonly target: AdminTarget;
  /** By document id: a section that is read again takes the place of what was read before. */
  readonly pages: Map<string, Pages[number]>;
  readonly unread: { section: EnvoySection; gap: Gap }[];
  redactions: Redactions;
  calls: number;
  bytes: number;
  readonly slow: string[];
  /** Milliseconds that each call took which was answered. */
  readonly callsMs: number[];
  /** What it bears, where there is a limit, and of the calls since it last rested the milliseconds. */
  pace: Pace;
  sinceRest: number[];
  /** How many times as long as expected its calls take: machines differ. */
  slowness: number;
  /** How many clusters it has, as far as is known. */
  clusters: number;
  /** What they are called in its statistics; empty where that is not known. */
  names: readonly string[];
  /** What tables of routes are called in its statistics. */
  tables: readonly string[];
  /** By what names the clusters that came in parts ask for their endpoints. */
  readonly assignments: Set<string>;
}

/** Begins one. */
export function beginReading(request: EnvoyAdminRequest, target: AdminTarget): Reading {
  const counted = { redactions: {}, calls: 0, bytes: 0, slow: [], callsMs: [] };
  const borne = {
    pace: unknownPace,
    sinceRest: [],
    slowness: 1,
    clusters: request.limit?.clusters ?? 0,
    assignments: new Set<string>(),
    names: [],
    tables: [],
  };
  return { request, target, pages: new Map(), unread: [], ...counted, ...borne };
}

/** A call that takes longer blocks Envoy's main thread, and with it the kubelet's probe, for too long. */
const slowMs = 300;

/** A page that an Envoy answers with 200; `/ready` answers 503 where it is not live, which is an answer too. */
export async function ask(
  reading: Reading,
  path: AdminPath,
  kind: DocumentKind,
  name: string,
  readAt = reading.request.now().toISOString(),
): ReturnType<typeof getPage> {
  const { target } = reading;
  const refused = reading.request.refuse?.(path) ?? beyondLimit(reading, path);
  if (refused !== null) {
    blame(reading, path, refused);
    return { ok: false, reason: refused, unreachable: false };
  }
  const answer = await call(reading, path);
  const notFound = kind === 'config_dump' && answer.ok && answer.status === 404;
  const good = answer.ok && (answer.status === 200 || kind === 'ready' || notFound);
  if (!good) {
    blame(reading, path, answer.ok ? `it answered with status ${answer.status}` : answer.reason);
    return answer;
  }
  keepPage(reading, { kind, name, readAt, origin: `${target.label}${path}` }, answer.text);
  return answer;
}

/** Why a page is beyond the limit; null: it is not, or there is none. */
export function beyondLimit({ request: { limit }, clusters, slowness }: Reading, path: AdminPath): string | null {
  return limit ? tooLong(path, { maxCallMs: limit.maxCallMs, clusters, slowness }) : null;
}

/** Asks for a page, after the rest that its Envoy needs; `expected`: the milliseconds that it will take. */
export async function call(
  reading: Reading,
  path: AdminPath,
  expected = expectedMs(path, reading.clusters),
): ReturnType<typeof getPage> {
  const { request, target } = reading;
  await restBefore(reading, expected * reading.slowness);
  reading.calls += 1;
  const answer = await getPage(target, path, request.requestTimeoutMs, request.signal);
  if (!answer.ok) return answer;
  reading.bytes += answer.bytes;
  reading.callsMs.push(answer.ms);
  reading.slowness = slownessAfter(reading.slowness, { ms: answer.ms, expected });
  reading.sinceRest.push(answer.ms);
  if (answer.ms > slowMs) reading.slow.push(`${path} blocked Envoy's main thread for more than ${slowMs} ms`);
  return answer;
}

/** Between two rests calls together take no longer than one may, or hardly any time. */
async function restBefore(reading: Reading, expected: number): Promise<void> {
  const { request, target, sinceRest } = reading;
  const soFar = sinceRest.reduce((sum, ms) => sum + ms, 0);
  if (!request.limit || sinceRest.length === 0 || soFar + expected <= Math.max(request.limit.maxCallMs, quickMs))
    return;
  const ready = await getPage(target, '/ready', request.requestTimeoutMs, request.signal);
  const readyMs = ready.ok ? ready.ms : request.requestTimeoutMs;
  const now = performance.now();
  const spent = spentMs(sinceRest, Math.min(reading.pace.usualReadyMs, readyMs));
  reading.pace = paceAfter(reading.pace, spent, readyMs, now);
  reading.sinceRest = [];
  await wait(reading.pace.restUntil - now, request.signal);
}

/** Where a page came from. */
interface PageOrigin {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly origin: string;
  readonly readAt: string;
}

/** Takes what an Envoy said into the reading. */
export function keepPage(reading: Reading, { name, ...from }: PageOrigin, said: string): void {
  const { key, whole = false, keep } = reading.request;
  const { text, redactions } = enterAdmin(said, from.kind, whole);
  reading.redactions = addRedactions(reading.redactions, redactions);
  const id = `${key}/${name}`;
  reading.pages.set(id, { document: makeDocument({ id, envoy: key, ...from }, text, keep), text });
}

/** Leaves the sections of a page unread, and says why. */
export function blame(reading: Reading, path: AdminPath, reason: string): void {
  const label = reading.target.label;
  for (const section of sectionsOf(path)) {
    const gap = {
      missing: `${section} of ${label}`,
      reason: `${path}: ${reason}`,
      remedy: 'look at this Envoy and its admin endpoint, and try again',
    };
    reading.unread.push({ section, gap });
  }
}

/** The first minor version whose /stats honours `type=`; an older one ignores it and sends the whole page. */
const firstTyped = 22;

/** Whether an Envoy's `/stats` honours `type=`, by its `/server_info`. */
export function isTyped(serverInfo: string): boolean {
  return minorVersion(serverInfo) >= firstTyped;
}

function minorVersion(serverInfo: string): number {
  const version = asText(asObject(parseJson(serverInfo)).version) ?? '';
  const match = /\/(\d+)\.(\d+)\./.exec(version);
  return match?.[1] === '1' ? Number(match[2]) : 0;
}
