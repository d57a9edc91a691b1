import { allOf, anyOf, defineRule, finding, notEvaluated, type Outcome } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { ownFailuresOf, shareOfFailures } from '../../src/model/envoy/own-failures.ts';
import { type Failing, failing, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { classEvidence, endingsText, impactOf, type LoggedFailures } from '../../src/model/traffic.ts';
import { loggedFailures, routesTaken, sinceOf, trafficOf } from '../../src/model/traffic.ts';
import type { SeenClass, TrafficView } from '../../src/snapshot/access-log/traffic-view.ts';
import { refText } from '../../src/snapshot/object.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'requests-failing',
  title: 'Requests to a target fail',
  severity: 'error',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig'), 'logs'),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  docs: {
    what: 'A target of the gateway whose requests were answered with 5xx or not at all: at least 20, and at least 1 % of all, between two readings of the counters or in the access log. The gateway is counted once: the cluster by which App Mesh hands a request from its first listener to its second is left out, and the two log lines of a request are one.',
    why: 'Clients get these errors. Where another rule finds the cause, this is its symptom and is folded under it.',
    fix: 'Where the target itself answers so, look at its log; where the gateway does, at what its counters and flags say.',
    seen: 'Status 500 to 599, or 0 with a flag other than DC. `cluster.<name>.upstream_rq_5xx` grows.',
  },
  *subjects(model) {
    yield* upstreams(model);
    if (model.traffic) yield* model.gateways;
  },
  *check(model) {
    const told = new Set<string>();
    for (const one of failing(upstreams(model), ['upstream_rq_5xx'], 'upstream_rq_completed')) {
      const { upstream, gap, rate } = one;
      const { gateway, cluster } = upstream;
      told.add(`${refText(gateway.ref)} ${cluster.name}`);
      const logs = trafficOf(model, gateway);
      const logged =
        logs.state === 'not-read' ? null : loggedFailures(logs.value, (seen) => seen.cluster === cluster.name);
      if (rate || logged) yield describe(one, logged, logs.state === 'not-read' ? null : logs.value);
      else if (gap && logs.state === 'not-read') yield notEvaluated(upstream, gap);
    }
    for (const gateway of model.traffic ? model.gateways : []) {
      const logs = trafficOf(model, gateway);
      if (logs.state === 'not-read') yield notEvaluated(gateway, logs.gap);
      else yield* withoutTarget(gateway, logs.value, ({ cluster }) => told.has(`${refText(gateway.ref)} ${cluster}`));
    }
  },
});

function describe(
  { upstream, group, rate }: Failing,
  logged: LoggedFailures | null,
  view: TrafficView | null,
): Outcome {
  const { cluster, gateway, ref } = upstream;
  const made = rate ? group.flatMap(ownFailuresOf) : [];
  const [first, ...evidence]: readonly Evidence[] = [
    ...(rate ? [...rate.evidence, ...made.map((one) => one.evidence)] : []),
    ...(logged && view ? logged.classes.slice(0, 5).map((one) => classEvidence(view, one)) : []),
  ];
  if (!first) throw new Error('a failing target without evidence');
  const counts = made.map(({ means, count }) => `${means} (${count})`).join(', ');
  const own = made.length > 0 || logged?.classes.some(({ by }) => by === 'gateway');
  const by = counts === '' ? null : `The gateway counts: ${counts}.`;
  const said = logged ? `The access log says: ${endingsText(logged.classes)}.` : null;
  return finding(upstream, {
    message: rate
      ? `${rate.failures} of ${rate.tried} requests from gateway ${gateway.ref.name} to ${refText(ref)} were answered with 5xx within ${Math.round(rate.seconds)} seconds.`
      : `${logged?.failed} of ${logged?.tried} logged requests from gateway ${gateway.ref.name} to ${refText(ref)} failed.`,
    effect: 'traffic',
    evidence: [first, ...evidence],
    cause:
      [by, said].filter((text) => text !== null).join(' ') ||
      'The target itself answers so: no counter of the gateway tells of a failure of its own.',
    fix: [
      {
        say: own
          ? `Look at the pods, ports and limits behind ${refText(ref)}.`
          : 'Look at the log of the target: its answers go through the gateway unchanged.',
        restarts: 'nothing',
        works: 'now',
      },
    ],
    discriminator: cluster.name,
    affects: [gateway.ref, ...(logged ? routesTaken(logged.classes) : [])],
    impact:
      logged && view
        ? impactOf(view, logged.failed)
        : { requestsPerMinute: rate ? perMinute(rate) : 0, share: rate ? shareOfFailures(group, rate.failures) : null },
    ...(logged && view ? sinceOf(view, logged.classes) : {}),
  });
}

/** Failures whose target no Envoy that was read names: by the route they took, where that is known. */
function* withoutTarget(gateway: Gateway, view: TrafficView, isTold: (one: SeenClass) => boolean): Iterable<Outcome> {
  const failed = view.classes.filter((one) => one.path !== '(other)' && !isTold(one));
  for (const [key, group] of groupBy(failed, ({ routes }) => routes.map(({ label }) => label).join(' or '))) {
    const logged = loggedFailures(view, (one) => group.includes(one));
    const [first, ...rest] = logged?.classes ?? [];
    if (!logged || !first) continue;
    const by = key === '' ? '' : ` by ${key}`;
    yield finding(gateway, {
      message: `${logged.failed} of ${logged.tried} logged requests through gateway ${gateway.ref.name}${by} failed.`,
      effect: 'traffic',
      evidence: [classEvidence(view, first), ...rest.slice(0, 4).map((one) => classEvidence(view, one))],
      cause: `The access log says: ${endingsText(logged.classes)}.`,
      fix: [
        {
          say: first.by === 'upstream' ? 'Look at the log of what answers.' : 'Look at what stands behind the route.',
          restarts: 'nothing',
          works: 'now',
        },
      ],
      discriminator: key,
      affects: routesTaken(logged.classes),
      impact: impactOf(view, logged.failed),
      ...sinceOf(view, logged.classes),
    });
  }
}
