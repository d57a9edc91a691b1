import { catalogue } from '../../rules/index.ts';
import { collect, type Remembered } from '../collect/collect.ts';
import type { WatchedLists } from '../collect/kubernetes/watched.ts';
import { type CollectRequest, emptyRequest } from '../collect/request.ts';
import { diagnose } from '../diagnose/run.ts';
import { statusOf } from '../diagnose/status.ts';
import { version } from '../lib/version.ts';
import { buildModel, type Model } from '../model/model.ts';
import type { ReportDocument } from '../report/document.ts';
import { mergeDocuments } from '../report/merge.ts';
import { toDocument } from '../report/to-document.ts';
import type { EnvoyMemory } from '../collect/envoy-admin/paced.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { configurationsOf } from './configurations.ts';
import { compiled, positionInConfig } from './configured.ts';
import type { Follower } from './logs/follow.ts';
import type { LiveLogs } from './logs/live/live-logs.ts';
import type { Engine } from './protocol.ts';

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

/** Makes an engine in this thread: the worker holds one, tests use one directly. */
export function makeEngine(): Engine {
  let snapshots: readonly Snapshot[] = [];
  let models: readonly Model[] = [];
  let whole = false;
  /** Of clusters that are read again and again, by their contexts. */
  const known = new Map<string, { readonly memories: Remembered['memories']; readonly lists: WatchedLists }>();
  const changes = makeSignal();
  const rememberedOf = async ({ live, pace }: CollectRequest): Promise<Remembered | null> => {
    if (!live || !pace) return null;
    const cluster = live.contexts.join();
    let kept = known.get(cluster);
    if (!kept) {
      const [{ WatchedLists: Lists }, { streamWays }] = await Promise.all([
        import('../collect/kubernetes/watched.ts'),
        import('../collect/kubernetes/streams.ts'),
      ]);
      const lists = new Lists({ ...streamWays(live), now: () => performance.now(), changed: changes.tell });
      kept = { memories: new Map(), lists };
      known.set(cluster, kept);
    }
    return { memories: kept.memories, list: kept.lists.list };
  };
  let asked = emptyRequest;
  let follower: Follower | null = null;
  const collected = (): Snapshot => {
    const [snapshot] = snapshots;
    if (!snapshot) throw new Error('nothing was collected yet');
    return snapshot;
  };
  /** As they were collected. */
  let bare: readonly Snapshot[] = [];
  let live: LiveLogs | null = null;
  const following = async (): Promise<LiveLogs> => {
    if (!live) throw new Error('no logs are followed');
    await live.use(built(), asked);
    return live;
  };
  // Of logs that are followed rules hear as of logs that were read.
  const hearOfLogs = async (): Promise<void> => {
    const views = (await following()).views(built(), collected().position, Date.now());
    const { withTraffic } = await import('./logs/add-traffic.ts');
    snapshots = bare.map((one) => withTraffic(one, views));
    models = [];
  };
  const built = (): Model => {
    if (models.length === 0) models = snapshots.map((snapshot) => buildModel(snapshot));
    const [model] = models;
    if (!model) throw new Error('nothing was collected yet');
    return model;
  };
  return {
    async collect(request) {
      const begun = performance.now();
      changes.clear();
      const results = await Promise.all(perCluster(request).map(async (one) => collect(one, await rememberedOf(one))));
      for (const { lists } of known.values()) lists.sweep();
      snapshots = results.map(({ snapshot }) => snapshot);
      if (request.logs) {
        const { addTraffic } = await import('./logs/add-traffic.ts');
        const left = Math.max(1, request.timeoutMs - (performance.now() - begun));
        const signal = AbortSignal.timeout(Math.round(left));
        const requests = perCluster(request);
        snapshots = await Promise.all(snapshots.map((one, at) => addTraffic(one, requests[at] ?? request, signal)));
      }
      bare = snapshots;
      models = [];
      whole = request.whole;
      asked = request;
      const count = (of: (snapshot: Snapshot) => readonly unknown[]): number =>
        snapshots.reduce((sum, snapshot) => sum + of(snapshot).length, 0);
      return {
        takenAt: collected().takenAt,
        timedOut: results.some(({ timedOut }) => timedOut),
        sources: snapshots.flatMap(({ sources }) =>
          sources.map((source) => ({ ...source, trouble: source.trouble ?? null })),
        ),
        documents: count(({ documents }) => documents),
        objects: count(({ objects }) => objects),
        envoys: count(({ envoys }) => envoys),
        configurations: snapshots.flatMap(configurationsOf),
        envoyCallsMs: [...known.values()].flatMap(({ memories }) => [...memories.values()].flatMap(takeCalls)),
      };
    },
    async diagnose({ rules: wanted, skip, suppressions = [], userRules = [], ways, requests = null }) {
      if (live) await hearOfLogs();
      built();
      const all = [...catalogue.map(({ rule }) => rule), ...(await compiled(userRules))];
      const known = all.map(({ id }) => id);
      const chosen = all.filter(({ id }) => (wanted.length === 0 || wanted.includes(id)) && !skip.includes(id));
      const drawn = ways === true ? (await import('./finding-ways.ts')).withWays : null;
      const about = requests ? (await import('./about-requests.ts')).aboutRequests : null;
      const documentOf = (read: Model): ReportDocument => {
        const model = suppressions.length > 0 ? buildModel({ ...read.snapshot, suppressions }) : read;
        const { snapshot } = model;
        const everything = diagnose(model, chosen, known);
        const diagnosis = about && requests ? about(model, everything, requests) : everything;
        const document = toDocument(diagnosis, {
          documents: snapshot.documents,
          position: (place) => snapshot.position(place) ?? positionInConfig(suppressions, place),
          toolVersion: version,
          objectPlace: model.place,
          docsOf: (rule) => `meshdoctor rules ${rule}`,
          cluster: snapshot.cluster,
          envoys: snapshot.envoys,
        });
        return drawn ? drawn(model, document, snapshot.position) : document;
      };
      return mergeDocuments([documentOf(built()), ...models.slice(1).map(documentOf)]);
    },
    async status() {
      built();
      return {
        schemaVersion: 1,
        takenAt: collected().takenAt,
        gateways: models.flatMap(statusOf),
        gaps: snapshots.flatMap(({ gaps }) => gaps),
      };
    },
    async measure() {
      const { measuresOf } = await import('../diagnose/measured.ts');
      built();
      return models.flatMap(measuresOf);
    },
    async countRequests(options) {
      const { Follower: Made, followBy } = await import('./logs/follow.ts');
      const { live } = asked;
      if (!live) throw new Error('logs are followed in a cluster alone');
      follower ??= new Made(await followBy(options, live));
      return follower.turn(built(), options);
    },
    changed: () => changes.told(),
    async explain(options) {
      const { explainAll } = await import('./explain.ts');
      return explainAll(built(), options, collected().position);
    },
    async routes(gateway) {
      const { routeRows } = await import('./route-rows.ts');
      return routeRows(built(), gateway, collected().position);
    },
    async decide(options) {
      const { decideLines } = await import('./decide-lines.ts');
      return decideLines(built(), options);
    },
    async logs(options) {
      const [{ readLogs }, { podLogs }] = await Promise.all([
        import('./logs/logs.ts'),
        import('./logs/add-traffic.ts'),
      ]);
      const signal = AbortSignal.timeout(asked.timeoutMs);
      const { logs, gaps, close } = await podLogs(built(), asked, options.pods, signal);
      const document = await readLogs(built(), options, collected().position, logs);
      close();
      return { ...document, notes: [...document.notes, ...gaps.map(({ missing, reason }) => `${missing}: ${reason}`)] };
    },
    async follow(logs) {
      const { LiveLogs: Logs } = await import('./logs/live/live-logs.ts');
      live?.close();
      live = new Logs(logs);
    },
    async traffic() {
      return (await following()).tell(Date.now());
    },
    async explainClass(key) {
      const [logs, { explainLive }] = await Promise.all([following(), import('./logs/live/explain-live.ts')]);
      const example = logs.example(key, Date.now());
      if (!example) return { trouble: 'no such requests came in the last minutes', explained: [] };
      return explainLive(built(), example, collected().position);
    },
    async rescue(options) {
      const { rescue } = await import('../rescue/rescue.ts');
      return rescue(built(), options);
    },
    async testRules(texts) {
      const { runRuleTests } = await import('./rule-tests.ts');
      const rules = new Map((await compiled(texts)).map((rule) => [rule.id, rule]));
      return texts.flatMap((text) => {
        const rule = rules.get(text.id);
        return rule ? runRuleTests(text, rule) : [];
      });
    },
    async bundle() {
      const { writeBundle } = await import('../collect/bundle/write.ts');
      return writeBundle(collected(), { version, whole });
    },
  };
}

/** Something that is told until it is cleared, and can be waited for; who still waits then waits for nothing any more. */
function makeSignal(): { readonly tell: () => void; readonly clear: () => void; readonly told: () => Promise<void> } {
  let happened = false;
  let waiting: (() => void)[] = [];
  return {
    tell() {
      happened = true;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    clear() {
      happened = false;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    told: () => (happened ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
