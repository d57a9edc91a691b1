import { asObject, parseJson } from '../../lib/json.ts';
import { wait } from '../wait.ts';
import { seenValue, type Seen } from '../../snapshot/coverage.ts';
import type { EnvoyAssembly } from '../../snapshot/envoy/assemble.ts';
import { type ConfigSection, fieldsOfSection } from '../../snapshot/envoy/config-fields.ts';
import { readServerInfo } from '../../snapshot/envoy/server-info.ts';
import type { EnvoyView, StatsRead } from '../../snapshot/envoy/view.ts';
import type { Harvest } from '../../snapshot/snapshot.ts';
import { type AdminTarget, getPage, parseTarget } from './get.ts';
import { joined } from './joined.ts';
import {
  hasRested,
  type Pace,
  paceAfter,
  paceAfterPeek,
  type ReadingPace,
  spentMs,
  tooLong,
  unknownPace,
} from './pacing.ts';
import type { AdminPath } from './paths.ts';
import { assembled, harvestOf, readConfig, readStats, strangeness, versions } from './read.ts';
import { ask, beginReading, type EnvoyAdminRequest, isTyped, type Reading } from './reading.ts';
import { configSections } from './sections.ts';
import { unseen } from './unseen.ts';

/** How an Envoy is read that is read again and again. */
type PacedRequest = EnvoyAdminRequest & ReadingPace;

/** What is remembered of one Envoy from one reading to the next: views, never pages. */
export interface EnvoyMemory {
  pace: Pace;
  typed: boolean;
  clusters: number;
  /** How many readings of counters there were. */
  readings: number;
  /** The greatest that was seen of it, in seconds. */
  uptime: number;
  /** Since when a page is not asked for that took too long, by path. */
  readonly slow: Map<string, number>;
  /** Milliseconds of each call that was made and not told of yet. */
  callsMs: readonly number[];
  held: { readonly assembly: EnvoyAssembly; readonly harvest: Harvest; readonly marks: Marks } | null;
}

/** What each section of the configuration was read at. */
type Marks = Readonly<Partial<Record<ConfigSection, string>>>;

/** Nothing is known yet. */
function emptyMemory(): EnvoyMemory {
  return {
    pace: unknownPace,
    typed: true,
    clusters: 0,
    readings: 0,
    uptime: 0,
    slow: new Map(),
    callsMs: [],
    held: null,
  };
}

const slowAgainMs = 3_600_000;
const tellingRestMs = 20_000;

/** Reads one Envoy of those that are remembered by their keys, as `readPaced`. */
export async function readAgain(
  asked: EnvoyAdminRequest,
  { maxCallMs, light, atOnce = false, peeks = false }: ReadingPace,
  memories: Map<string, EnvoyMemory>,
): Promise<Harvest> {
  const memory = memories.get(asked.key) ?? emptyMemory();
  memories.set(asked.key, memory);
  return readPaced({ ...asked, maxCallMs, light, atOnce, peeks }, memory);
}

/**
 * Reads one Envoy as cheaply as will do: state and counters once, and of the configuration only sections whose versions
 * changed, or which it did not tell before. One that must rest is not asked at all: what it said last holds. Where somebody
 * looks on (`soFar`), counters are read twice the first time, a window apart.
 */
async function readPaced(request: PacedRequest, memory: EnvoyMemory): Promise<Harvest> {
  const target = typeof request.target === 'string' ? parseTarget(request.target) : request.target;
  if (typeof target === 'string') return unseen(String(request.target), target, 0);
  const { held } = memory;
  const rests = held && !request.atOnce && !hasRested(memory.pace, performance.now());
  if (rests && (!request.peeks || (await isSame(request, target, memory)))) return unasked(held.harvest);
  const reading = beginReading({ ...request, refuse: (path) => refusal(path, request, memory) }, target);
  const ready = await ask(reading, '/ready', 'ready', 'ready.txt');
  if (!ready.ok && ready.unreachable) return unseen(target.label, ready.reason, reading.calls);
  const listeners = await ask(reading, '/listeners?format=json', 'listeners', 'listeners.json');
  if (!held) {
    const trouble = strangeness([await learn(reading, memory), ready, listeners]);
    if (trouble !== null) return unseen(target.label, trouble, reading.calls);
  }
  memory.readings += 1;
  await readStats(reading, memory.typed, memory.readings % 2 === 0 ? 2 : 1);
  const stats = seenValue(assembled(reading).view.stats)?.at(-1) ?? null;
  memory.clusters = stats?.values.get('cluster_manager.active_clusters')?.value ?? memory.clusters;
  memory.uptime = stats?.values.get('server.uptime')?.value ?? 0;
  const before = held && !beganAnew(held.assembly.view, stats) ? held : null;
  const state = ready.ok ? ready.text.trim() : '';
  if (held && (before === null || seenValue(before.assembly.view.serverInfo)?.state !== state))
    await ask(reading, '/server_info', 'server_info', 'server_info.json');
  const marks = stats ? marksOf(stats) : {};
  const due = configSections.filter(
    (section) => before?.marks[section] === undefined || before.marks[section] !== marks[section],
  );
  if (due.length > 0)
    await readConfig(
      reading,
      memory.typed,
      due.flatMap((section) => fieldsOfSection[section]),
    );
  if (!request.light) await ask(reading, '/clusters?format=json', 'clusters', 'clusters.json');
  await ask(reading, '/certs', 'certs', 'certs.json');
  if (before === null) await ask(reading, '/runtime', 'runtime', 'runtime.json');
  const readyMs = ready.ok ? ready.ms : request.requestTimeoutMs;
  const harvest = remember(reading, memory, before, marks, readyMs);
  if (held || !request.soFar) return harvest;
  request.soFar(harvest);
  await wait(request.window, request.signal);
  memory.readings += 1;
  await readStats(reading, memory.typed, 2);
  return remember(reading, memory, before, marks, readyMs);
}

