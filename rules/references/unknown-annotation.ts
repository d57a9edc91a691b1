import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';
import { unreadSettings } from '../../src/model/mesh/unread-settings.ts';
import type { Model } from '../../src/model/model.ts';
import type { Pod, Workload } from '../../src/model/platform/kinds.ts';
import type { Resource } from '../../src/model/resource.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'unknown-annotation',
  title: 'A setting of App Mesh that nothing reads',
  severity: 'warning',
  needs: anyOf('platform.pods', 'platform.workloads', 'platform.namespaces', 'platform.services', 'mesh.gatewayRoutes'),
  also: [
    'mesh.meshes',
    'mesh.virtualGateways',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.backendGroups',
  ],
  docs: {
    what: 'An annotation or label `appmesh.k8s.aws/…` that the controller does not read, or not on this kind of object; and an environment variable of a container `envoy` that is one misspelt word away from one that is read.',
    why: 'It does nothing, silently: a sidecar is made that was not wanted, a port is captured that should not be.',
    fix: 'Write it as the message says. Injection is a label of namespaces, and an annotation of pods; all other settings are annotations of pods, which means of `spec.template` in a Deployment.',
    seen: 'Nothing: the setting has no effect.',
  },
  subjects: carriers,
  *check(model) {
    for (const object of carriers(model)) {
      for (const { path, name, wrong, instead } of unreadSettings(object)) {
        yield finding(object, {
          message: `${refText(object.ref)}: ${wrong}.`,
          effect: 'latent',
          evidence: [object.at(path)],
          cause:
            'The controller and the agent in its image know their settings by name and place, and ignore all others.',
          fix: [{ say: `${instead}.`, restarts: 'nothing', works: 'now' }],
          discriminator: name,
        });
      }
    }
  },
});

/** What may carry a setting; what a controller made carries those of its template. */
function carriers(model: Model): readonly (Resource | Pod | Workload)[] {
  const made = [...model.workloads, ...model.pods].filter(({ owner }) => owner === null);
  return [...model.namespaces, ...made, ...model.services, ...meshObjects(model)];
}
