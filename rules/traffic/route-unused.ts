import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { overLogs } from '../../src/diagnose/over-logs.ts';
import { plural } from '../../src/lib/plural.ts';
import { coveredMinutes, logEvidence } from '../../src/model/traffic.ts';

/** A day has all the hours that a route may wait for. */
const leastMinutes = 24 * 60;

export default defineRule({
  id: 'route-unused',
  title: 'No request takes some routes',
  severity: 'info',
  needs: anyOf('logs'),
  docs: {
    what: 'Routes of a gateway that no request took in logs that cover at least 24 hours. A request whose route the log does not tell for certain counts for every route it may have taken.',
    why: 'What nobody uses need not be moved; or an earlier route takes what was meant for it.',
    fix: 'Look whether route-shadowed names it. Else leave it behind when you move, after a week of logs says the same.',
    seen: 'Nothing: that is the point.',
  },
  subjects: (model) => model.gateways,
  *check(model) {
    yield* overLogs(model, function* (gateway, view) {
      const hours = Math.floor(coveredMinutes(view) / 60);
      if (coveredMinutes(view) < leastMinutes) {
        yield notEvaluated(gateway, {
          missing: `24 hours of the access log of ${gateway.ref.name}`,
          reason: `what was read covers ${hours} h: a route may be used by night alone`,
          remedy: 'give a longer log with --access-log, from a log store',
        });
        return;
      }
      if (!view.whole) {
        yield notEvaluated(gateway, {
          missing: `the whole access log of ${gateway.ref.name}`,
          reason: 'a part of it was not read: what looks unused may be used there',
          remedy: null,
        });
        return;
      }
      const unused = view.routes.filter(({ requests, perhaps }) => requests + perhaps === 0);
      const [first, ...rest] = unused;
      if (!first) return;
      const evidence = unused.map(({ place, label }) =>
        logEvidence(place, { label, requests: 0 }, `${label}: 0 requests`),
      );
      yield finding(gateway, {
        message: `${plural(unused.length, 'route')} of ${view.routes.length} of gateway ${gateway.ref.name} took no request in ${hours} hours: ${unused
          .slice(0, 5)
          .map(({ label }) => label)
          .join(', ')}${rest.length > 4 ? ' …' : ''}.`,
        effect: 'latent',
        evidence: [evidence[0] ?? logEvidence(first.place, { label: first.label }, first.label), ...evidence.slice(1)],
        cause: 'Nobody asks for them, or an earlier route takes the requests.',
        fix: [
          { say: 'Leave them behind when you move off the gateway.', restarts: 'nothing', works: 'after-migration' },
        ],
        affects: unused.flatMap(({ ref }) => ref ?? []).slice(0, 200),
      });
    });
  },
});
