import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';
import { type SchemaProblem, schemaProblems } from '../../src/model/mesh/validity.ts';

const mostEvidence = 20;

export default defineRule({
  id: 'invalid-field',
  title: 'An App Mesh object has a field that its kind does not allow',
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
  explains: [
    'webhook-would-reject',
    'route-never-applied',
    'config-drift',
    'order-undefined',
    'route-shadowed',
    'route-partly-shadowed',
    'route-duplicate',
  ],
  docs: {
    what: 'A field that is unknown, in the wrong place, of the wrong type or out of its range, or alternatives of which more than one or none is given.',
    why: 'kubectl refuses it under strict validation; without that the API server drops an unknown field silently, and the object does not do what it says. A value that is not allowed is refused.',
    fix: 'Correct the field as the message says. A `retryPolicy` or `timeout` belongs on the route of a VirtualRouter, never on a GatewayRoute.',
    seen: '`unknown field` or `Invalid value` from kubectl apply, or no word at all and a field that is missing in the object that was stored.',
  },
  subjects: meshObjects,
  *check(model) {
    for (const object of meshObjects(model)) {
      const problems = schemaProblems(object);
      const [first, ...others] = problems;
      if (!first) continue;
      const { kind, namespace, name } = object.ref;
      const more =
        others.length === 0
          ? ''
          : ` ${others.length === 1 ? 'One more field is' : `${others.length} more fields are`} wrong.`;
      yield finding(object, {
        message: `${kind} ${namespace === null ? '' : `${namespace}/`}${name}: ${first.message}${more}`,
        effect: configEffect(model, model.gateways, 'unseen'),
        evidence: [
          object.at(first.path, first.message),
          ...others.slice(0, mostEvidence - 1).map(({ path, message }) => object.at(path, message)),
        ],
        cause: problems.some(isUnknown)
          ? 'The schema of the kind has no such field: strict validation refuses it, and otherwise the API server drops it silently.'
          : 'The schema of the kind does not allow this value: the API server refuses the object.',
        fix: problems.slice(0, 3).map((problem) => ({
          say: fixFor(problem),
          restarts: 'nothing',
          works: whenObjectsApply(model, model.gateways),
        })),
      });
    }
  },
});

function isUnknown({ code }: SchemaProblem): boolean {
  return code === 'unknown-field' || code === 'misplaced-field';
}

function fixFor({ code, path, nearest, belongs, message }: SchemaProblem): string {
  const [place] = belongs;
  if (place) return `Move ${path} to where it belongs: ${place.path} of a ${place.kind}.`;
  if (code === 'unknown-field') return nearest === null ? `Remove ${path}.` : `Rename ${path} to ${nearest}.`;
  if (code === 'not-allowed-value' && nearest !== null) return `Write ${nearest} at ${path}.`;
  return `Correct ${path}: ${message}`;
}
