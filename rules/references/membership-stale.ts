import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated, type Outcome } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import type { GatewayRoute, MeshMember } from '../../src/model/mesh/kinds.ts';
import { gatewaysSelecting, meshesSelecting, namespaceOf } from '../../src/model/mesh/links.ts';
import { meshMembers, namespaceRef } from '../../src/model/mesh/members.ts';
import type { Model } from '../../src/model/model.ts';
import { nameKey } from '../../src/model/inventory.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'membership-stale',
  title: 'An object is in another mesh or gateway than its selectors say now',
  severity: 'info',
  needs: anyOf(
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.backendGroups',
  ),
  also: ['mesh.meshes', 'platform.namespaces'],
  docs: {
    what: 'A `meshRef` or `virtualGatewayRef` that is no longer what the selectors and labels say: they were decided once, when the object was created, and what was decided runs.',
    why: 'Nothing is wrong now. An object that is created again, from a backup or in another cluster, goes elsewhere or is refused.',
    fix: 'Bring the labels or selectors back to what the references say, before anything is created again.',
    seen: 'Nothing, until an object is created again.',
  },
  subjects: (model) => [
    ...[...decidedMembers(model).keys()].map((name) => ({ ref: namespaceRef(name) })),
    ...model.gatewayRoutes.filter(({ gateway }) => gateway !== null),
  ],
  *check(model) {
    for (const [name, members] of decidedMembers(model)) yield* inMesh(model, name, members);
    for (const route of model.gatewayRoutes) if (route.gateway) yield* inGateway(model, route, route.gateway);
  },
});

/** The objects that were taken into a mesh, by namespace. */
function decidedMembers(model: Model): ReadonlyMap<string, readonly MeshMember[]> {
  const decided = meshMembers(model).filter(({ meshName }) => meshName !== null);
  return groupBy(decided, ({ ref }) => ref.namespace ?? '');
}

function* inMesh(model: Model, name: string, members: readonly MeshMember[]): Generator<Outcome, void> {
  const subject = { ref: namespaceRef(name) };
  const namespace = namespaceOf(model, name);
  if (namespace.state === 'unknown') yield notEvaluated(subject, namespace.gap);
  if (namespace.state !== 'present') return;
  const { chosen, refused, all } = meshesSelecting(model, namespace.value.labels);
  if (!all.complete) return yield notEvaluated(subject, all.gap);
  const [only] = chosen.length === 1 ? chosen : [];
  const stale = members.filter(({ meshName }) => meshName !== only?.ref.name);
  const [first, ...more] = stale;
  if (!first) return;
  const count = more.length === 0 ? refText(first.ref) : `${stale.length} App Mesh objects of namespace ${name}`;
  yield finding(subject, {
    message: `${count} ${more.length === 0 ? 'is' : 'are'} in Mesh ${first.meshName}, and now ${now(
      chosen.map(({ ref }) => ref.name),
      'Mesh',
      'Meshes',
    )} namespace ${name}.`,
    effect: 'latent',
    evidence: [
      first.at('spec.meshRef.name'),
      namespace.value.at('metadata.labels'),
      ...chosen.map((mesh) => mesh.at('spec.namespaceSelector', 'matches the namespace')),
      ...refused.slice(0, 5).map(({ evidence }) => evidence),
    ],
    cause:
      'The webhook put the objects into the Mesh that selected their namespace when they were created, and that stays.',
    fix: [
      bringBack(
        `Make the labels of namespace ${name} match Mesh ${first.meshName} again, and no other, before one of these objects is created again.`,
      ),
    ],
    affects: stale.slice(0, 200).map(({ ref }) => ref),
  });
}

function* inGateway(
  model: Model,
  route: GatewayRoute,
  written: NonNullable<GatewayRoute['gateway']>,
): Generator<Outcome, void> {
  const namespace = namespaceOf(model, route.ref.namespace ?? '');
  if (namespace.state === 'unknown') yield notEvaluated(route, namespace.gap);
  if (namespace.state !== 'present') return;
  const { chosen, refused, all } = gatewaysSelecting(model, route, namespace.value.labels);
  if (!all.complete) return yield notEvaluated(route, all.gap);
  const holder = nameKey(written.namespace, written.name);
  const [only] = chosen.length === 1 ? chosen : [];
  if (only && nameKey(only.ref.namespace, only.ref.name) === holder) return;
  const names = chosen.map(({ ref }) => `${ref.namespace}/${ref.name}`);
  const why = refused.find(({ candidate }) => nameKey(candidate.ref.namespace, candidate.ref.name) === holder);
  yield finding(route, {
    message: `Route ${route.ref.namespace}/${route.ref.name} was given to VirtualGateway ${holder}, and now ${now(names, 'VirtualGateway', 'VirtualGateways')} it${why ? ` (${holder}: ${why.reason})` : ''}.`,
    effect: 'latent',
    evidence: [
      route.at('spec.virtualGatewayRef'),
      route.at('metadata.labels'),
      ...(why ? [why.evidence] : []),
      ...chosen.map((gateway) => gateway.at('spec.namespaceSelector', 'matches')),
    ],
    cause: 'The webhook gave the route to the VirtualGateway that selected it when it was created, and that stays.',
    fix: [bringBack(`Make VirtualGateway ${holder} select the route again, and no other, before it is created again.`)],
  });
}

function now(names: readonly string[], one: string, many: string): string {
  if (names.length === 0) return `no ${one} selects`;
  return names.length === 1 ? `${one} ${names[0]} selects` : `${many} ${names.join(', ')} select`;
}

function bringBack(say: string): Fix {
  return { say, restarts: 'nothing', works: 'now' };
}
