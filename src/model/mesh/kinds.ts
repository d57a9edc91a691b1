import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { readResource, type Resource } from '../resource.ts';
import { type LabelSelector, readSelector } from '../selector.ts';

/** A name inside the cluster: the namespace is the referrer's where none is written. */
export interface Reference {
  readonly namespace: string;
  readonly name: string;
  /** Where it is written: dotted path in the referrer. */
  readonly path: string;
}

/** An App Mesh object other than Mesh. */
export interface MeshMember extends Resource {
  /** `spec.awsName`, or the default the webhook gives. */
  readonly awsName: string;
  /** `spec.meshRef.name`, which the webhook wrote at creation; null where it is not there. */
  readonly meshName: string | null;
}

/** The `Mesh` kind. */
export interface Mesh extends Resource {
  readonly awsName: string;
  /** Absent selects no namespace; `{}` selects all. */
  readonly namespaceSelector: LabelSelector | null;
}

/** A port an object listens on. */
export interface Listener {
  readonly port: number | null;
  readonly protocol: string;
  readonly path: string;
}

/** The `VirtualGateway` kind. */
export interface VirtualGateway extends MeshMember {
  readonly namespaceSelector: LabelSelector | null;
  /** Absent selects every GatewayRoute of the selected namespaces. */
  readonly gatewayRouteSelector: LabelSelector | null;
  readonly podSelector: LabelSelector | null;
  readonly listeners: readonly Listener[];
}

/** The `GatewayRoute` kind. */
export interface GatewayRoute extends MeshMember {
  /** `httpRoute`, `http2Route`, `grpcRoute`: those written. */
  readonly types: readonly (typeof routeTypes)[number][];
  /** The VirtualService it sends requests to; null where none or an ARN is written. */
  readonly target: Reference | null;
  /** `spec.virtualGatewayRef`, which the webhook wrote at creation. */
  readonly gateway: Reference | null;
}

/** Who answers for a VirtualService. */
export type Provider =
  | { readonly type: 'none' }
  | { readonly type: 'node' | 'router'; readonly target: Reference }
  /** By ARN, or garbled: outside what objects can tell. */
  | { readonly type: 'elsewhere' };

/** The `VirtualService` kind. */
export interface VirtualService extends MeshMember {
  readonly provider: Provider;
}

/** A route of a VirtualRouter. */
export interface RouterRoute {
  readonly name: string;
  readonly path: string;
  readonly targets: readonly (Reference & { readonly weight: number | null; readonly port: number | null })[];
}

/** The `VirtualRouter` kind. */
export interface VirtualRouter extends MeshMember {
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouterRoute[];
}

/** The `VirtualNode` kind. */
export interface VirtualNode extends MeshMember {
  readonly listeners: readonly Listener[];
  readonly podSelector: LabelSelector | null;
  /** `spec.serviceDiscovery.dns.hostname`. */
  readonly hostname: string | null;
}

/** The route types, in the order the CRD lists them. */
export const routeTypes = ['grpcRoute', 'httpRoute', 'http2Route', 'tcpRoute'] as const;

/** Lists of one type each: nearly every route shares one of them. */
const onlyType = new Map(routeTypes.map((type) => [type, [type] as const]));
/** Where a route of each writes its target. */
const targetPaths = new Map(
  routeTypes.map((type) => [type, `spec.${type}.action.target.virtualService.virtualServiceRef`]),
);

/** Reads a Mesh. */
export function readMesh(object: KubernetesObject): Mesh {
  const resource = readResource(object, 'manifest');
  return {
    ...resource,
    awsName: asText(resource.spec.awsName) ?? resource.ref.name,
    namespaceSelector: readSelector(resource.spec.namespaceSelector),
  };
}

/** Reads a VirtualGateway. */
export function readVirtualGateway(object: KubernetesObject): VirtualGateway {
  const member = readMember(object, '_');
  return {
    ...member,
    namespaceSelector: readSelector(member.spec.namespaceSelector),
    gatewayRouteSelector: readSelector(member.spec.gatewayRouteSelector),
    podSelector: readSelector(member.spec.podSelector),
    listeners: readListeners(member.spec),
  };
}

