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
  id: 'route-duplicate',
  title: 'Two routes ask for the same requests',
  severity: 'error',
  needs: tableParts.needs,
  also: tableParts.also,
  explains: ['route-unused', 'requests-to-wrong-route', 'log-decision-disagrees', 'config-drift'],
  docs: {
    what: 'Two routes whose matches take exactly the same requests, however they are written, and send them to different targets. Where both send them to the same target it is information: one of the two is not needed.',
    why: 'Only the first of the two is ever taken. With equal priority App Mesh does not define which one that is: it may change with any update.',
    fix: 'Keep one of the two. To split requests between targets use the weights of one VirtualRouter route.',
    seen: 'All requests go to one of the two targets, the other gets none; after an update of either it may be the other way round.',
  },
  subjects: routeSubjects,
  *check(model) {
    yield* tellFaults(model, 'same', (told) => describe(model, told));
  },
});

function describe(model: Model, { table, fault, route, effect }: ToldFault<'same'>): Outcome {
  const { gateway } = table;
  const by = fault.by.map((unit) => toldRoute(model, table, unit));
  const other = namesOf(by);
  const until = fault.alike ? { fix: [], avoid: [] } : meanwhile(model, [gateway], 'the requests of one of the two');
  const which = fault.tied ? 'which of the two takes them App Mesh does not define' : `${other} takes them all`;
  const ends = fault.alike
    ? 'Both send them to the same target: it is written twice.'
    : `They send them to different targets, and ${which}.${shownText(fault.shown)}`;
  return finding(route.subject, {
    message: `${route.says} and ${other} ask for the same requests (${route.asks}). ${ends}`,
    effect,
    ...(fault.alike ? { severity: 'info' as const } : {}),
    evidence: [...route.evidence, ...by.flatMap(({ evidence }) => evidence)],
    cause: fault.tied
      ? 'App Mesh orders routes by priority, then by the length of the prefix; both are equal here.'
      : 'Envoy takes the first route that matches; one that asks for the same behind it is never taken.',
    fix: [
      {
        say: `Delete ${route.says} or ${other}${fault.alike ? '' : ', whichever target is not meant'}.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, [gateway]),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    ...witnessPart(fault.shown),
    discriminator: `${route.key} ${by.map(({ key }) => key).join(' ')}`,
    affects: by.flatMap(({ ref }) => ref ?? []),
  });
}
