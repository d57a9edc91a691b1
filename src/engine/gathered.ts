import { Arrivals } from '../collect/arrivals.ts';
import { type Collected, collect, type Remembered, readSources, snapshotOf } from '../collect/collect.ts';
import type { EnvoyMemory } from '../collect/envoy-admin/paced.ts';
import type { WatchedLists } from '../collect/kubernetes/watched.ts';
import { type CollectRequest, emptyRequest } from '../collect/request.ts';
import { buildModel, type Model } from '../model/model.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { configurationsOf } from './configurations.ts';
import type { CollectSummary } from './protocol.ts';

/** One request a cluster: a snapshot is of one, so that names never meet across clusters. */
function perCluster(request: CollectRequest): readonly CollectRequest[] {
  const { live } = request;
  if (!live || live.contexts.length < 2) return [request];
  return [...new Set(live.contexts)].map((context) => ({ ...request, live: { ...live, contexts: [context] } }));
}

/** What the calls to an Envoy took, once. */
function takeCalls(memory: EnvoyMemory): readonly number[] {
  const { callsMs } = memory;
  memory.callsMs = [];
  return callsMs;
}

/** What was collected, and the models made of it; the one that is spoken of changes only when it is told to. */
export class Gathered {
  /** What was asked for last. */
  asked = emptyRequest;
  /** With what was heard of logs since. */
  #snapshots: readonly Snapshot[] = [];
  /** As they were collected. */
  #bare: readonly Snapshot[] = [];
  #models: readonly Model[] = [];
  /** Of clusters that are read again and again, by their contexts. */
  readonly #known = new Map<string, { readonly lists: WatchedLists; readonly remembered: Remembered }>();
  /** Of Envoys that are gathered again and again. */
  readonly #envoys: Pick<Remembered, 'memories' | 'named'> = { memories: new Map(), named: new Map() };
  readonly #arrivals = new Arrivals(Date.now);
  readonly #changed: () => void;

  /** `changed`: hears that lists changed which are kept up to date. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The first snapshot. */
  get snapshot(): Snapshot {
    const [snapshot] = this.#snapshots;
    if (!snapshot) throw new Error('nothing was collected yet');
    return snapshot;
  }

  get snapshots(): readonly Snapshot[] {
    return this.#snapshots;
  }

  /** The model of the first snapshot. */
  get model(): Model {
    const [model] = this.models;
    if (!model) throw new Error('nothing was collected yet');
    return model;
  }

  get models(): readonly Model[] {
    if (this.#models.length === 0) this.#models = this.#snapshots.map((snapshot) => buildModel(snapshot));
    return this.#models;
  }

  /** Lets go of the models, and of all that rules made from them; who asks for one again waits for it. */
  release(): void {
    this.#models = [];
  }

  /** Reads all sources, and then speaks of them. */
  async collect(request: CollectRequest): Promise<CollectSummary> {
    const begun = performance.now();
    const results = await Promise.all(
      perCluster(request).map(async (one) => collect(one, await this.#rememberedOf(one))),
    );
    for (const { lists } of this.#known.values()) lists.sweep();
    await this.#use(request, results, begun);
    return this.#summary(results.some(({ timedOut }) => timedOut));
  }

  /** Reads the sources of one cluster, each told of as it comes; it is spoken of once `takeArrived` says so. */
  async gather(request: CollectRequest): Promise<void> {
    this.asked = request;
    const end = this.#arrivals.begin();
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const readAt = new Date().toISOString();
    try {
      await readSources(request, { remembered: this.#envoys, readAt, deadline, source: this.#arrivals.read });
    } finally {
      end();
    }
  }

  arrivals(seen: number): ReturnType<Arrivals['told']> {
    return this.#arrivals.told(seen);
  }

  /** From now on what came so far is spoken of. */
  takeArrived(): CollectSummary {
    const snapshot = snapshotOf(this.asked, this.#arrivals.harvests(), new Date().toISOString());
    this.#speakOf([snapshot]);
    return this.#summary(false);
  }

  /** Replaces the snapshots by others of the same reading. */
  hear(with_: (snapshot: Snapshot) => Snapshot): void {
    this.#snapshots = this.#bare.map(with_);
    this.#models = [];
  }

  async #use(request: CollectRequest, results: readonly Collected[], begun: number): Promise<void> {
    let snapshots = results.map(({ snapshot }) => snapshot);
    if (request.logs) {
      const { addTraffic } = await import('./logs/add-traffic.ts');
      const left = Math.max(1, request.timeoutMs - (performance.now() - begun));
      const signal = AbortSignal.timeout(Math.round(left));
      const requests = perCluster(request);
      snapshots = await Promise.all(snapshots.map((one, at) => addTraffic(one, requests[at] ?? request, signal)));
    }
    this.asked = request;
    this.#speakOf(snapshots);
  }

  #speakOf(snapshots: readonly Snapshot[]): void {
    this.#snapshots = snapshots;
    this.#bare = snapshots;
    this.#models = [];
  }

  #summary(timedOut: boolean): CollectSummary {
    const count = (of: (snapshot: Snapshot) => readonly unknown[]): number =>
      this.#snapshots.reduce((sum, snapshot) => sum + of(snapshot).length, 0);
    return {
      takenAt: this.snapshot.takenAt,
      timedOut,
      sources: this.#snapshots.flatMap(({ sources }) =>
        sources.map((source) => ({ ...source, trouble: source.trouble ?? null })),
      ),
      documents: count(({ documents }) => documents),
      objects: count(({ objects }) => objects),
      envoys: count(({ envoys }) => envoys),
      configurations: this.#snapshots.flatMap(configurationsOf),
      envoyCallsMs: [...this.#known.values()].flatMap(({ remembered }) =>
        [...remembered.memories.values()].flatMap(takeCalls),
      ),
    };
  }

  async #rememberedOf({ live, pace }: CollectRequest): Promise<Remembered | null> {
    if (!live || !pace) return null;
    const cluster = live.contexts.join();
    let kept = this.#known.get(cluster);
    if (!kept) {
      const [{ WatchedLists: Lists }, { streamWays }] = await Promise.all([
        import('../collect/kubernetes/watched.ts'),
        import('../collect/kubernetes/streams.ts'),
      ]);
      const lists = new Lists({ ...streamWays(live), now: () => performance.now(), changed: this.#changed });
      const { named } = this.#envoys;
      kept = { lists, remembered: { memories: new Map(), kinds: new Map(), named, list: lists.list } };
      this.#known.set(cluster, kept);
    }
    return kept.remembered;
  }
}
