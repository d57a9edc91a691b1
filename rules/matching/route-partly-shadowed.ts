import { whenObjectsApply } from '../../src/diagnose/effect.ts';
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
  id: 'route-partly-shadowed',
  title: 'An earlier route takes part of what this one asks for',
  severity: 'info',
  needs: tableParts.needs,
  also: tableParts.also,
  explains: [],
  docs: {
    what: 'A route some of whose requests are taken by routes before it that send them elsewhere, and that are no special cases of it: neither ask for less in all, nor have the more special path.',
    why: 'It may be meant. Where it is not, a part of the requests goes to the wrong target, and only requests of a certain path, header, host or method show it.',
    fix: 'Narrow the earlier route, or give this one the smaller `priority` number.',
    seen: 'Most requests of the route are well, some are answered by another target.',
  },
  subjects: routeSubjects,
  *check(model) {
    yield* tellFaults(model, 'partly', (told) => describe(model, told));
  },
});

function describe(model: Model, { table, fault, route, effect }: ToldFault<'partly'>): Outcome {
  const by = fault.by.map((unit) => toldRoute(model, table, unit));
  const take = by.length > 1 ? 'take' : 'takes';
  return finding(route.subject, {
    message: `${namesOf(by)}, tried before ${route.says}, ${take} part of the requests that it asks for.${shownText(fault.shown)}`,
    effect,
    evidence: [...route.evidence, ...by.flatMap(({ evidence }) => evidence)],
    cause: `Envoy takes the first route that matches. ${route.says} asks: ${route.asks}. ${by
      .slice(0, 3)
      .map(({ says, asks }) => `${says} asks: ${asks}.`)
      .join(' ')}`,
    fix: [
      {
        say: `If these requests are meant for ${route.says}, give it a smaller priority number than ${namesOf(by)}, or narrow the match of the latter; else leave it so.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, [table.gateway]),
      },
    ],
    ...witnessPart(fault.shown),
    discriminator: route.key,
    affects: by.flatMap(({ ref }) => ref ?? []),
  });
}
