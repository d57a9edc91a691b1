import { groupBy, memoize } from '../../lib/memo.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';
import type { MeshMember } from './kinds.ts';

/** Every App Mesh object that was read. */
export const meshObjects = memoize((model: Model): readonly Resource[] => [...model.meshes, ...meshMembers(model)]);

/** What belongs to a Mesh (`meshRef`) or a VirtualGateway (`virtualGatewayRef`), as its members finalizer counts it. */
export function membersOf(model: Model, { ref }: Resource): readonly MeshMember[] {
  if (ref.kind === 'Mesh') return meshMembers(model).filter(({ meshName }) => meshName === ref.name);
  if (ref.kind !== 'VirtualGateway') return [];
  return model.gatewayRoutes.filter(({ gateway }) => gateway?.name === ref.name && gateway.namespace === ref.namespace);
}

/** The kinds that belong to a Mesh. */
export const memberKinds = [
  'VirtualGateway',
  'GatewayRoute',
  'VirtualService',
  'VirtualRouter',
  'VirtualNode',
  'BackendGroup',
] as const;

/** Every App Mesh object but Meshes. */
export const meshMembers = memoize((model: Model): readonly MeshMember[] => [
  ...model.virtualGateways,
  ...model.gatewayRoutes,
  ...model.virtualServices,
  ...model.virtualRouters,
  ...model.virtualNodes,
  ...model.backendGroups,
]);

/** App Mesh objects by namespace; those with a written meshRef were taken into a mesh once, and that stays. */
export function undecidedMembers(model: Model): ReadonlyMap<string, readonly MeshMember[]> {
  const members = [
    ...model.virtualGateways,
    ...model.gatewayRoutes,
    ...model.virtualServices,
    ...model.virtualRouters,
    ...model.virtualNodes,
  ].filter(({ meshName }) => meshName === null);
  return groupBy(members, ({ ref }) => ref.namespace ?? '');
}

/** The reference of a Namespace, seen or not. */
export function namespaceRef(name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'Namespace', namespace: null, name };
}
