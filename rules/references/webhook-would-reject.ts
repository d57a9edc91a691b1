import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import {
  type AdmissionProblem,
  gatewayRouteDenial,
  gatewayRouteHole,
  virtualNodeDenial,
  virtualRouterDenial,
} from '../../src/model/mesh/admission.ts';
import type { Model } from '../../src/model/model.ts';
import type { Resource } from '../../src/model/resource.ts';

export default defineRule({
  id: 'webhook-would-reject',
  title: 'The admission webhook refuses this object',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes', 'mesh.virtualRouters', 'mesh.virtualNodes'),
  explains: ['route-never-applied', 'config-drift'],
  docs: {
    what: 'An App Mesh object that the admission webhook of the controller refuses, with its literal text; and, as a warning, what the webhook wrongly lets through and App Mesh then refused or ignored.',
    why: 'A refused object is never stored; what was let through by mistake never becomes active, and its event says so only in the words of AWS.',
    fix: 'Correct the field the text speaks of.',
    seen: '`admission webhook "vgatewayroute.appmesh.k8s.aws" denied the request: …` from kubectl apply.',
  },
  subjects: (model) => [...judged(model)].map(({ object }) => object),
  *check(model) {
    for (const { object, denial, hole } of judged(model)) {
      const { kind, namespace, name } = object.ref;
      const effect = configEffect(model, model.gateways, 'unseen');
      const fix = (problem: AdmissionProblem) =>
        [
          {
            say: `Correct ${problem.path} of ${kind} ${namespace}/${name}.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, model.gateways),
          },
        ] as const;
      if (denial) {
        yield finding(object, {
          effect,
          message: `${kind} ${namespace}/${name} would be refused by the admission webhook: ${denial.text}`,
          evidence: [object.at(denial.path, denial.text)],
          cause:
            'The validating webhook of the App Mesh controller checks this at create and at update, and stores nothing it refuses.',
          fix: fix(denial),
          discriminator: 'denied',
        });
      }
      if (hole) {
        yield finding(object, {
          effect,
          severity: 'warning',
          message: `${kind} ${namespace}/${name} passes the admission webhook and cannot work: ${hole.text}`,
          evidence: [object.at(hole.path, hole.text)],
          cause: 'The validating webhook does not check this.',
          fix: fix(hole),
          discriminator: `let through ${hole.path}`,
        });
      }
    }
  },
});

/** Objects with what the webhook says of them. An export has passed the webhook: only its holes count there. */
function* judged(model: Model): Iterable<{
  readonly object: Resource;
  readonly denial: AdmissionProblem | null;
  readonly hole: AdmissionProblem | null;
}> {
  for (const route of model.gatewayRoutes) {
    const denial = route.exported ? null : gatewayRouteDenial(route);
    yield { object: route, denial, hole: denial ? null : gatewayRouteHole(route) };
  }
  for (const router of model.virtualRouters) {
    if (router.reported)
      yield { object: router, denial: router.exported ? null : virtualRouterDenial(router), hole: null };
  }
  for (const node of model.virtualNodes) {
    yield { object: node, denial: node.exported ? null : virtualNodeDenial(node), hole: null };
  }
}
