import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { overLogs } from '../../src/diagnose/over-logs.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { classEvidence, countOf, impactOf, mostFirst } from '../../src/model/traffic.ts';
import { seenValue } from '../../src/snapshot/coverage.ts';
import type { SeenClass } from '../../src/snapshot/access-log/traffic-view.ts';

const leastRequests = 20;

export default defineRule({
  id: 'log-decision-disagrees',
  title: 'The log says another answer than the configuration gives',
  severity: 'warning',
  needs: anyOf('logs'),
  also: ['envoy.routes'],
  docs: {
    what: 'At least 20 logged requests, all of whose deciding fields are known, that went to another upstream than the configuration that was read chooses, or ended as it would not end them. Requests from before the last change of the routes are left out.',
    why: 'What was read is not what decided: another replica runs another configuration, or the log is of another gateway or time.',
    fix: 'Read every Envoy of the gateway (replicas-disagree compares them), and a log of the same time.',
    seen: 'A 404 NR of a path that has a route, or an upstream address that belongs to another cluster.',
  },
  subjects: (model) => model.gateways,
  *check(model) {
    yield* overLogs(model, function* (gateway, view) {
      const changed = lastChange(gateway);
      const since = ({ lastSeen }: SeenClass): boolean => changed === null || lastSeen === null || lastSeen > changed;
      const odd = mostFirst(view.classes.filter((one) => one.contradiction !== null && since(one)));
      const [first, ...rest] = odd;
      const count = countOf(odd);
      if (!first || count < leastRequests) return;
      yield finding(gateway, {
        message: `${count} logged requests ended otherwise than the configuration of gateway ${gateway.ref.name} that was read decides; most of them ${first.method} ${first.path}.`,
        effect: 'traffic',
        evidence: [classEvidence(view, first), ...rest.slice(0, 4).map((one) => classEvidence(view, one))],
        cause: `${first.contradiction}.`,
        fix: [
          {
            say: 'Read all pods of the gateway at the time of the log: with --live both are read together.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
        affects: odd.flatMap(({ routes }) => routes.flatMap(({ ref }) => ref ?? [])).slice(0, 50),
        impact: impactOf(view, count),
      });
    });
  },
});

/** When any route configuration of the gateway last changed; null where its Envoys do not tell. */
function lastChange({ envoys }: Gateway): string | null {
  const times = envoys.flatMap(
    ({ routes }) => seenValue(routes)?.flatMap(({ lastUpdated }) => lastUpdated ?? []) ?? [],
  );
  return times.sort().at(-1) ?? null;
}
