import { meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import {
  namesOf,
  routeSubjects,
  shownText,
  tellFaults,
  type ToldFault,
  toldRoute,
  witnessPart,
} from '../../src/diagnose/told-routes.ts';
import type { Model } from '../../src/model/model.ts';
import { tableParts } from '../../src/routing/gateway-tables.ts';

export default defineRule({
  id: 'route-shadowed',
  title: 'No request can reach this route',
  severity: 'error',
  needs: tableParts.needs,
  also: tableParts.also,
  explains: ['route-unused', 'requests-to-wrong-route', 'log-decision-disagrees'],
  docs: {
    what: 'A route all of whose requests are taken by routes that are tried before it: by one, or by several together. Regexes, headers, hosts, methods and query parameters are taken into account; it is proved for every request, or said to be undecided.',
    why: 'Envoy takes the first route that matches. What this route should do never happens; its requests go where the earlier routes send them.',
    fix: 'Give the route a smaller `priority` number than the routes that cover it (0 is tried first, 1000 is the default), or narrow those. Delete it if it is not needed.',
    seen: 'The requests are answered, by another target. The route shows in no access log.',
  },
  subjects: routeSubjects,
  *check(model) {
    yield* tellFaults(model, 'dead', (told) => describe(model, told));
  },
});

function describe(model: Model, { table, fault, route, effect }: ToldFault<'dead'>): Outcome {
  const { gateway } = table;
  const by = fault.by.map((unit) => toldRoute(model, table, unit));
  const until = fault.alike ? { fix: [], avoid: [] } : meanwhile(model, [gateway], 'the requests of this route');
  const [one] = by;
  const take = by.length > 1 ? 'together take' : 'takes';
  const alike = fault.alike ? ' They end as they would here: nothing is hit.' : '';
  return finding(route.subject, {
    message: `No request can reach ${route.says}: ${namesOf(by)}, tried before it, ${take} all that it asks for.${shownText(fault.shown)}${alike}`,
    effect,
    ...(fault.alike ? { severity: 'info' as const } : {}),
    evidence: [...route.evidence, ...by.flatMap(({ evidence }) => evidence)],
    cause: `Envoy takes the first route that matches. ${route.says} asks: ${route.asks}. ${by
      .slice(0, 3)
      .map(({ says, asks }) => `${says} asks: ${asks}.`)
      .join(' ')}`,
    fix: [
      {
        say: fault.alike
          ? `Delete ${route.says}, or leave it: it changes nothing.`
          : `Give ${route.says} a smaller priority number than ${namesOf(by)}, or narrow the match of ${one?.says ?? 'that'}; delete ${route.says} if it is not needed.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, [gateway]),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    ...witnessPart(fault.shown),
    discriminator: route.key,
    affects: by.flatMap(({ ref }) => ref ?? []),
  });
}
