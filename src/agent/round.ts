import { ownerOf } from '../lib/rendezvous.ts';
import type { Part } from '../collect/kubernetes/request.ts';
import { type CollectRequest, emptyRequest } from '../collect/request.ts';
import type { PodMeasure } from '../diagnose/measured.ts';
import type { EngineClient } from '../engine/client.ts';
import type { CollectSummary, Followed } from '../engine/protocol.ts';
import type { Metrics } from '../export/metrics.ts';
import type { ReportDocument } from '../report/document.ts';
import type { AgentApi } from './api.ts';
import { type Budget, makeBudget } from './budget.ts';
import { tellEvent } from './events.ts';
import { changesSince, type Held, isHeard } from '../report/finding-changes.ts';
import { lineOf } from './finding-line.ts';
import type { Log } from './log.ts';
import type { AgentOptions } from './options.ts';
import {
  type ClusterLook,
  forgetCluster,
  forgetPods,
  recordCluster,
  recordGrowth,
  recordPods,
  type Told,
} from './record.ts';
import { RouteRecorder } from './record-routes.ts';
import type { Keeper } from './rescue-copies.ts';
import { makeTally } from './tally.ts';

/** What a look works with. */
export interface RoundParts {
  readonly engine: EngineClient;
  readonly api: AgentApi;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly leads: () => boolean;
  /** The agents that share the gateways; nobody where this one is to let go of all that it counted. */
  readonly members: () => Promise<readonly string[]>;
  /** Another engine, for what must not stay in memory. */
  readonly startEngine: () => EngineClient;
}

/** What a look came to. */
export interface RoundResult {
  /** False where the cluster could not be read at all. */
  readonly seen: boolean;
  readonly troubles: readonly string[];
}

/** Thirty Events at once, then one in half a minute. */
const eventsAtOnce = 30;
const eventEveryMs = 30_000;

/** Looks again and again; what it remembers from one look to the next is in here. */
export class Rounds {
  readonly #options: AgentOptions;
  readonly #tally = makeTally();
  readonly #routes = new RouteRecorder();
  readonly #budget: Budget = makeBudget(eventsAtOnce, eventEveryMs);
  readonly #seenAt = new Map<string, number>();
  readonly #told: Told = { gateways: new Set(), findings: new Set() };
  #held: Held = new Map();
  #led = false;
  #keeper: Keeper | null = null;
  #pods: ReadonlySet<string> = new Set();

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** `NS/NAME` of the gateway pods that the last look saw. */
  pods(): ReadonlySet<string> {
    return this.#pods;
  }

  /** Ends what goes on between looks. */
  close(): void {
    this.#keeper?.close();
    this.#keeper = null;
  }

