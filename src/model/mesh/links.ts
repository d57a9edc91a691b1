import { groupBy, memoize } from '../../lib/memo.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { type ObjectRef, refKey } from '../../snapshot/object.ts';
import type { Model } from '../model.ts';
import { lookUp } from '../inventory.ts';
import type { Resource } from '../resource.ts';
import { presentValue, type Relation } from '../relation.ts';
import { firstMismatch } from '../selector.ts';
import type {
  GatewayRoute,
  Mesh,
  MeshMember,
  Reference,
  RouterRoute,
  VirtualGateway,
  VirtualNode,
  VirtualRouter,
  VirtualService,
} from './kinds.ts';
import { namespaceRef, undecidedMembers } from './members.ts';

/** The VirtualService a reference names. */
export function virtualService(model: Model, reference: Reference): Relation<VirtualService> {
  return lookUp(model, 'VirtualService', model.virtualServices, reference.namespace, reference.name);
}

/** The VirtualRouter a reference names. */
export function virtualRouter(model: Model, reference: Reference): Relation<VirtualRouter> {
  return lookUp(model, 'VirtualRouter', model.virtualRouters, reference.namespace, reference.name);
}

/** The VirtualNode a reference names. */
export function virtualNode(model: Model, reference: Reference): Relation<VirtualNode> {
  return lookUp(model, 'VirtualNode', model.virtualNodes, reference.namespace, reference.name);
}

/** A Namespace, as far as it was seen; an unlabelled namespace is not an unseen one. */
export function namespaceOf(model: Model, name: string): Relation<Resource> {
  return lookUp(model, 'Namespace', model.namespaces, null, name);
}

/** Why one candidate does not select an object. */
export interface Refusal<T> {
  readonly candidate: T;
  readonly reason: string;
  readonly evidence: Evidence;
}

/** The outcome of a selection over all candidates. */
export interface Selection<T> {
  readonly chosen: readonly T[];
  readonly refused: readonly Refusal<T>[];
  /** The proof that there are no other candidates, or what was not seen. */
  readonly all: { readonly complete: true; readonly proof: Evidence } | { readonly complete: false; readonly gap: Gap };
}

/**
 * The Meshes whose namespaceSelector matches a namespace, as the mutating webhook decides once at creation
 * (controller pkg/mesh/membership_designator.go): an absent selector selects no namespace.
 */
export function meshesSelecting(model: Model, labels: Readonly<Record<string, string>>): Selection<Mesh> {
  const chosen: Mesh[] = [];
  const refused: Refusal<Mesh>[] = [];
  for (const mesh of model.meshes) {
    const reason = mesh.namespaceSelector
      ? firstMismatch(mesh.namespaceSelector, labels)
      : 'it has no namespaceSelector, and so selects no namespace';
    if (reason === null) chosen.push(mesh);
    else refused.push({ candidate: mesh, reason, evidence: mesh.at('spec.namespaceSelector') });
  }
  return { chosen, refused, all: model.completeness('Mesh', '*') };
}

/** A namespace whose objects are in no mesh yet, and the Meshes that select it; or what was not seen of it. */
export type JoiningNamespace =
  | {
      readonly subject: { readonly ref: ObjectRef };
      readonly namespace: Resource;
      readonly members: readonly MeshMember[];
      readonly meshes: Selection<Mesh>;
    }
  | { readonly subject: { readonly ref: ObjectRef }; readonly gap: Gap };

/** Every namespace whose objects have yet to be taken into a mesh; one that is surely not there has no objects. */
export function joiningNamespaces(model: Model): readonly JoiningNamespace[] {
  return [...undecidedMembers(model)].flatMap(([name, members]): readonly JoiningNamespace[] => {
    const subject = { ref: namespaceRef(name) };
    const namespace = namespaceOf(model, name);
    if (namespace.state === 'unknown') return [{ subject, gap: namespace.gap }];
    if (namespace.state !== 'present') return [];
    return [{ subject, namespace: namespace.value, members, meshes: meshesSelecting(model, namespace.value.labels) }];
  });
}

/**
 * The VirtualGateways of the whole cluster that select a GatewayRoute: namespaceSelector on the labels of the route's
 * namespace and gatewayRouteSelector on its own (controller pkg/virtualgateway/membership_designator.go).
 */
export function gatewaysSelecting(
  model: Model,
  route: GatewayRoute,
  labels: Readonly<Record<string, string>>,
): Selection<VirtualGateway> {
  const chosen: VirtualGateway[] = [];
  const refused: Refusal<VirtualGateway>[] = [];
  for (const gateway of model.virtualGateways) {
    const { namespaceSelector, gatewayRouteSelector } = gateway;
    const byNamespace = namespaceSelector
      ? firstMismatch(namespaceSelector, labels)
      : 'it has no namespaceSelector, and so selects no namespace';
    if (byNamespace !== null) {
      const reason = namespaceSelector
        ? `namespaceSelector: ${byNamespace} on namespace ${route.ref.namespace}`
        : byNamespace;
      refused.push({ candidate: gateway, reason, evidence: gateway.at('spec.namespaceSelector') });
      continue;
    }
    const byLabels = gatewayRouteSelector ? firstMismatch(gatewayRouteSelector, route.labels) : null;
    if (byLabels === null) chosen.push(gateway);
    else {
      const reason = `gatewayRouteSelector: ${byLabels} on the route`;
      refused.push({ candidate: gateway, reason, evidence: gateway.at('spec.gatewayRouteSelector') });
    }
  }
  return { chosen, refused, all: model.completeness('VirtualGateway', '*') };
}

/** The gateway a route belongs to: the one written by the webhook, else the one the selectors choose. */
export function gatewayOf(model: Model, route: GatewayRoute): VirtualGateway | null {
  return owners(model)(route);
}

/** The routes of each gateway, by `refKey` of its object. */
export const routesByGateway = memoize((model: Model): ReadonlyMap<string, readonly GatewayRoute[]> => {
  const owned = model.gatewayRoutes.flatMap((route) => {
    const owner = gatewayOf(model, route);
    return owner ? [{ route, key: refKey(owner.ref) }] : [];
  });
  const groups = groupBy(owned, ({ key }) => key);
  return new Map([...groups].map(([key, routes]) => [key, routes.map(({ route }) => route)]));
});

const owners = memoize((model: Model) => memoize((route: GatewayRoute) => findOwner(model, route)));

function findOwner(model: Model, route: GatewayRoute): VirtualGateway | null {
  const written = route.gateway;
  if (written) {
    const { namespace, name } = written;
    const found = lookUp(model, 'VirtualGateway', model.virtualGateways, namespace, name);
    return presentValue(found) ?? null;
  }
  const namespace = namespaceOf(model, route.ref.namespace ?? '');
  if (namespace.state !== 'present') return null;
  const { chosen } = gatewaysSelecting(model, route, namespace.value.labels);
  return chosen.length === 1 ? (chosen[0] ?? null) : null;
}

/** Every place that names a VirtualNode: a VirtualService's provider, or a target of a VirtualRouter's route. */
export function nodeReferences(model: Model): readonly {
  readonly from: VirtualService | VirtualRouter;
  readonly route: RouterRoute | null;
  readonly target: Reference;
}[] {
  const fromServices = model.virtualServices.flatMap((from) =>
    from.provider.type === 'node' ? [{ from, route: null, target: from.provider.target }] : [],
  );
  const fromRouters = model.virtualRouters.flatMap((from) =>
    from.routes.flatMap((route) => route.targets.map((target) => ({ from, route, target }))),
  );
  return [...fromServices, ...fromRouters];
}
