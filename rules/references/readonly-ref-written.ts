import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { isObject } from '../../src/lib/json.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';
import { refText } from '../../src/snapshot/object.ts';

/** What the webhook writes itself, by kind; checked by all `…_validator.go` of the controller. */
const readOnly = ['meshRef', 'virtualGatewayRef'] as const;

export default defineRule({
  id: 'readonly-ref-written',
  title: 'A manifest writes a reference that only the webhook may write',
  severity: 'error',
  needs: anyOf(
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.meshes',
    'mesh.backendGroups',
  ),
  explains: ['route-never-applied', 'config-drift'],
  docs: {
    what: 'A manifest with `spec.meshRef`, or a GatewayRoute with `spec.virtualGatewayRef`. What an API server returned (uid, resourceVersion or status present) holds them rightly and is not judged.',
    why: 'The admission webhook refuses to create such an object: manifests made from an export or from a backup cannot be applied to a new cluster.',
    fix: 'Delete the two fields from the manifest; the webhook decides them by the selectors of the Mesh and of the VirtualGateway.',
    seen: '`GatewayRoute create may not specify read-only field: spec.meshRef` from kubectl apply.',
  },
  subjects: meshObjects,
  *check(model) {
    for (const object of meshObjects(model)) {
      if (object.exported || object.ref.kind === 'Mesh') continue;
      const written = readOnly.filter((field) => isObject(object.spec[field])).map((field) => `spec.${field}`);
      const [first] = written;
      if (first === undefined) continue;
      yield finding(object, {
        message: `${refText(object.ref)} writes ${written.join(' and ')}, so the admission webhook refuses to create it: ${object.ref.kind} create may not specify read-only field: ${first}`,
        effect: configEffect(model, model.gateways, 'unseen'),
        evidence: [object.at(first), ...written.slice(1).map((path) => object.at(path))],
        cause: 'The webhook writes these references itself, at creation, and refuses an object that brings them along.',
        fix: [
          {
            say: `Delete ${written.join(' and ')} from the manifest of ${refText(object.ref)}.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, model.gateways),
          },
        ],
      });
    }
  },
});
