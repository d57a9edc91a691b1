import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { Resource } from '../resource.ts';
import { type LabelSelector, readSelector } from '../selector.ts';

/** A name inside the cluster: the namespace is the referrer's where none is written. */
export interface Reference {
  readonly namespace: string;
  readonly name: string;
  /** Where it is written: dotted path in the referrer. */
  readonly path: string;
}

/** An App Mesh object other than Mesh. */
export class MeshMember extends Resource {
  /** `spec.awsName`, or the default the webhook gives: name and namespace, joined by `_`. */
  get awsName(): string {
    return asText(this.spec.awsName) ?? `${this.ref.name}_${this.ref.namespace ?? ''}`;
  }

  /** `spec.meshRef.name`, which the webhook wrote at creation; null where it is not there. */
  get meshName(): string | null {
    return asText(asObject(this.spec.meshRef).name) ?? null;
  }
}

/** The `Mesh` kind. */
export class Mesh extends Resource {
  /** Absent selects no namespace; `{}` selects all. */
  readonly namespaceSelector: LabelSelector | null;

  constructor(object: KubernetesObject) {
    super(object);
    this.namespaceSelector = readSelector(this.spec.namespaceSelector);
  }

  get awsName(): string {
    return asText(this.spec.awsName) ?? this.ref.name;
  }
}

/** A port an object listens on. */
export interface Listener {
  readonly port: number | null;
  readonly protocol: string;
  readonly path: string;
}

/** The `VirtualGateway` kind. */
export class VirtualGateway extends MeshMember {
  readonly namespaceSelector: LabelSelector | null;
  /** Absent selects every GatewayRoute of the selected namespaces. */
  readonly gatewayRouteSelector: LabelSelector | null;
  readonly podSelector: LabelSelector | null;
  readonly listeners: readonly Listener[];

  constructor(object: KubernetesObject) {
    super(object);
    this.namespaceSelector = readSelector(this.spec.namespaceSelector);
    this.gatewayRouteSelector = readSelector(this.spec.gatewayRouteSelector);
    this.podSelector = readSelector(this.spec.podSelector);
    this.listeners = readListeners(this.spec);
  }
}

/** The `GatewayRoute` kind. */
export class GatewayRoute extends MeshMember {
  /** `httpRoute`, `http2Route`, `grpcRoute`: those written. */
  readonly types: readonly (typeof routeTypes)[number][];
  /** The VirtualService it sends requests to; null where none or an ARN is written. */
  readonly target: Reference | null;
  /** `spec.virtualGatewayRef`, which the webhook wrote at creation. */
  readonly gateway: Reference | null;

  constructor(object: KubernetesObject) {
    super(object);
    const written = routeTypes.filter((type) => isObject(this.spec[type]));
    const [type] = written;
    this.types = (written.length === 1 && type && onlyType.get(type)) || written;
    const service = type ? asObject(asObject(asObject(asObject(this.spec[type]).action).target).virtualService) : {};
    const path = (type && targetPaths.get(type)) ?? '';
    this.target = readReference(this, asObject(service).virtualServiceRef, path);
    this.gateway = readReference(this, this.spec.virtualGatewayRef, 'spec.virtualGatewayRef');
  }
}

/** Who answers for a VirtualService. */
export type Provider =
  | { readonly type: 'none' }
  | { readonly type: 'node' | 'router'; readonly target: Reference }
  /** By ARN, or garbled: outside what objects can tell. */
  | { readonly type: 'elsewhere' };

/** The `VirtualService` kind. */
export class VirtualService extends MeshMember {
  readonly provider: Provider;

  constructor(object: KubernetesObject) {
    super(object);
    this.provider = readProvider(this);
  }

  /** Its default joins with a dot, unlike all others. */
  override get awsName(): string {
    return asText(this.spec.awsName) ?? `${this.ref.name}.${this.ref.namespace ?? ''}`;
  }
}

/** A route of a VirtualRouter. */
export interface RouterRoute {
  readonly name: string;
  readonly path: string;
  readonly targets: readonly (Reference & { readonly weight: number | null; readonly port: number | null })[];
}

/** The `VirtualRouter` kind. */
export class VirtualRouter extends MeshMember {
  readonly listeners: readonly Listener[];
  readonly routes: readonly RouterRoute[];

  constructor(object: KubernetesObject) {
    super(object);
    this.listeners = readListeners(this.spec);
    this.routes = asList(this.spec.routes).map((item, index) => readRouterRoute(this, asObject(item), index));
  }
}

/** The `VirtualNode` kind. */
export class VirtualNode extends MeshMember {
  readonly listeners: readonly Listener[];
  readonly podSelector: LabelSelector | null;
  /** `spec.serviceDiscovery.dns.hostname`. */
  readonly hostname: string | null;

  constructor(object: KubernetesObject) {
    super(object);
    this.listeners = readListeners(this.spec);
    this.podSelector = readSelector(this.spec.podSelector);
    this.hostname = asText(asObject(asObject(this.spec.serviceDiscovery).dns).hostname) ?? null;
  }
}

/** The route types, in the order the CRD lists them. */
export const routeTypes = ['grpcRoute', 'httpRoute', 'http2Route', 'tcpRoute'] as const;

/** Lists of one type each: nearly every route shares one of them. */
const onlyType = new Map(routeTypes.map((type) => [type, [type] as const]));
/** Where a route of each writes its target. */
const targetPaths = new Map(
  routeTypes.map((type) => [type, `spec.${type}.action.target.virtualService.virtualServiceRef`]),
);

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
