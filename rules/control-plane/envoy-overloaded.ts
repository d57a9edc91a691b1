import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { growth, readStat, unratedGap } from '../../src/model/envoy/counters.ts';
import type { Envoy } from '../../src/model/envoy/envoy.ts';
import type { StatsRead } from '../../src/snapshot/envoy/view.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

/** Below this a few refused connections are noise. */
const least = 20;

/** `overload.<action>.active` (Envoy: configuration of the overload manager, statistics). */
const activeAction = /^overload\.(.+)\.active$/;
/** Counters of connections and requests that Envoy turned away because of a limit of its own. */
const turnedAway =
  /^listener\.(?!admin\.).+\.(?:downstream_cx_overflow|downstream_cx_overload_reject|downstream_global_cx_overflow)$|^http\.(?!admin\.).+\.downstream_rq_overload_close$/;

export default defineRule({
  id: 'envoy-overloaded',
  title: 'Envoy sheds load',
  severity: 'warning',
  needs: anyOf('envoy.stats'),
  explains: ['requests-failing', 'latency-high', 'gateway-pod-failing'],
  docs: {
    what: 'An Envoy whose overload manager is at work at the last reading (heap, connections or file descriptors near their limit), or that turned away at least 20 connections or requests between two readings because of a limit of its own.',
    why: 'It refuses connections, closes requests or stops keeping connections alive, to save itself.',
    fix: 'Give it more memory, or more pods to share the load; on a frozen gateway neither is possible without losing its configuration: serve a part of the requests from a gateway built of a rescue copy.',
    seen: 'Status 503 with flag `-` and details `overload`, or refused connections; `overload.….active` 1 in the stats. What the kernel refuses (too many open files) leaves no counter: the log says it.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      for (const envoy of gateway.envoys) {
        const counters = [...(lastRead(envoy)?.values.keys() ?? [])].filter((key) => turnedAway.test(key));
        const gap = unratedGap(envoy, counters);
        if (gap) yield notEvaluated(gateway, gap);
      }
      const shed = gateway.envoys.flatMap((envoy) => shedBy(envoy) ?? []);
      const count = shed.reduce((sum, one) => sum + one.count, 0);
      const telling = shed.filter(({ actions, count: own }) => actions.length > 0 || (count >= least && own > 0));
      const [first, ...rest] = telling.flatMap(({ evidence }) => evidence);
      if (!first) continue;
      const seconds = Math.max(...telling.map((one) => one.seconds));
      const does = [...new Set(telling.flatMap(({ actions }) => actions))].join(', ');
      const who = telling.length === 1 ? `Envoy ${telling[0]?.label}` : `${telling.length} Envoys`;
      yield finding(gateway, {
        message: `${who} of gateway ${gateway.ref.name} ${telling.length === 1 ? 'sheds' : 'shed'} load: ${[
          ...(does === '' ? [] : [`${does} is at work`]),
          ...(count >= least
            ? [`${count} connections or requests turned away within ${Math.round(seconds)} seconds`]
            : []),
        ].join('; ')}.`,
        effect: 'traffic',
        evidence: [first, ...rest],
        cause:
          does === ''
            ? 'A limit on connections is reached: of the listener, or of all of them together.'
            : 'A resource that the overload manager watches is near its limit: the pressure says which, in percent.',
        fix: [
          {
            say: 'Send a part of the requests to other pods: through a gateway built of a rescue copy, or past this one from the load balancer.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
        avoid: [
          {
            say: 'Do not raise its limits by editing the pod template while it has no control plane.',
            because: 'the new pods come up empty',
          },
        ],
        ...(seconds > 0 && count >= least
          ? { impact: { requestsPerMinute: Math.round((count * 600) / seconds) / 10, share: null } }
          : {}),
      });
    }
  },
});

/** What an Envoy does to save itself, and how much it turned away; null where neither. */
function shedBy(envoy: Envoy) {
  const read = lastRead(envoy);
  if (!read) return null;
  const active = activeActions(read);
  const refused = refusals(envoy, read).filter(({ count }) => count > 0);
  if (active.length + refused.length === 0) return null;
  return {
    label: envoy.label,
    actions: active.map(({ name }) => name),
    count: refused.reduce((sum, one) => sum + one.count, 0),
    seconds: refused[0]?.seconds ?? 0,
    evidence: [...[...active, ...refused].flatMap(({ evidence }) => evidence), ...pressures(read)],
  };
}

function lastRead({ stats }: Envoy): StatsRead | null {
  return stats.state === 'not-read' ? null : (stats.value.at(-1) ?? null);
}

function activeActions(read: StatsRead): readonly { readonly name: string; readonly evidence: readonly Evidence[] }[] {
  return [...read.values.keys()].flatMap((key) => {
    const action = activeAction.exec(key)?.[1];
    const stat = action === undefined ? null : readStat(read, key);
    if (action === undefined || !stat || stat.value === 0) return [];
    return [{ name: action.replace('envoy.overload_actions.', ''), evidence: [stat.evidence] }];
  });
}

function refusals({ stats }: Envoy, read: StatsRead) {
  return [...read.values.keys()].flatMap((key) => {
    const grown = turnedAway.test(key) ? growth(stats, key) : null;
    return grown ? [{ count: grown.to - grown.from, seconds: grown.seconds, evidence: grown.evidence }] : [];
  });
}

function pressures(read: StatsRead): readonly Evidence[] {
  return [...read.values].flatMap(([key, { value }]) =>
    key.startsWith('overload.') && key.endsWith('.pressure') && value >= 90
      ? (readStat(read, key)?.evidence ?? [])
      : [],
  );
}
