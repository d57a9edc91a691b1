import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { joiningNamespaces } from '../../src/model/mesh/links.ts';
import { namespaceRef, undecidedMembers } from '../../src/model/mesh/members.ts';

export default defineRule({
  id: 'mesh-ambiguous',
  title: 'More than one Mesh selects this namespace',
  severity: 'error',
  needs: anyOf(
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
  ),
  also: ['mesh.meshes', 'platform.namespaces'],
  explains: [
    'gateway-not-selected',
    'gateway-ambiguous',
    'gateway-other-mesh',
    'target-service-missing',
    'router-missing',
    'node-missing',
    'route-never-applied',
    'config-drift',
  ],
  docs: {
    what: 'A namespace with App Mesh objects that the `namespaceSelector` of two or more Meshes matches. Objects that hold a `meshRef` were taken into a mesh once and are not judged.',
    why: 'The admission webhook refuses every App Mesh object of such a namespace: an object belongs to exactly one Mesh.',
    fix: 'Narrow the selectors so that one Mesh is left; `namespaceSelector: {}` selects every namespace.',
    seen: '`found multiple matching meshes for namespace: NS, expecting 1 but found 2: …` from kubectl apply.',
  },
  subjects: (model) => [...undecidedMembers(model).keys()].map((name) => ({ ref: namespaceRef(name) })),
  *check(model) {
    for (const one of joiningNamespaces(model)) {
      if ('gap' in one) {
        yield notEvaluated(one.subject, one.gap);
        continue;
      }
      const { subject, namespace, members, meshes } = one;
      const { name } = namespace.ref;
      const { chosen, all } = meshes;
      if (chosen.length < 2) {
        if (!all.complete) yield notEvaluated(subject, all.gap);
        continue;
      }
      const names = chosen.map(({ ref }) => ref.name).join(', ');
      yield finding(subject, {
        message: `${chosen.length} Meshes select namespace ${name}, which holds ${members.length} App Mesh ${members.length === 1 ? 'object' : 'objects'}: ${names}.`,
        effect: configEffect(model, model.gateways, 'unseen'),
        evidence: [
          namespace.at('metadata.labels'),
          ...chosen.map((mesh) => mesh.at('spec.namespaceSelector', 'matches the namespace')),
        ],
        cause:
          'The webhook puts an object into the one Mesh that selects its namespace, when the object is created; of several it takes none.',
        fix: [
          {
            say: `Change the namespaceSelector of all but one of the Meshes ${names}, so that it does not match namespace ${name}.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, model.gateways),
          },
        ],
        affects: members.slice(0, 200).map(({ ref }) => ref),
      });
    }
  },
});
