import type { Model } from '../../model/model.ts';
import { gatewayOf, virtualNode, virtualRouter } from '../../model/mesh/links.ts';
import { targetOf } from '../../model/mesh/target.ts';
import type {
  GatewayRoute,
  Listener,
  Mesh,
  RouterRoute,
  VirtualGateway,
  VirtualNode,
  VirtualRouter,
  VirtualService,
} from '../../model/mesh/kinds.ts';
import type { Container, Pod, Service, ServicePort, Workload } from '../../model/platform/kinds.ts';
import { podsSelected } from '../../model/platform/selected.ts';
import type { Relation } from '../../model/relation.ts';
import type { Resource } from '../../model/resource.ts';
import { type Field, toCel, toInt, Unseen, type ViewType, viewType } from './view.ts';

/** A thing and the model it is seen in: links are looked up there. */
export interface In<T> {
  readonly model: Model;
  readonly it: T;
}

const held = new WeakMap<Model, WeakMap<object, unknown>>();

/** The same pair for the same thing each time, so that its view is made once. */
export function within<T extends object>(model: Model, it: T): In<T> {
  const known = held.get(model) ?? new WeakMap<object, unknown>();
  held.set(model, known);
  const pair = (known.get(it) as In<T> | undefined) ?? { model, it };
  known.set(it, pair);
  return pair;
}

const field = <T>(type: string, says: string, read: (it: T, model: Model) => unknown): Field<In<T>> => ({
  type,
  says,
  read: ({ it, model }) => read(it, model),
});

/** The thing a relation leads to: no value where it is proved absent; unseen is not absent. */
function linked<T extends object>(model: Model, relation: Relation<T>, type: () => ViewType<In<T>>): unknown {
  if (relation.state === 'unknown') throw new Unseen(relation.gap);
  return relation.state === 'present' ? type().of(within(model, relation.value)) : undefined;
}

const all = <T extends object>(model: Model, things: readonly T[], type: ViewType<In<T>>): unknown =>
  things.map((thing) => type.of(within(model, thing)));

const resourceFields: Readonly<Record<string, Field<In<Resource>>>> = {
  kind: field('string', '`GatewayRoute`, `Pod` …', ({ ref }) => ref.kind),
  namespace: field('string', 'empty where the kind has none', ({ ref }) => ref.namespace ?? ''),
  name: field('string', '', ({ ref }) => ref.name),
  labels: field('map<string, string>', '', ({ labels }) => labels),
  annotations: field('map<string, string>', '', ({ annotations }) => annotations),
  spec: field('map<string, dyn>', 'as it is written', ({ spec }) => toCel(spec)),
  status: field('map<string, dyn>', 'empty in manifests', ({ status }) => toCel(status)),
  createdAt: field('string', 'ISO 8601; only of exported objects', ({ createdAt }) => createdAt ?? undefined),
};

const portType = viewType<In<Listener>>('Port', 'a port that a mesh object listens on', {
  port: field('int', '', ({ port }) => toInt(port)),
  protocol: field('string', '`http`, `http2`, `grpc`, `tcp`', ({ protocol }) => protocol),
});

/** A Mesh. */
export const meshType = viewType<In<Mesh>>('Mesh', 'an App Mesh `Mesh`', { ...resourceFields });

/** A Namespace. */
export const namespaceType = viewType<In<Resource>>('Namespace', 'a Kubernetes `Namespace`', resourceFields);

/** A VirtualGateway. */
export const virtualGatewayType = viewType<In<VirtualGateway>>('VirtualGateway', 'an App Mesh `VirtualGateway`', {
  ...resourceFields,
  listeners: field('list<Port>', '', ({ listeners }, model) => all(model, listeners, portType)),
});

/** A VirtualNode. */
export const virtualNodeType = viewType<In<VirtualNode>>('VirtualNode', 'an App Mesh `VirtualNode`', {
  ...resourceFields,
  listeners: field('list<Port>', '', ({ listeners }, model) => all(model, listeners, portType)),
  hostname: field('string', 'of DNS service discovery', ({ hostname }) => hostname ?? undefined),
});

const routerTargetType = viewType<In<RouterRoute['targets'][number]>>('RouterTarget', 'a weighted target', {
  namespace: field('string', '', ({ namespace }) => namespace),
  name: field('string', '', ({ name }) => name),
  weight: field('int', '', ({ weight }) => toInt(weight)),
  port: field('int', '', ({ port }) => toInt(port)),
  node: field('VirtualNode', 'the node it names', (target, model) =>
    linked(model, virtualNode(model, target), () => virtualNodeType),
  ),
});

const routerRouteType = viewType<In<RouterRoute>>('RouterRoute', 'a route of a VirtualRouter', {
  name: field('string', '', ({ name }) => name),
  targets: field('list<RouterTarget>', '', ({ targets }, model) => all(model, targets, routerTargetType)),
});

/** A VirtualRouter. */
export const virtualRouterType = viewType<In<VirtualRouter>>('VirtualRouter', 'an App Mesh `VirtualRouter`', {
  ...resourceFields,
  listeners: field('list<Port>', '', ({ listeners }, model) => all(model, listeners, portType)),
  routes: field('list<RouterRoute>', '', ({ routes }, model) => all(model, routes, routerRouteType)),
});

