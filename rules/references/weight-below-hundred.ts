import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { asList, asNumber, asObject, asText } from '../../src/lib/json.ts';
import { gatewaysServing, servicesOfRouter } from '../../src/model/mesh/reach.ts';
import { type WrittenRoute, writtenRoutes } from '../../src/model/mesh/written-routes.ts';

export default defineRule({
  id: 'weight-below-hundred',
  title: 'The weights of a route do not add up to what they seem to mean',
  severity: 'warning',
  needs: anyOf('mesh.virtualRouters'),
  also: ['mesh.gatewayRoutes', 'mesh.virtualServices', 'mesh.virtualGateways', 'platform.namespaces'],
  docs: {
    what: 'A route of a VirtualRouter whose only target has a weight below 100, or whose weights read as percentages and add up to something else. Weights above 100 in all are refused by App Mesh. Quiet: weight 1 of an only target, equal weights, small ratios such as 3 to 1, sums of 100 or 10.',
    why: 'A target takes its weight divided by the sum: an only target takes every request whatever its weight, and of 90 and 5 the second takes 5.3 %, not 5. A canary that somebody forgot, or that was taken out half, looks like this.',
    fix: 'Write weights that add up to 100, and 100 for an only target.',
    seen: 'Nothing fails; the shares of the targets are other than the figures say. Above 100 in all: event `ReconcileError` with `BadRequestException`.',
  },
  subjects: (model) => model.virtualRouters,
  *check(model) {
    for (const route of writtenRoutes(model)) {
      const fault = route.kind === 'router' ? faultOf(weightsOf(route)) : null;
      if (route.kind !== 'router' || !fault) continue;
      const gateways = gatewaysServing(model, servicesOfRouter(model, route.object));
      yield finding(route.object, {
        message: `${route.says}: ${fault.says}.`,
        effect: fault.refused ? configEffect(model, gateways, 'unseen') : 'latent',
        ...(fault.refused ? { severity: 'error' as const } : {}),
        evidence: [route.object.at(`${route.path}.action.weightedTargets`)],
        cause: fault.refused
          ? 'App Mesh takes weights of a route that add up to 1 to 100.'
          : 'A target takes its weight divided by the sum of all weights: they are no percentages.',
        fix: [
          {
            say: `Write weights in ${route.path}.action.weightedTargets of VirtualRouter ${route.object.ref.namespace}/${route.object.ref.name} that add up to 100.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, gateways),
          },
        ],
        discriminator: route.key,
      });
    }
  },
});

interface Weight {
  readonly name: string;
  readonly weight: number;
}

interface Fault {
  readonly says: string;
  /** App Mesh does not take the route. */
  readonly refused: boolean;
}

/** The targets of a route with their weights; empty where one has none, which is a fault of another kind. */
function weightsOf({ action }: WrittenRoute): readonly Weight[] {
  const targets = asList(action.weightedTargets).map(asObject);
  const weights = targets.flatMap(({ weight, virtualNodeRef, virtualNodeARN }): readonly Weight[] => {
    const value = asNumber(weight);
    const name = asText(asObject(virtualNodeRef).name) ?? asText(virtualNodeARN) ?? '?';
    return value === undefined || value < 0 ? [] : [{ name, weight: value }];
  });
  return weights.length === targets.length ? weights : [];
}

function faultOf(weights: readonly Weight[]): Fault | null {
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  const [first] = weights;
  if (!first || sum === 0) return null;
  if (sum > 100) return { says: `the weights of its targets add up to ${sum}, above 100`, refused: true };
  if (weights.length === 1) {
    if (sum === 1 || sum === 100) return null;
    return {
      says: `its only target ${first.name} has weight ${sum} and takes every request all the same`,
      refused: false,
    };
  }
  const equal = weights.every(({ weight }) => weight === first.weight);
  if (equal || sum <= 10 || sum === 100) return null;
  const shares = weights.map(({ name, weight }) => `${name} takes ${share(weight / sum)}, not ${weight} %`);
  return { says: `its weights add up to ${sum}: ${shares.slice(0, 3).join(', ')}`, refused: false };
}

function share(part: number): string {
  return `${Math.round(part * 1000) / 10} %`;
}