/** Reads a GatewayRoute. */
export function readGatewayRoute(object: KubernetesObject): GatewayRoute {
  const member = readMember(object, '_');
  const written = routeTypes.filter((type) => isObject(member.spec[type]));
  const [type] = written;
  const types = (written.length === 1 && type && onlyType.get(type)) || written;
  const service = type ? asObject(asObject(asObject(asObject(member.spec[type]).action).target).virtualService) : {};
  return {
    ...member,
    types,
    target: readReference(member, asObject(service).virtualServiceRef, (type && targetPaths.get(type)) ?? ''),
    gateway: readReference(member, member.spec.virtualGatewayRef, 'spec.virtualGatewayRef'),
  };
}

/** Reads a VirtualService; its default AWS name joins with a dot, unlike all others. */
export function readVirtualService(object: KubernetesObject): VirtualService {
  const member = readMember(object, '.');
  return { ...member, provider: readProvider(member) };
}

/** Reads a VirtualRouter. */
export function readVirtualRouter(object: KubernetesObject): VirtualRouter {
  const member = readMember(object, '_');
  return {
    ...member,
    listeners: readListeners(member.spec),
    routes: asList(member.spec.routes).map((item, index) => readRouterRoute(member, asObject(item), index)),
  };
}

/** Reads a VirtualNode. */
export function readVirtualNode(object: KubernetesObject): VirtualNode {
  const member = readMember(object, '_');
  return {
    ...member,
    listeners: readListeners(member.spec),
    podSelector: readSelector(member.spec.podSelector),
    hostname: asText(asObject(asObject(member.spec.serviceDiscovery).dns).hostname) ?? null,
  };
}

/** Reads any other App Mesh kind. */
export function readMember(object: KubernetesObject, joint: '_' | '.'): MeshMember {
  const resource = readResource(object, 'manifest');
  const { name, namespace } = resource.ref;
  return {
    ...resource,
    awsName: asText(resource.spec.awsName) ?? `${name}${joint}${namespace ?? ''}`,
    meshName: asText(asObject(resource.spec.meshRef).name) ?? null,
  };
}

function readListeners(spec: JsonObject): readonly Listener[] {
  return asList(spec.listeners).map((item, index) => {
    const mapping = asObject(asObject(item).portMapping);
    return {
      port: asNumber(mapping.port) ?? null,
      protocol: asText(mapping.protocol) ?? '',
      path: `spec.listeners[${index}].portMapping`,
    };
  });
}

function readProvider(service: MeshMember): Provider {
  const provider = asObject(service.spec.provider);
  const node = readReference(
    service,
    asObject(provider.virtualNode).virtualNodeRef,
    'spec.provider.virtualNode.virtualNodeRef',
  );
  if (node) return { type: 'node', target: node };
  const router = readReference(
    service,
    asObject(provider.virtualRouter).virtualRouterRef,
    'spec.provider.virtualRouter.virtualRouterRef',
  );
  if (router) return { type: 'router', target: router };
  const written = provider.virtualNode ?? provider.virtualRouter ?? null;
  return { type: written === null ? 'none' : 'elsewhere' };
}

function readRouterRoute(router: MeshMember, route: JsonObject, index: number): RouterRoute {
  const path = `spec.routes[${index}]`;
  const type = routeTypes.find((name) => isObject(route[name]));
  const targets = type ? asList(asObject(asObject(route[type]).action).weightedTargets) : [];
  const base = `${path}.${type}.action.weightedTargets`;
  return {
    name: asText(route.name) ?? '',
    path,
    targets: targets.flatMap((item, number) => {
      const target = asObject(item);
      const reference = readReference(router, target.virtualNodeRef, `${base}[${number}].virtualNodeRef`);
      if (!reference) return [];
      return [{ ...reference, weight: asNumber(target.weight) ?? null, port: asNumber(target.port) ?? null }];
    }),
  };
}

function readReference(referrer: Resource, value: unknown, path: string): Reference | null {
  const reference = asObject(value);
  const name = asText(reference.name);
  if (!name) return null;
  return { name, namespace: asText(reference.namespace) ?? referrer.ref.namespace ?? '', path };
}
