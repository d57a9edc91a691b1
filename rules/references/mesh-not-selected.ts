import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { nearest } from '../../src/lib/nearest.ts';
import { joiningNamespaces } from '../../src/model/mesh/links.ts';
import { namespaceRef, undecidedMembers } from '../../src/model/mesh/members.ts';
import type { Model } from '../../src/model/model.ts';
import type { Resource } from '../../src/model/resource.ts';

export default defineRule({
  id: 'mesh-not-selected',
  title: 'No Mesh selects this namespace',
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
    'target-service-missing',
    'router-missing',
    'node-missing',
    'route-never-applied',
    'config-drift',
  ],
  docs: {
    what: 'A namespace with App Mesh objects that the `namespaceSelector` of no Mesh matches.',
    why: 'The admission webhook refuses every App Mesh object of such a namespace: a Mesh without `namespaceSelector` selects none, `{}` selects all.',
    fix: 'Label the namespace as the selector of the Mesh asks, or widen the selector. A label written as an annotation does not count.',
    seen: '`failed to find matching mesh for namespace: NS, expecting 1 but found 0` from kubectl apply.',
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
      const { chosen, refused, all } = meshes;
      if (chosen.length > 0) continue;
      if (!all.complete) {
        yield notEvaluated(subject, all.gap);
        continue;
      }
      const reasons = refused.map(({ candidate, reason }) => `Mesh ${candidate.ref.name}: ${reason}`);
      yield finding(subject, {
        message: `No Mesh selects namespace ${name}, which holds ${members.length} App Mesh ${members.length === 1 ? 'object' : 'objects'}: ${reasons.join('; ') || 'there is no Mesh'}.`,
        effect: configEffect(model, model.gateways, 'unseen'),
        evidence: [namespace.at('metadata.labels'), ...refused.map(({ evidence }) => evidence), all.proof],
        cause:
          'The webhook puts an object into the one Mesh that selects its namespace, when the object is created; without one it refuses the object.',
        fix: [{ say: fixFor(model, namespace), restarts: 'nothing', works: whenObjectsApply(model, model.gateways) }],
        affects: members.slice(0, 200).map(({ ref }) => ref),
      });
    }
  },
});

function fixFor(model: Model, namespace: Resource): string {
  const wanted = model.meshes.flatMap(({ namespaceSelector }) => Object.entries(namespaceSelector?.matchLabels ?? {}));
  const [first] = wanted;
  const asAnnotation = wanted.find(([key, value]) => namespace.annotations[key] === value);
  if (asAnnotation) {
    return `Write ${asAnnotation.join('=')} on namespace ${namespace.ref.name} as a label: it stands there as an annotation, which selectors do not see.`;
  }
  const typo = wanted.flatMap(([key, value]) => {
    const near = nearest(
      key,
      Object.keys(namespace.labels).filter((label) => label !== key),
    );
    return namespace.labels[key] === undefined && near !== null ? [`its label ${near} is near ${key}=${value}`] : [];
  })[0];
  if (typo) return `Correct the labels of namespace ${namespace.ref.name}: ${typo}.`;
  if (first) return `Label namespace ${namespace.ref.name} with ${first.join('=')}.`;
  return 'Give the Mesh a namespaceSelector that matches this namespace; without one a Mesh selects no namespace.';
}