/** Whether an Envoy that rests can be reached, in the state it was in, and was not started anew: by a page that is small, whatever its size. */
async function isSame(
  { requestTimeoutMs, signal }: PacedRequest,
  target: AdminTarget,
  memory: EnvoyMemory,
): Promise<boolean> {
  const answer = await getPage(target, '/server_info', requestTimeoutMs, signal);
  const was = memory.held ? seenValue(memory.held.assembly.view.serverInfo) : undefined;
  if (!answer.ok || !was) return false;
  memory.pace = paceAfterPeek(memory.pace, spentMs([answer.ms], memory.pace.usualReadyMs));
  const is = readServerInfo(asObject(parseJson(answer.text)), was.place.document);
  const uptime = is?.uptimeSeconds ?? memory.uptime;
  const same = is?.state === was.state && uptime >= memory.uptime;
  memory.uptime = Math.max(memory.uptime, uptime);
  return same;
}

/** Which Envoy it is, and how large: pages of counters come after. */
async function learn(reading: Reading, memory: EnvoyMemory): ReturnType<typeof ask> {
  const info = await ask(reading, '/server_info', 'server_info', 'server_info.json');
  memory.typed = info.ok && isTyped(info.text);
  if (memory.typed) memory.clusters = ((await versions(reading)) ?? '').split('\n').length;
  return info;
}

function remember(
  reading: Reading,
  memory: EnvoyMemory,
  before: EnvoyMemory['held'],
  marks: Marks,
  readyMs: number,
): Harvest {
  const now = performance.now();
  const spent = spentMs(reading.callsMs, Math.min(memory.pace.usualReadyMs, readyMs));
  memory.pace = paceAfter(memory.pace, spent, readyMs, now);
  memory.callsMs = reading.callsMs;
  for (const line of reading.slow) memory.slow.set(line.split(' ', 1)[0] ?? '', now);
  const assembly = joined(before?.assembly ?? null, assembled(reading, true));
  const read = resting(harvestOf(reading, assembly), memory.pace.restUntil - now);
  const documents = new Map((before?.harvest.documents ?? []).map((document) => [document.id, document]));
  for (const document of read.documents) documents.set(document.id, document);
  const harvest = { ...read, at: reading.request.now().getTime(), documents: [...documents.values()] };
  const { routes, listenerConfig, clusterConfig, endpoints, secrets, bootstrap } = assembly.view;
  const sections = {
    routes,
    listener_config: listenerConfig,
    cluster_config: clusterConfig,
    endpoints,
    secrets,
    bootstrap,
  };
  const whole = Object.entries(marks).filter(([name]) => {
    const seen: Seen<unknown> | undefined = sections[name as ConfigSection];
    return seen?.state === 'listed';
  });
  memory.held = { assembly, harvest, marks: Object.fromEntries(whole) };
  return harvest;
}

function refusal(path: AdminPath, { maxCallMs }: PacedRequest, memory: EnvoyMemory): string | null {
  if (maxCallMs === null) return null;
  const since = memory.slow.get(path);
  if (since !== undefined && performance.now() - since < slowAgainMs)
    return `not asked for again within the hour: it blocked Envoy's main thread for more than ${maxCallMs} ms`;
  return tooLong(path, { maxCallMs, clusters: memory.clusters });
}

function beganAnew(before: EnvoyView, after: StatsRead | null): boolean {
  const was = seenValue(before.stats)?.at(-1)?.values.get('server.uptime')?.value;
  const is = after?.values.get('server.uptime')?.value;
  return was === undefined || is === undefined || is < was;
}

/** Says for how long it is left alone, where a person would wonder. */
function resting(harvest: Harvest, restMs: number): Harvest {
  if (restMs < tellingRestMs) return harvest;
  const rest = `rests from being read for ${Math.round(restMs / 1000)} s`;
  return { ...harvest, sources: harvest.sources.map((one) => ({ ...one, detail: `${one.detail}; ${rest}` })) };
}

function unasked(harvest: Harvest): Harvest {
  const sources = harvest.sources.map((source) => ({ ...source, cost: { calls: 0, bytes: 0 } }));
  return { ...harvest, sources };
}

const listeners = /^listener_manager\.(lds\.(version|update_rejected)|total_listeners_\w+)$/;
const clusters = /^cluster_manager\.(cds\.(version|update_rejected)|active_clusters|warming_clusters)$/;

/** The stats that move when a section does: versions are hashes, an update that is refused changes what the section says too. */
const movers: Readonly<Record<ConfigSection, readonly RegExp[]>> = {
  bootstrap: [],
  listener_config: [listeners],
  routes: [listeners, /\.rds\..*\.(version|update_rejected|config_reload)$/],
  cluster_config: [clusters],
  endpoints: [clusters, /^cluster\..*\.(version|membership_change)$/],
  secrets: [listeners, clusters, /(^|\.)sds\..*\.(version|update_rejected)$/],
};

function marksOf({ values }: StatsRead): Marks {
  const marks: Partial<Record<ConfigSection, string>> = {};
  for (const section of configSections) {
    const moved = [...values].filter(([name]) => movers[section].some((mover) => mover.test(name)));
    marks[section] = moved
      .map(([name, { value }]) => `${name} ${value}`)
      .sort()
      .join('\n');
  }
  return marks;
}
