import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineClient } from '../engine/client.ts';
import type { Metrics } from '../export/metrics.ts';
import { type AdminProxy, serveAdminProxy, wayToPod } from './admin-proxy.ts';
import { ToldClock } from '../lib/clock.ts';
import { wait } from '../collect/wait.ts';
import { type AgentApi, makeApi } from './api.ts';
import { makeClockWatch } from './clock-watch.ts';
import { type Leadership, standForElection } from './leadership.ts';
import type { Log } from './log.ts';
import { join, type Membership } from './members.ts';
import type { AgentOptions } from './options.ts';
import { servePages } from './pages.ts';
import { Rounds } from './round.ts';

/** What an agent is made of beside its options. */
export interface AgentParts {
  /** Starts the engine; called again where it died. */
  readonly startEngine: () => EngineClient;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Ends it: what was measured is sent, the Lease let go. */
  readonly signal: AbortSignal;
}

const labelsOf = (component: string) => ({
  'app.kubernetes.io/name': 'meshdoctor',
  'app.kubernetes.io/component': component,
});

/** Runs until the signal; throws where it cannot begin: a port that is taken. */
export async function runAgent(options: AgentOptions, parts: AgentParts): Promise<void> {
  const { log, metrics, signal } = parts;
  const ended = new AbortController();
  const [context = null] = options.live.contexts;
  const clock = new ToldClock();
  const api = makeApi(options.live.kubeconfig, context, ended.signal, clock);
  const { lease, times, name } = options;
  const leadership = standForElection(api, { ...lease, labels: labelsOf('agent') }, name, times);
  const membership =
    options.mode === 'deployment' ? join(api, { ...lease, labels: labelsOf('agent-member') }, name, times) : null;
  const health = makeHealth(options.intervalMs);
  const pages = await servePages(options.listen, {
    healthz: health.trouble,
    readyz: health.notReady,
    metrics: () => metrics.prometheusText(),
  });
  const rounds = new Rounds(options);
  const proxy = await serveProxy(options, rounds, api);
  const { mode, node } = options;
  const ports = { port: pages.port, ...(proxy ? { adminProxy: proxy.port } : {}) };
  log({ level: 'info', event: 'started', mode, node, ...ports });
  const elected = new EventEmitter();
  const leads = (now: boolean): void => {
    log({ level: 'info', event: now ? 'leads' : 'follows' });
    if (now) elected.emit('leads');
  };
  const elections = keepLeases(leadership, membership, options, {
    ...{ log, leads, signal },
    checkClock: makeClockWatch(clock, metrics, log),
  });
  try {
    await keepLooking(options, parts, { rounds, api, leadership, membership, health, elected });
  } finally {
    rounds.close();
    await elections;
    await Promise.all([leadership.release(), membership?.leave()]);
    await metrics.stop();
    await Promise.all([pages.close(), proxy?.close()]);
    ended.abort();
    api.close();
    log({ level: 'info', event: 'ended' });
  }
}

async function serveProxy(
  { adminProxyPort, live }: AgentOptions,
  rounds: Rounds,
  api: AgentApi,
): Promise<AdminProxy | null> {
  if (adminProxyPort === null) return null;
  return serveAdminProxy(adminProxyPort, {
    known: () => rounds.pods(),
    wayTo: (key) => wayToPod(api, key, live),
  });
}

async function keepLeases(
  leadership: Leadership,
  membership: Membership | null,
  { times }: AgentOptions,
  {
    log,
    leads,
    checkClock,
    signal,
  }: Pick<AgentParts, 'log' | 'signal'> & { readonly leads: (now: boolean) => void; readonly checkClock: () => void },
): Promise<void> {
  let led = false;
  let trouble: string | null = null;
  while (!signal.aborted) {
    const now = (await leadership.step()) ?? (await membership?.step()) ?? null;
    if (now !== null && now !== trouble) log({ level: 'warning', event: 'lease', reason: now });
    trouble = now;
    checkClock();
    if (leadership.leads() !== led) {
      led = !led;
      leads(led);
    }
    await wait(times.retryMs, signal);
  }
}

interface Looking {
  readonly rounds: Rounds;
  readonly api: Parameters<Rounds['look']>[0]['api'];
  readonly leadership: Leadership;
  readonly membership: Membership | null;
  readonly health: Health;
  /** Emits `leads` when this agent begins to lead. */
  readonly elected: EventEmitter;
}

async function keepLooking(
  options: AgentOptions,
  { startEngine, metrics, log, signal }: AgentParts,
  { rounds, api, leadership, membership, health, elected }: Looking,
): Promise<void> {
  const aborted = untilAborted(signal);
  let engine = startEngine();
  try {
    while (!signal.aborted) {
      const begun = performance.now();
      const led = leadership.leads();
      try {
        let letsGo = false;
        const members = async (): Promise<readonly string[]> => {
          await membership?.refresh();
          const known = membership?.members() ?? [options.name];
          letsGo = known.length === 0;
          return known;
        };
        const look = rounds.look({ engine, api, metrics, log, leads: leadership.leads, members, startEngine });
        const result = await Promise.race([look, aborted]);
        if (result && letsGo) membership?.begin();
        if (result) health.looked(result.seen);
      } catch (error) {
        log({ level: 'error', event: 'look-failed', reason: error instanceof Error ? error.message : String(error) });
        await engine.close();
        engine = startEngine();
      }
      const rest = Math.max(options.intervalMs - (performance.now() - begun), options.intervalMs / 10);
      const least = Math.min(rest, leastRestMs);
      // Elected while it looked: as a leader it has not looked yet.
      await restOrChange({ engine, elected, signal }, least, !led && leadership.leads() ? least : rest);
    }
  } finally {
    await engine.close();
  }
}

/** Between two looks, whatever happens; and how long more changes are waited for after the first. */
const leastRestMs = 3_000;
const settleMs = 500;

/** Rests, and less long where something changes that was asked of App Mesh, or where this agent begins to lead. */
async function restOrChange(
  {
    engine,
    elected,
    signal,
  }: Pick<Looking, 'elected'> & { readonly engine: EngineClient; readonly signal: AbortSignal },
  least: number,
  rest: number,
): Promise<void> {
  const ended = new AbortController();
  // Not `AbortSignal.any`: Node 20 keeps something of each for as long as the oldest of its signals lives.
  const end = (): void => ended.abort();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const leads = once(elected, 'leads', { signal: ended.signal }).catch(() => 'rested');
  await wait(least, signal);
  if (rest > least) {
    const whole = sleep(rest - least, 'rested', { signal: ended.signal }).catch(() => 'rested');
    // An engine that dies while it is waited for is noticed by the next look.
    const why = await Promise.race([whole, leads, engine.changed().catch(() => whole)]);
    if (why !== 'rested') await wait(settleMs, signal);
  }
  signal.removeEventListener('abort', end);
  end();
}

function untilAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

interface Health {
  readonly looked: (seen: boolean) => void;
  readonly trouble: () => string | null;
  readonly notReady: () => string | null;
}

/** Alive: it looked not long ago, whatever it saw; the kubelet must not end an agent because the API server is away. */
function makeHealth(intervalMs: number): Health {
  let lookedAt = performance.now();
  let seen = false;
  const longest = Math.max(5 * intervalMs, 300_000);
  return {
    looked(well) {
      lookedAt = performance.now();
      seen = well;
    },
    trouble() {
      const age = performance.now() - lookedAt;
      return age < longest ? null : `no look ended for ${Math.round(age / 1000)} s`;
    },
    notReady: () => (seen ? null : 'the cluster was not seen yet, or not at the last look'),
  };
}
