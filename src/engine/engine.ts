import { statusOf } from '../diagnose/status.ts';
import { version } from '../lib/version.ts';
import { Gathered } from './gathered.ts';
import type { Follower } from './logs/follow.ts';
import type { RuleMemories } from './diagnose-all.ts';
import type { LiveLogs } from './logs/live/live-logs.ts';
import type { Engine } from './protocol.ts';
import type { RouteLists } from './route-rows.ts';

/** Makes an engine in this thread: the worker holds one, tests use one directly. */
export function makeEngine(): Engine {
  const changes = makeSignal();
  const gathered = new Gathered(changes.tell);
  const memories: RuleMemories = new Map();
  let follower: Follower | null = null;
  let live: LiveLogs | null = null;
  let lists: RouteLists | null = null;
  const following = async (): Promise<LiveLogs> => {
    if (!live) throw new Error('no logs are followed');
    await live.use(gathered.model, gathered.asked);
    return live;
  };
  // Of logs that are followed rules hear as of logs that were read.
  const hearOfLogs = async (): Promise<void> => {
    const views = (await following()).views(gathered.model, gathered.snapshot.position, Date.now());
    const { withTraffic } = await import('./logs/add-traffic.ts');
    gathered.hear((snapshot) => withTraffic(snapshot, views));
  };
  return {
    async collect(request) {
      changes.clear();
      return gathered.collect(request);
    },
    gather: (request) => gathered.gather(request),
    arrivals: (seen) => gathered.arrivals(seen),
    async takeArrived() {
      return gathered.takeArrived();
    },
    async diagnose(options) {
      if (live) await hearOfLogs();
      // The rules are many: who asks for something else does not load them.
      const { diagnoseAll } = await import('./diagnose-all.ts');
      const document = await diagnoseAll(gathered.models, memories, options);
      if (options.brief) gathered.release();
      return document;
    },
    async status() {
      return {
        schemaVersion: 1,
        takenAt: gathered.snapshot.takenAt,
        gateways: gathered.models.flatMap(statusOf),
        gaps: gathered.snapshots.flatMap(({ gaps }) => gaps),
      };
    },
    async measure() {
      const { measuresOf } = await import('../diagnose/measured.ts');
      return gathered.models.flatMap(measuresOf);
    },
    async countRequests(options) {
      const { Follower: Made, followBy } = await import('./logs/follow.ts');
      const { live } = gathered.asked;
      if (!live) throw new Error('logs are followed in a cluster alone');
      follower ??= new Made(await followBy(options, live));
      return follower.turn(gathered.snapshot, options);
    },
    changed: () => changes.told(),
    async explain(options) {
      const { explainAll } = await import('./explain.ts');
      return explainAll(gathered.model, options, gathered.snapshot.position);
    },
    async routes({ gateway, known }) {
      const { RouteLists } = await import('./route-rows.ts');
      lists ??= new RouteLists();
      return lists.tell(gathered.model, gateway, known);
    },
    async route(wanted) {
      const { routeDetail } = await import('./route-detail.ts');
      return routeDetail(gathered.model, wanted, gathered.snapshot.position);
    },
    async decide(options) {
      const { decideLines } = await import('./decide-lines.ts');
      return decideLines(gathered.model, options);
    },
    async logs(options) {
      const [{ readLogs }, { podLogs }] = await Promise.all([
        import('./logs/logs.ts'),
        import('./logs/add-traffic.ts'),
      ]);
      const signal = AbortSignal.timeout(gathered.asked.timeoutMs);
      const { logs, gaps, close } = await podLogs(gathered.model, gathered.asked, options.pods, signal);
      const document = await readLogs(gathered.model, options, gathered.snapshot.position, logs);
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
      return explainLive(gathered.model, example, gathered.snapshot.position);
    },
    async rescue(options) {
      const { rescue } = await import('../rescue/rescue.ts');
      return rescue(gathered.model, options);
    },
    async testRules(texts) {
      const [{ runRuleTests }, { compiled }] = await Promise.all([
        import('./rule-tests.ts'),
        import('./configured.ts'),
      ]);
      const rules = new Map((await compiled(texts)).map((rule) => [rule.id, rule]));
      return texts.flatMap((text) => {
        const rule = rules.get(text.id);
        return rule ? runRuleTests(text, rule) : [];
      });
    },
    async bundle() {
      const { writeBundle } = await import('../collect/bundle/write.ts');
      return writeBundle(gathered.snapshot, { version, whole: gathered.asked.whole });
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
