import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { activityOf } from '../../src/model/mesh/activity.ts';
import { gatewaysConcerned } from '../../src/model/mesh/concerned.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';
import { asObject, asText } from '../../src/lib/json.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'condition-not-active',
  title: 'App Mesh says an object is not active',
  severity: 'error',
  needs: anyOf(
    'mesh.meshes',
    'mesh.virtualGateways',
    'mesh.gatewayRoutes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.backendGroups',
  ),
  also: ['platform.namespaces'],
  explains: ['dependency-not-active', 'route-never-applied', 'requests-without-route'],
  docs: {
    what: 'An App Mesh object whose condition `<Kind>Active` is False: App Mesh answered, and said that it is not active. An object without the condition was never taken at all: see reconcile-error and dependency-not-active.',
    why: 'What is not active is not given to any Envoy, and what builds on it waits. The condition never says why.',
    fix: 'Read the events of the object. On a frozen gateway nothing changes any more: ask its Envoy what it runs.',
    seen: '`kubectl get gatewayroute -o yaml` shows `GatewayRouteActive: "False"` without reason and message.',
  },
  subjects: meshObjects,
  *check(model) {
    for (const object of meshObjects(model)) {
      const activity = activityOf(object);
      if (activity.state !== 'inactive' || object.deletedAt !== null) continue;
      const gateways = gatewaysConcerned(model, object);
      const since = asText(asObject(object.at(activity.path).value).lastTransitionTime);
      const works = whenObjectsApply(model, gateways);
      yield finding(object, {
        message: `App Mesh says that ${refText(object.ref)} is not active: no Envoy is given it.`,
        effect: configEffect(model, gateways, 'unseen'),
        evidence: [object.at(`${activity.path}.status`, `${object.ref.kind}Active`)],
        cause: 'The condition is written after an answer of App Mesh, and never says why: its events may.',
        fix: [
          {
            say:
              works === 'now'
                ? `Read its events: kubectl describe ${object.ref.kind.toLowerCase()} ${object.ref.name}.`
                : 'Ask the running Envoy whether it has it: nothing that is not there now will come.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
        ...(since === undefined ? {} : { since }),
      });
    }
  },
});