/** A VirtualService. */
export const virtualServiceType = viewType<In<VirtualService>>('VirtualService', 'an App Mesh `VirtualService`', {
  ...resourceFields,
  provider: field('string', '`none`, `node`, `router`, `elsewhere`', ({ provider }) => provider.type),
  node: field('VirtualNode', 'the node that answers', ({ provider }, model) =>
    provider.type === 'node' ? linked(model, virtualNode(model, provider.target), () => virtualNodeType) : undefined,
  ),
  router: field('VirtualRouter', 'the router that answers', ({ provider }, model) =>
    provider.type === 'router'
      ? linked(model, virtualRouter(model, provider.target), () => virtualRouterType)
      : undefined,
  ),
});

/** A GatewayRoute. */
export const routeType = viewType<In<GatewayRoute>>('GatewayRoute', 'an App Mesh `GatewayRoute`', {
  ...resourceFields,
  types: field('list<string>', '`httpRoute`, `http2Route`, `grpcRoute`: those written', ({ types }) => [...types]),
  targetNamespace: field('string', 'of the VirtualService it names', ({ target }) => target?.namespace),
  targetName: field('string', 'of the VirtualService it names', ({ target }) => target?.name),
  target: field('VirtualService', 'the VirtualService it sends requests to', (route, model) =>
    route.target ? linked(model, targetOf(model, route, route.target), () => virtualServiceType) : undefined,
  ),
  gateway: field('VirtualGateway', 'the gateway it belongs to', (route, model) => {
    const gateway = gatewayOf(model, route);
    if (gateway) return virtualGatewayType.of(within(model, gateway));
    const seen = model.completeness('VirtualGateway', '*');
    if (!seen.complete) throw new Unseen(seen.gap);
    return undefined;
  }),
});

const containerType = viewType<In<Container>>('Container', 'a container of a pod or template', {
  name: field('string', '', ({ name }) => name),
  image: field('string', '', ({ image }) => image),
  pullPolicy: field('string', '', ({ pullPolicy }) => pullPolicy ?? undefined),
  memoryLimit: field('int', 'bytes', ({ memoryLimit }) => toInt(memoryLimit)),
  hasLivenessProbe: field('bool', '', ({ hasLivenessProbe }) => hasLivenessProbe),
  ports: field('list<int>', '', ({ ports }) => ports.flatMap(({ port }) => toInt(port) ?? [])),
  env: field('map<string, string>', 'secret values are hidden', ({ env }) => env),
});

/** A Pod. */
export const podType = viewType<In<Pod>>('Pod', 'a Kubernetes `Pod`', {
  ...resourceFields,
  containers: field('list<Container>', '', ({ containers }, model) => all(model, containers, containerType)),
  ip: field('string', '', ({ ip }) => ip ?? undefined),
  node: field('string', 'the Node it runs on', ({ node }) => node ?? undefined),
  phase: field('string', '', ({ phase }) => phase ?? undefined),
  ready: field('bool', 'only where a status was read', ({ ready }) => ready ?? undefined),
});

/** What makes pods. */
export const workloadType = viewType<In<Workload>>(
  'Workload',
  'a Deployment, StatefulSet, DaemonSet, ReplicaSet or Job',
  {
    ...resourceFields,
    replicas: field('int', 'only where it is written', ({ replicas }) => toInt(replicas)),
    podLabels: field('map<string, string>', 'of its template', ({ podLabels }) => podLabels),
    podAnnotations: field('map<string, string>', 'of its template', ({ podAnnotations }) => podAnnotations),
    containers: field('list<Container>', 'of its template', ({ containers }, model) =>
      all(model, containers, containerType),
    ),
  },
);

const servicePortType = viewType<In<ServicePort>>('ServicePort', 'a port of a Service', {
  name: field('string', '', ({ name }) => name),
  port: field('int', '', ({ port }) => toInt(port)),
  targetPort: field('string', 'the number, as text, or the name of a container port', (one) => `${one.targetPort}`),
  nodePort: field('int', '', ({ nodePort }) => toInt(nodePort)),
});

/** A Service. */
export const serviceType = viewType<In<Service>>('Service', 'a Kubernetes `Service`', {
  ...resourceFields,
  type: field('string', '`ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`', ({ type }) => type),
  headless: field('bool', '', ({ headless }) => headless),
  selector: field('map<string, string>', 'only where it has one', ({ selector }) => selector ?? undefined),
  ports: field('list<ServicePort>', '', ({ ports }, model) => all(model, ports, servicePortType)),
  pods: field('list<Pod>', 'the pods it selects', ({ ref, selector }, model) => {
    if (!selector) return [];
    const seen = model.completeness('Pod', ref.namespace ?? '*');
    if (!seen.complete) throw new Unseen(seen.gap);
    const chosen = podsSelected(model)(ref.namespace, { matchLabels: selector, matchExpressions: [] });
    return all(model, chosen, podType);
  }),
});

/** Every type of Kubernetes objects and their parts. */
export const objectTypes = [
  portType,
  meshType,
  namespaceType,
  virtualGatewayType,
  virtualNodeType,
  routerTargetType,
  routerRouteType,
  virtualRouterType,
  virtualServiceType,
  routeType,
  containerType,
  podType,
  workloadType,
  servicePortType,
  serviceType,
] as const;