  /** One look: reads, counts, and where this agent leads runs the rules and tells what changed. */
  async look(parts: RoundParts): Promise<RoundResult> {
    const leader = parts.leads();
    const part = this.#part(await parts.members());
    const summary = await parts.engine.collect(this.#request(leader ? { ahead: part } : { part }));
    for (const ms of summary.envoyCallsMs) parts.metrics.record('agent.envoy.read', ms / 1000, {});
    const measures = await parts.engine.measure();
    this.#pods = new Set(measures.flatMap(({ key }) => (key.includes('/') ? [key] : [])));
    const members = await parts.members();
    const mine = measures.filter((pod) => this.#counts(pod, members));
    // Nobody shares: others took what was this one's, and count it.
    const letsGo = members.length === 0;
    const complete =
      letsGo || summary.sources.some(({ name, trouble }) => name.startsWith('cluster ') && trouble === null);
    recordGrowth(parts.metrics, this.#tally.count(mine, complete));
    this.#recordGateways(parts.metrics, mine, complete);
    const followed = await this.#followLogs(parts, complete ? mine : null, letsGo);
    parts.metrics.set('agent.leader', leader ? 1 : 0, {});
    // Before the rules: what was made for them is let go after.
    const statuses = leader ? (await parts.engine.status()).gateways : [];
    const document = leader ? await parts.engine.diagnose({ ...this.#options.diagnose, brief: true }) : null;
    if (document && parts.leads()) await this.#tell(parts, { document, statuses, measures });
    else this.#follow(parts.metrics);
    const troubles = [
      ...summary.sources.filter(({ trouble }) => trouble !== null).map(({ name, detail }) => `${name}: ${detail}`),
      ...(followed?.troubles ?? []),
    ];
    parts.log({
      level: troubles.length > 0 ? 'warning' : 'info',
      event: 'look',
      leader,
      gateways: new Set(mine.map(({ gateway }) => gateway)).size,
      pods: mine.length,
      read: mine.filter(({ read }) => read !== null).length,
      findings: document ? document.findings.length : null,
      ...(followed ? { logLines: followed.lines } : {}),
      cost: cost(summary),
      ...(troubles.length > 0 ? { troubles } : {}),
    });
    return { seen: !summary.sources.some(isUnseenCluster), troubles };
  }

  #part(members: readonly string[]): Part {
    const { mode, node, name, logs } = this.#options;
    const share = { me: name, members };
    return mode === 'daemonset' ? { node, share: null, routes: logs } : { node: null, share, routes: logs };
  }

  #counts({ node, gateway }: PodMeasure, members: readonly string[]): boolean {
    if (this.#options.mode === 'daemonset') return this.#options.node === null || node === this.#options.node;
    return ownerOf(`VirtualGateway ${gateway}`, members) === this.#options.name;
  }

  #request(limits: { readonly part?: Part; readonly ahead?: Part }): CollectRequest {
    const { live, intervalMs, requestTimeoutMs, maxCallMs, rescue } = this.#options;
    return {
      ...emptyRequest,
      live: { ...live, ...limits },
      pace: { maxCallMs, light: limits.part !== undefined },
      timeoutMs: Math.max(intervalMs, 10_000),
      requestTimeoutMs,
      rescueCopies: rescue === null ? [] : [rescue.folder],
    };
  }

  #recordGateways(metrics: Metrics, mine: readonly PodMeasure[], complete: boolean): void {
    const now = Date.now();
    const here = new Set(mine.map(({ gateway }) => gateway));
    for (const [gateway, since] of this.#seenAt) {
      if (here.has(gateway)) continue;
      if (complete) {
        this.#seenAt.delete(gateway);
        forgetPods(metrics, gateway);
      } else metrics.set('gateway.look.age', (now - since) / 1000, { gateway });
    }
    for (const gateway of here) {
      const pods = mine.filter((pod) => pod.gateway === gateway);
      if (pods.every(({ use }) => use !== 'unseen')) this.#seenAt.set(gateway, now);
      const since = this.#seenAt.get(gateway) ?? now;
      this.#seenAt.set(gateway, since);
      recordPods(metrics, gateway, pods, now - since, now);
    }
  }

  async #followLogs(
    { engine, metrics }: RoundParts,
    mine: readonly PodMeasure[] | null,
    letsGo: boolean,
  ): Promise<Followed | null> {
    if (!this.#options.logs) return null;
    const pods = mine?.flatMap(({ key, gateway }) => (key.includes('/') ? [{ key, gateway }] : [])) ?? null;
    const followed = await engine.countRequests({ pods, nodeLogs: this.#options.nodeLogs });
    this.#routes.record(metrics, letsGo ? { ...followed, gateways: [] } : followed, performance.now());
    return followed;
  }

  #follow(metrics: Metrics): void {
    if (this.#led) forgetCluster(metrics, this.#told);
    this.#led = false;
    // What another leader keeps meanwhile is not known to this one.
    this.close();
  }

  async #keepCopies(parts: RoundParts, { gateways }: ReportDocument, measures: readonly PodMeasure[]): Promise<void> {
    const { rescue, lease, maxCallMs } = this.#options;
    if (rescue === null) return;
    const { makeKeeper, openStore } = await import('./rescue-copies.ts');
    const { startEngine, log, api } = parts;
    const { place, folder } = rescue;
    this.#keeper ??= makeKeeper({
      ...{ folder, maxCallMs, startEngine, log },
      store: await openStore(place, api, lease.namespace),
      request: this.#request({}),
    });
    // Only what was seen to be without a control plane: what merely must be is not worth an Envoy's time.
    const frozen = gateways.filter((one) => one.frozen === 'observed').map(({ ref }) => `${ref.namespace}/${ref.name}`);
    await this.#keeper.keep(frozen, measures, Date.now());
  }

  async #tell(parts: RoundParts, look: Omit<ClusterLook, 'copiesSought'>): Promise<void> {
    const { document, measures } = look;
    recordCluster(parts.metrics, { ...look, copiesSought: this.#keeper !== null }, this.#told);
    // What another leader knew is not known here: that it is gone since cannot be told.
    const { held, changes } = changesSince(this.#led ? this.#held : new Map(), document);
    this.#held = held;
    this.#led = true;
    let heldBack = 0;
    for (const change of changes) {
      parts.log(lineOf(change));
      if (!this.#options.events || !isHeard(change.finding) || !parts.leads()) continue;
      const told = await tellEvent(parts.api, change, {
        agent: this.#options.name,
        budget: this.#budget,
        now: () => performance.now(),
      });
      if (told === 'held-back') heldBack += 1;
      else if (typeof told === 'object')
        parts.log({ level: 'warning', event: 'event-failed', finding: change.finding.id, reason: told.failed });
    }
    await this.#keepCopies(parts, document, measures);
    if (heldBack > 0) parts.log({ level: 'warning', event: 'events-held-back', count: heldBack });
  }
}

function cost({ sources }: CollectSummary): { readonly calls: number; readonly bytes: number } {
  return sources.reduce((sum, { cost: one }) => ({ calls: sum.calls + one.calls, bytes: sum.bytes + one.bytes }), {
    calls: 0,
    bytes: 0,
  });
}

function isUnseenCluster({ name, trouble }: CollectSummary['sources'][number]): boolean {
  return name.startsWith('cluster ') && trouble === 'not-seen';
}
