import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import type { GatewayRoute, MeshMember } from '../../src/model/mesh/kinds.ts';
import { gatewayOf } from '../../src/model/mesh/links.ts';
import { meshOf } from '../../src/model/mesh/mesh-of.ts';
import type { Model } from '../../src/model/model.ts';
import type { Gap } from '../../src/snapshot/coverage.ts';
import { refKey, refText } from '../../src/snapshot/object.ts';
import { gatewayGap } from '../../src/model/mesh/written-routes.ts';

export default defineRule({
  id: 'duplicate-aws-name',
  title: 'Two objects have the same name in App Mesh',
  severity: 'error',
  needs: anyOf(
    'mesh.virtualGateways',
    'mesh.gatewayRoutes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
  ),
  also: ['mesh.meshes', 'platform.namespaces'],
  explains: ['route-never-applied', 'config-drift', 'condition-stale'],
  docs: {
    what: 'Two objects of one kind and Mesh (GatewayRoutes: of one VirtualGateway) whose `awsName` is the same, written or by default.',
    why: 'The controller finds what it manages by that name, so both objects speak for one resource: what each says replaces what the other said, and deleting one deletes it for both.',
    fix: 'Give each its own `awsName`. It cannot be changed: create the object again, or delete the one that is not meant.',
    seen: 'Requests go by what one of the two objects says, and after the next reconciliation by the other.',
  },
  subjects: named,
  *check(model) {
    for (const [, same] of groupBy(named(model), ({ ref, awsName }) => `${ref.kind} ${awsName}`)) {
      if (same.length < 2) continue;
      const held = same.map((object) => ({ object, holder: holderOf(model, object) }));
      for (const { object, holder } of held) if (holder && 'gap' in holder) yield notEvaluated(object, holder.gap);
      const known = held.flatMap(({ object, holder }) => (holder && 'key' in holder ? [{ object, ...holder }] : []));
      for (const [, clash] of groupBy(known, ({ key }) => key)) {
        const [first, second] = clash;
        if (first && second)
          yield describe(
            model,
            clash.map(({ object }) => object),
            first.says,
          );
      }
    }
  },
});

/** What App Mesh knows by a name; a Mesh may be spoken for by several clusters, a BackendGroup is no resource of it. */
function named(model: Model): readonly MeshMember[] {
  const { virtualGateways, gatewayRoutes, virtualServices, virtualRouters, virtualNodes } = model;
  return [...virtualGateways, ...gatewayRoutes, ...virtualServices, ...virtualRouters, ...virtualNodes];
}

/** Within what a name must be unique: the gateway of a GatewayRoute, the Mesh of all others; null where it is in none. */
function holderOf(
  model: Model,
  object: MeshMember,
): { readonly key: string; readonly says: string } | { readonly gap: Gap } | null {
  const route = isRoute(object) ? object : null;
  const gateway = route ? gatewayOf(model, route) : null;
  if (gateway) return { key: refKey(gateway.ref), says: refText(gateway.ref) };
  const gap = route ? gatewayGap(model, route) : null;
  if (gap) return { gap };
  const mesh = meshOf(model, object);
  if (!mesh || mesh.gap) return mesh?.gap ? { gap: mesh.gap } : null;
  return route ? null : { key: mesh.name, says: `Mesh ${mesh.name}` };
}

function isRoute(object: MeshMember): object is GatewayRoute {
  return object.ref.kind === 'GatewayRoute';
}

function describe(model: Model, objects: readonly MeshMember[], holder: string) {
  const [first, ...rest] = objects;
  if (!first) throw new Error('no object');
  const names = objects.slice(0, 3).map(({ ref }) => `${ref.namespace}/${ref.name}`);
  const more = objects.length > 3 ? ` and ${objects.length - 3} more` : '';
  const nameOf = (object: MeshMember) =>
    object.at(object.spec.awsName === undefined ? 'metadata.name' : 'spec.awsName', `in App Mesh: ${object.awsName}`);
  return finding([first, ...rest], {
    message: `${objects.length} ${first.ref.kind}s have the name ${first.awsName} in ${holder}: ${names.join(', ')}${more}.`,
    effect: configEffect(model, model.gateways, 'unseen'),
    evidence: [nameOf(first), ...rest.slice(0, 19).map(nameOf)],
    cause: 'The controller finds what it manages by that name: both objects speak for one resource of App Mesh.',
    fix: [
      {
        say: `Keep one of them; create the others again with an awsName of their own. Deleting one while the controller reconciles deletes the resource of both.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, model.gateways),
      },
    ],
  });
}
