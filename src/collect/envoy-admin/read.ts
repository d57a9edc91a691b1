import { setTimeout as sleep } from 'node:timers/promises';
import { asObject, asText } from '../../lib/json.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import { type DocumentKind, makeDocument } from '../../snapshot/document.ts';
import { assembleEnvoy } from '../../snapshot/envoy/assemble.ts';
import { type ConfigField, configFields } from '../../snapshot/envoy/config-fields.ts';
import { enterAdmin } from '../../snapshot/envoy/redact-admin.ts';
import type { EnvoySection } from '../../snapshot/envoy/section.ts';
import { addRedactions, type Redactions } from '../../snapshot/redact.ts';
import type { PodName } from '../../snapshot/envoy/view.ts';
import type { Harvest } from '../../snapshot/snapshot.ts';
import { type AdminTarget, getPage, parseTarget } from './get.ts';
import { type AdminPath, bootstrapPath, wholeBootstrapPath } from './paths.ts';
import { configSections, sectionsOf } from './sections.ts';
import { unseen } from './unseen.ts';

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
}

type Pages = Parameters<typeof assembleEnvoy>[0]['pages'];

interface Reading {
  readonly request: EnvoyAdminRequest;
  readonly target: AdminTarget;
  /** By document id: a section that is read again takes the place of what was read before. */
  readonly pages: Map<string, Pages[number]>;
  readonly unread: { section: EnvoySection; gap: Gap }[];
  redactions: Redactions;
  calls: number;
  bytes: number;
  readonly slow: string[];
}

/** A set of sections that changes while it is read is read again this often. */
const rereads = 2;
/** A call that takes longer blocks Envoy's main thread, and with it the kubelet's probe, for too long. */
const slowMs = 300;
/** The first minor version whose /stats honours `type=`; an older one ignores it and sends the whole page. */
const firstTyped = 22;

/**
 * Reads one Envoy, with GET from a fixed list of paths, one call at a time. Counters are read twice, a window apart; the
 * other pages within that window. Sections of the configuration belong together only if no version changed meanwhile.
 */
export async function readEnvoyAdmin(request: EnvoyAdminRequest): Promise<Harvest> {
  const target = typeof request.target === 'string' ? parseTarget(request.target) : request.target;
  if (typeof target === 'string') return unseen(String(request.target), target, 0);
  const reading: Reading = {
    request,
    target,
    pages: new Map(),
    unread: [],
    redactions: {},
    calls: 0,
    bytes: 0,
    slow: [],
  };
  const info = await ask(reading, '/server_info', 'server_info', 'server_info.json');
  if (!info.ok && info.unreachable) return unseen(target.label, info.reason, reading.calls);
  const typed = info.ok && minorVersion(info.text) >= firstTyped;
  const ready = await ask(reading, '/ready', 'ready', 'ready.txt');
  const listeners = await ask(reading, '/listeners?format=json', 'listeners', 'listeners.json');
  if (![info, ready, listeners].some((answer) => answer.ok && answer.status === 200)) {
    const said = info.ok ? `status ${info.status}` : info.reason;
    return unseen(target.label, `what answers is no admin endpoint of an Envoy (/server_info: ${said})`, reading.calls);
  }
  const firstRead = performance.now();
  if (!request.whole) await readStats(reading, typed, 1);
  await readConfig(reading, typed);
  await ask(reading, '/clusters?format=json', 'clusters', 'clusters.json');
  await ask(reading, '/certs', 'certs', 'certs.json');
  await ask(reading, '/runtime', 'runtime', 'runtime.json');
  if (request.whole) return finish(reading);
  await wait(request.window - (performance.now() - firstRead), request.signal);
  await readStats(reading, typed, 2);
  return finish(reading);
}

