import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import {
  patternLimits,
  type RefusedPattern,
  refusedPatterns,
  runningPatterns,
} from '../../src/model/envoy/patterns.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { runningRoute, verdictOfFault } from '../../src/model/mesh/running.ts';
import {
  type WrittenRegex,
  type WrittenRoute,
  writtenRegexes,
  writingObjects,
  writtenRoutes,
} from '../../src/model/mesh/written-routes.ts';
import type { Model } from '../../src/model/model.ts';
import { faultOf, mendOf } from '../../src/routing/pattern-fault.ts';

export default defineRule({
  id: 'regex-invalid',
  title: 'Regular expression that Envoy does not take',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes', 'mesh.virtualRouters', 'envoy.listenerConfig', 'envoy.routes'),
  also: ['mesh.virtualGateways', 'mesh.virtualServices', 'platform.namespaces', 'envoy.serverInfo', 'envoy.runtime'],
  explains: ['config-rejected', 'route-never-applied', 'requests-without-route', 'match-impossible', 'config-drift'],
  docs: {
    what: 'A path, header or metadata regex that is not RE2, or whose compiled program is larger than the limit of the Envoy (1000 in App Mesh). The size is an estimate: from half the limit on it is a warning, and only a refusal by Envoy itself makes it an error.',
    why: 'Envoy refuses the whole route configuration that holds such a pattern: not this route alone, but every later change of any route of that gateway is lost with it.',
    fix: 'Write the pattern in RE2: no look-ahead, look-behind or back-references. Make it smaller: shorter repetitions, `[0-9a-z]` instead of classes of all letters.',
    seen: '`update_rejected` of the route configuration grows; in the log of Envoy `RE2 program size of 1803 > max program size of 1000`, `missing ]: [a-z`.',
  },
  subjects: (model) => [...writingObjects(model), ...refusing(model)],
  *check(model) {
    const told = new Set<RefusedPattern>();
    for (const route of writtenRoutes(model)) {
      for (const regex of writtenRegexes(route)) {
        const outcome = judge(model, route, regex, told);
        if (outcome) yield outcome;
      }
    }
    for (const gateway of refusing(model)) {
      const open = refusalsOf(gateway).filter(
        (refusal) => ![...told].some(({ fragment }) => fragment === refusal.fragment),
      );
      for (const refusal of new Map(open.map((one) => [one.fragment, one])).values())
        yield byEnvoy(model, gateway, refusal);
    }
  },
});

function judge(model: Model, route: WrittenRoute, regex: WrittenRegex, told: Set<RefusedPattern>): Outcome | null {
  const running = runningRoute(model, route);
  const envoys = running.gateways.flatMap((gateway) => gateway.envoys);
  // What an Envoy runs it has accepted.
  if (envoys.some((envoy) => runningPatterns(envoy)?.has(regex.pattern))) return null;
  const judged = faultOf(regex.pattern, patternLimits(envoys[0]), running.gateways.flatMap(refusalsOf));
  if (!judged) return null;
  const { fault, refusal } = judged;
  if (refusal) told.add(refusal);
  const until = meanwhile(model, running.gateways, 'the requests of this route');
  return finding(route.object, {
    message: `${route.says}: the regex for ${regex.of} ${fault.says}.`,
    effect: configEffect(model, running.gateways, verdictOfFault(running)),
    ...(fault.certain ? {} : { severity: 'warning' as const }),
    evidence: [route.object.at(regex.path, fault.note), ...(refusal ? [evidenceOf(refusal)] : []), ...running.evidence],
    cause: fault.certain
      ? 'Envoy refuses a whole route configuration for one pattern it does not take: no later change of any route of this gateway arrives.'
      : 'Envoy measures the compiled pattern and refuses the whole route configuration where it is above the limit. RE2 counts bytes: a class of all letters is over a thousand instructions.',
    fix: [
      {
        say: `${fault.mend} (${regex.path} of ${route.says}).`,
        restarts: 'nothing',
        works: whenObjectsApply(model, running.gateways),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    discriminator: `${route.key} ${regex.path.replace(/^spec\.(routes\[\d+\]\.)?/, '')}`,
  });
}

function byEnvoy(model: Model, gateway: Gateway, refusal: RefusedPattern): Outcome {
  const { refused, size, fragment, older } = refusal;
  const what = refused.name === '' ? 'an update' : `an update of ${refused.name}`;
  const why = size ? `is ${size.is} instructions long when compiled, above its limit of ${size.limit}` : 'is not RE2';
  return finding(gateway, {
    message: `Gateway ${gateway.ref.name} refused ${what}: the regex ${JSON.stringify(fragment)} ${why}.`,
    effect: older ? 'latent' : 'traffic',
    evidence: [evidenceOf(refusal)],
    cause:
      'Envoy refuses the whole resource for one pattern it does not take; the version before goes on where there is one.',
    fix: [
      {
        say: `${size ? 'Make the pattern smaller' : mendOf(fragment)}, in the object it was made from.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, [gateway]),
      },
    ],
    discriminator: fragment,
    ...(refused.lastAttempt === null ? {} : { since: refused.lastAttempt }),
  });
}

function refusing(model: Model): readonly Gateway[] {
  return model.gateways.filter((gateway) => refusalsOf(gateway).length > 0);
}

function refusalsOf({ envoys }: Gateway): readonly RefusedPattern[] {
  return envoys.flatMap(refusedPatterns);
}

function evidenceOf({ refused: { place, details, lastAttempt } }: RefusedPattern) {
  return envoyEvidence('config_dump', place, { details, lastAttempt }, 'the words of Envoy');
}
