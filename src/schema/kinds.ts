import { gatewayRouteTypes, routerRoute } from './routes.ts';
import { integer, list, object, oneOf, type Shape, text } from './shape.ts';
import * as values from './values.ts';

/** One of the seven App Mesh kinds, group appmesh.k8s.aws, version v1beta2. */
export interface KindSchema {
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Cluster' | 'Namespaced';
  readonly spec: Shape & { readonly type: 'object' };
}

const { meshRef, labelSelector, reference } = values;

const mesh = object({
  awsName: text(),
  egressFilter: object({ 'type!': oneOf('ALLOW_ALL', 'DROP_ALL') }),
  meshOwner: text(),
  meshServiceDiscovery: object({ ipPreference: oneOf('IPv4_ONLY', 'IPv6_ONLY') }),
  namespaceSelector: labelSelector,
});

const virtualGateway = object({
  awsName: text(),
  backendDefaults: object({ clientPolicy: values.clientPolicy }),
  gatewayRouteSelector: labelSelector,
  listeners: list(
    object({
      connectionPool: values.gatewayConnectionPool,
      healthCheck: values.gatewayHealthCheck,
      'portMapping!': values.gatewayPortMapping,
      tls: values.gatewayListenerTls,
    }),
    0,
  ),
  logging: values.logging,
  meshRef,
  namespaceSelector: labelSelector,
  podSelector: labelSelector,
});

const gatewayRoute = object({
  awsName: text(),
  ...gatewayRouteTypes,
  meshRef,
  priority: integer(0, 1000),
  virtualGatewayRef: object({ 'name!': text(), namespace: text(), 'uid!': text() }),
});

const virtualService = object({
  awsName: text(),
  meshRef,
  provider: object(
    { virtualNode: values.refOrArn('virtualNode'), virtualRouter: values.refOrArn('virtualRouter') },
    { of: ['virtualNode', 'virtualRouter'], count: 'most' },
  ),
});

const virtualRouter = object({
  awsName: text(),
  listeners: list(object({ 'portMapping!': values.portMapping }), 1),
  meshRef,
  routes: list(routerRoute),
});

const idleAndRequest = object({ idle: values.duration, perRequest: values.duration });

const virtualNode = object({
  awsName: text(),
  backendDefaults: object({ clientPolicy: values.clientPolicy }),
  backendGroups: list(reference),
  backends: list(
    object({
      'virtualService!': object(
        { clientPolicy: values.clientPolicy, virtualServiceARN: text(), virtualServiceRef: reference },
        { of: ['virtualServiceRef', 'virtualServiceARN'], count: 'one' },
      ),
    }),
  ),
  listeners: list(
    object({
      connectionPool: values.connectionPool,
      healthCheck: values.healthCheck,
      outlierDetection: object({
        'baseEjectionDuration!': values.duration,
        'interval!': values.duration,
        'maxEjectionPercent!': integer(0, 100),
        'maxServerErrors!': integer(1),
      }),
      'portMapping!': values.portMapping,
      timeout: object({
        grpc: idleAndRequest,
        http: idleAndRequest,
        http2: idleAndRequest,
        tcp: object({ idle: values.duration }),
      }),
      tls: values.listenerTls,
    }),
    0,
  ),
  logging: values.logging,
  meshRef,
  podSelector: labelSelector,
  serviceDiscovery: object(
    {
      awsCloudMap: object({
        attributes: list(object({ 'key!': text(1, 255), 'value!': text(1, 1024) })),
        'namespaceName!': text(1, 1024),
        'serviceName!': text(1, 1024),
      }),
      dns: object({ 'hostname!': text(), responseType: oneOf('ENDPOINTS', 'LOADBALANCER') }),
    },
    { of: ['awsCloudMap', 'dns'], count: 'one' },
  ),
});

/** Unlike every other name, `virtualservices` is all lower case. */
const backendGroup = object({ meshRef, virtualservices: list(reference) });

const all: readonly KindSchema[] = [
  { kind: 'Mesh', plural: 'meshes', scope: 'Cluster', spec: mesh },
  { kind: 'VirtualGateway', plural: 'virtualgateways', scope: 'Namespaced', spec: virtualGateway },
  { kind: 'GatewayRoute', plural: 'gatewayroutes', scope: 'Namespaced', spec: gatewayRoute },
  { kind: 'VirtualService', plural: 'virtualservices', scope: 'Namespaced', spec: virtualService },
  { kind: 'VirtualRouter', plural: 'virtualrouters', scope: 'Namespaced', spec: virtualRouter },
  { kind: 'VirtualNode', plural: 'virtualnodes', scope: 'Namespaced', spec: virtualNode },
  { kind: 'BackendGroup', plural: 'backendgroups', scope: 'Namespaced', spec: backendGroup },
];

/** The seven App Mesh kinds by name. */
export const kinds: ReadonlyMap<string, KindSchema> = new Map(all.map((schema) => [schema.kind, schema]));
