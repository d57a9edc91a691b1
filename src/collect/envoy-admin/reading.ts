import { asObject, asText } from '../../lib/json.ts';
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
}

/** Begins one. */
export function beginReading(request: EnvoyAdminRequest, target: AdminTarget): Reading {
  return { request, target, pages: new Map(), unread: [], redactions: {}, calls: 0, bytes: 0, slow: [], callsMs: [] };
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
  const { request, target } = reading;
  const refused = request.refuse?.(path) ?? null;
  if (refused !== null) {
    blame(reading, path, refused);
    return { ok: false, reason: refused, unreachable: false };
  }
  reading.calls += 1;
  const answer = await getPage(target, path, request.requestTimeoutMs, request.signal);
  if (answer.ok) {
    reading.bytes += answer.bytes;
    reading.callsMs.push(answer.ms);
    if (answer.ms > slowMs) reading.slow.push(`${path} blocked Envoy's main thread for more than ${slowMs} ms`);
  }
  const notFound = kind === 'config_dump' && answer.ok && answer.status === 404;
  const good = answer.ok && (answer.status === 200 || kind === 'ready' || notFound);
  if (!good) {
    blame(reading, path, answer.ok ? `it answered with status ${answer.status}` : answer.reason);
    return answer;
  }
  const { text, redactions } = enterAdmin(answer.text, kind, request.whole ?? false);
  reading.redactions = addRedactions(reading.redactions, redactions);
  const id = `${request.key}/${name}`;
  const origin = `${target.label}${path}`;
  reading.pages.set(id, {
    document: makeDocument({ id, kind, origin, readAt, envoy: request.key }, text, request.keep),
    text,
  });
  return answer;
}

/** Leaves the sections of a page unread, and says why. */
function blame(reading: Reading, path: AdminPath, reason: string): void {
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
  try {
    const version = asText(asObject(JSON.parse(serverInfo)).version) ?? '';
    const match = /\/(\d+)\.(\d+)\./.exec(version);
    return match?.[1] === '1' ? Number(match[2]) : 0;
  } catch {
    return 0;
  }
}