function finish({ request, target, pages, unread, redactions, calls, bytes, slow }: Reading): Harvest {
  const { view, coverage, gaps } = assembleEnvoy({
    key: request.key,
    label: target.label,
    ...(request.pod ? { pod: request.pod } : {}),
    pages: [...pages.values()],
    unread,
    keepBodies: request.whole ?? false,
  });
  const missed = coverage.filter(({ state }) => state !== 'listed').length;
  const detail = [
    `${calls} calls, ${Math.round(bytes / 1024)} KiB`,
    ...(missed > 0 ? [`${missed} of ${coverage.length} sections not read whole`] : []),
    ...slow,
  ];
  return {
    documents: [...pages.values()].map(({ document }) => document),
    objects: [],
    envoys: [view],
    coverage,
    gaps,
    sources: [
      { name: target.label, state: missed > 0 ? 'partial' : 'ok', detail: detail.join('; '), cost: { calls, bytes } },
    ],
    redactions,
  };
}

/** A page that an Envoy answers with 200; `/ready` answers 503 where it is not live, which is an answer too. */
async function ask(
  reading: Reading,
  path: AdminPath,
  kind: DocumentKind,
  name: string,
  readAt = reading.request.now().toISOString(),
): ReturnType<typeof getPage> {
  const { request, target } = reading;
  reading.calls += 1;
  const answer = await getPage(target, path, request.requestTimeoutMs, request.signal);
  if (answer.ok) {
    reading.bytes += answer.bytes;
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

/** Counters and gauges asked apart cost half of one page of both, which brings histograms too; together they are one reading. */
async function readStats(reading: Reading, typed: boolean, number: 1 | 2): Promise<void> {
  const readAt = reading.request.now().toISOString();
  if (!typed) {
    await ask(reading, '/stats?format=json&usedonly', 'stats', `stats-${number}.json`, readAt);
    return;
  }
  await ask(reading, '/stats?format=json&type=Counters&usedonly', 'stats', `stats-${number}-counters.json`, readAt);
  await ask(reading, '/stats?format=json&type=Gauges&usedonly', 'stats', `stats-${number}-gauges.json`, readAt);
}

/**
 * The configuration section by section, each a short call. An Envoy whose version texts cannot be asked for cheaply is
 * asked for the whole dump instead: one call, and so of one moment.
 */
async function readConfig(reading: Reading, typed: boolean): Promise<void> {
  if (!typed) {
    await ask(reading, '/config_dump?include_eds', 'config_dump', 'config_dump.json');
    return;
  }
  let before = await versions(reading);
  for (let round = 0; round <= rereads; round += 1) {
    for (const field of configFields) await askField(reading, field);
    const after = await versions(reading);
    if (before === null || after === null || before === after) return;
    before = after;
  }
  const label = reading.target.label;
  for (const section of configSections.filter((name) => name !== 'bootstrap')) {
    const gap = {
      missing: `${section} of ${label} at one moment`,
      reason: `changed while read, ${rereads + 1} times`,
      remedy: 'read it again when its configuration rests',
    };
    reading.unread.push({ section, gap });
  }
}

async function askField(reading: Reading, field: ConfigField): Promise<void> {
  if (field === 'bootstrap') {
    const path = reading.request.whole ? wholeBootstrapPath : bootstrapPath;
    await ask(reading, path, 'config_dump', 'config_dump-bootstrap.json');
    return;
  }
  const eds = field.endsWith('endpoint_configs') ? '&include_eds' : '';
  await ask(reading, `/config_dump?resource=${field}${eds}`, 'config_dump', `config_dump-${field}.json`);
}

/** Every `version_text` of an Envoy in one line of text; null where they could not be read. */
async function versions({ target, request, ...reading }: Reading): Promise<string | null> {
  reading.calls += 1;
  const answer = await getPage(
    target,
    '/stats?format=json&type=TextReadouts',
    request.requestTimeoutMs,
    request.signal,
  );
  if (!answer.ok || answer.status !== 200) return null;
  const texts = answer.text.match(
    /"name":\s*"[^"]*version_text",\s*"value":\s*"[^"]*"|"value":\s*"[^"]*",\s*"name":\s*"[^"]*version_text"/g,
  );
  return texts ? texts.sort().join('\n') : '';
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

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return;
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
