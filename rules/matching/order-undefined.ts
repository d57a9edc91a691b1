import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import {
  namesOf,
  requestText,
  routeSubjects,
  tellFaults,
  type ToldFault,
  toldRoute,
  witnessPart,
} from '../../src/diagnose/told-routes.ts';
import type { Model } from '../../src/model/model.ts';
import { tableParts } from '../../src/routing/gateway-tables.ts';
import { decide } from '../../src/routing/match/decide.ts';
import { judgedTables } from '../../src/routing/table-faults.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'order-undefined',
  title: 'App Mesh does not define which of these routes is tried first',
  severity: 'warning',
  needs: anyOf(allOf('mesh.gatewayRoutes', 'mesh.virtualGateways')),
  also: [...tableParts.also, 'envoy.routes', 'envoy.listenerConfig'],
  explains: ['config-drift', 'requests-to-wrong-route'],
  docs: {
    what: 'Routes that share requests, send them to different targets, and have equal priority and prefixes of equal length (or a path that is exact or a regex, which has no length).',
    why: 'App Mesh orders by priority, then by the longer prefix; nothing else is documented. Which route takes the shared requests can change with any update, and differ between gateways.',
    fix: 'Write a `priority`: the smaller number is tried first (0 to 1000; 1000 is the default).',
    seen: 'Nothing, until an update turns the order round: then requests go to another target though their route was not touched.',
  },
  subjects: routeSubjects,
  *check(model) {
    yield* tellFaults(model, 'open', (told) => describe(model, told));
  },
});

function describe(model: Model, { table, fault, route, effect }: ToldFault<'open'>): Outcome {
  const others = fault.by.map((unit) => toldRoute(model, table, unit));
  const all = [route, ...others];
  const request = fault.shown && requestText(fault.shown);
  const subjects = [...new Set(others.map(({ subject }) => subject))].filter((one) => one !== route.subject);
  return finding([route.subject, ...subjects], {
    message: `${namesOf(all)} ask for the same requests in part, and App Mesh does not define which is tried first.${request ? ` One such request: ${request}.` : ''}${seenOrder(model, table, fault)}`,
    effect,
    evidence: [...route.evidence, ...others.flatMap(({ evidence }) => evidence)],
    cause: `App Mesh orders routes by priority, then by the longer prefix; these are equal in both. ${all
      .slice(0, 3)
      .map(({ says, asks }) => `${says} asks: ${asks}.`)
      .join(' ')}`,
    fix: [
      {
        say: `Write a smaller priority number into the route that is to be tried first of ${namesOf(all)}.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, [table.gateway]),
      },
    ],
    ...witnessPart(fault.shown),
    discriminator: all.map(({ key }) => key).join(' '),
  });
}

/** What a running Envoy does with that request: its order is fixed until the next update. */
function seenOrder(
  model: Model,
  { gateway }: ToldFault<'open'>['table'],
  { shown }: ToldFault<'open'>['fault'],
): string {
  const running = judgedTables(model).find((one) => one.gateway === gateway && one.envoy);
  if (!running?.envoy || !shown) return '';
  for (const { route } of [...decide(running.table, shown.request).hops].reverse()) {
    const origin = route && running.originOf(route);
    if (origin && origin.ref.kind !== 'VirtualService')
      return ` Envoy ${running.envoy.label} has ${refText(origin.ref)} first.`;
  }
  return '';
}
