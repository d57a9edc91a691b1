import { meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { routeSubjects, tellFaults, type ToldFault } from '../../src/diagnose/told-routes.ts';
import type { Model } from '../../src/model/model.ts';
import { tableParts } from '../../src/routing/gateway-tables.ts';

export default defineRule({
  id: 'match-impossible',
  title: 'No request can ever match this route',
  severity: 'error',
  needs: tableParts.needs,
  also: tableParts.also,
  explains: ['requests-without-route', 'requests-to-wrong-route', 'route-unused', 'webhook-would-reject'],
  docs: {
    what: 'A match that no request meets, whatever other routes there are: a path with `?`, `#` or what the gateway normalises away, an empty range, a header value that cannot be sent, a regex that no legal value matches, or clauses that contradict each other.',
    why: 'The route does nothing. Its requests go to a later route, or get 404.',
    fix: 'Correct the clause that the message names: a query belongs into `queryParameters`, alternatives into one regex or into two routes.',
    seen: 'Status 404, response flag NR, or answers of another target; the route shows in no access log.',
  },
  subjects: routeSubjects,
  *check(model) {
    yield* tellFaults(model, 'impossible', (told) => describe(model, told));
  },
});

function describe(model: Model, { table, fault, route, effect }: ToldFault<'impossible'>): Outcome {
  const { gateway } = table;
  const until = meanwhile(model, [gateway], 'the requests of this route');
  return finding(route.subject, {
    message: `No request can ever match ${route.says}: ${fault.why}.`,
    effect,
    evidence: route.evidence,
    cause: `All clauses of a match must hold for one request. ${route.says} asks: ${route.asks}.`,
    fix: [
      {
        say: `Correct the match of ${route.says}, or delete the route.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, [gateway]),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    discriminator: route.key,
    affects: route.written ? [gateway.ref] : [],
  });
}
