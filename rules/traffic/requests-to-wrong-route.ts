import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { overLogs } from '../../src/diagnose/over-logs.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { classEvidence, countOf, impactOf, mostFirst, sinceOf } from '../../src/model/traffic.ts';
import { refText } from '../../src/snapshot/object.ts';

const leastRequests = 20;

export default defineRule({
  id: 'requests-to-wrong-route',
  title: 'Requests are taken by an earlier route than the one they look meant for',
  severity: 'warning',
  needs: anyOf('logs'),
  docs: {
    what: 'At least 20 logged requests that one route takes although a later one of the same virtual host would take them too and names more of their path. Only where the log holds everything that decides.',
    why: 'Envoy takes the first route that fits, not the best: the later one never sees these requests.',
    fix: 'Put the route with the longer path first: a lower `priority` (0 is highest).',
    seen: 'The answers come from another target than expected, often 404 of an application.',
  },
  *subjects(model) {
    yield* model.gateways;
    const refs = (model.traffic ?? []).flatMap(({ classes }) => classes.flatMap(({ meant }) => meant?.route.ref ?? []));
    for (const ref of new Set(refs)) yield { ref };
  },
  *check(model) {
    yield* overLogs(model, function* (gateway, view) {
      const meant = view.classes.filter((one) => one.meant !== null);
      for (const [key, group] of groupBy(meant, (one) => `${one.routes[0]?.label} > ${one.meant?.route.label}`)) {
        const [first, ...rest] = mostFirst(group);
        const count = countOf(group);
        if (!first?.meant || count < leastRequests) continue;
        const { route, because } = first.meant;
        const taker = first.routes[0];
        yield finding(route.ref ? { ref: route.ref } : gateway, {
          message: `${count} requests to ${first.path} went by ${taker?.label}, though ${route.label} names more of their path.`,
          effect: 'traffic',
          evidence: [classEvidence(view, first), ...rest.slice(0, 4).map((one) => classEvidence(view, one))],
          cause: `${because}. Envoy takes the first that fits.`,
          fix: [
            {
              say: `Give ${route.label} a lower priority number than ${taker?.ref ? refText(taker.ref) : 'the route that takes them'}.`,
              restarts: 'nothing',
              works: gateway.frozen.state === 'observed' ? 'after-migration' : 'now',
            },
          ],
          discriminator: key,
          affects: taker?.ref ? [taker.ref] : [],
          impact: impactOf(view, count),
          ...sinceOf(view, group),
        });
      }
    });
  },
});
