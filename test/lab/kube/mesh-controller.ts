import { asList, asObject, asText, type JsonObject } from '../../../src/lib/json.ts';
import { nameOf, namespaceOf } from './apply.ts';

/** What the App Mesh controller makes of an object: its status, or the words of its Event. */
export type Reconciled = { readonly status: JsonObject } | { readonly trouble: string };

const resources = 'finalizers.appmesh.k8s.aws/aws-appmesh-resources';
const members: Readonly<Record<string, string>> = {
  Mesh: 'finalizers.appmesh.k8s.aws/mesh-members',
  VirtualGateway: 'finalizers.appmesh.k8s.aws/virtualgateway-members',
};

/** The stored owners of a story's objects. */
export interface Owners {
  readonly mesh?: JsonObject | undefined;
  readonly gateway?: JsonObject | undefined;
}

/** An object as webhook and controller leave it: its AWS name, its mesh, its gateway, and what holds its deletion. */
export function admitted(object: JsonObject, { mesh, gateway }: Owners): JsonObject {
  const { kind } = object;
  const hold = members[String(kind)];
  return {
    ...object,
    metadata: { ...asObject(object.metadata), finalizers: [...(hold === undefined ? [] : [hold]), resources] },
    spec: {
      ...asObject(object.spec),
      ...(kind === 'BackendGroup' ? {} : { awsName: awsNameOf(object) }),
      ...(mesh === undefined ? {} : { meshRef: { name: nameOf(mesh), uid: asObject(mesh.metadata).uid } }),
      ...(kind === 'GatewayRoute' && gateway ? { virtualGatewayRef: referenceTo(gateway) } : {}),
    },
  };
}

function referenceTo(gateway: JsonObject): JsonObject {
  return { name: nameOf(gateway), namespace: namespaceOf(gateway), uid: asObject(gateway.metadata).uid };
}

function awsNameOf(object: JsonObject): string {
  const given = asText(asObject(object.spec).awsName);
  if (given !== undefined) return given;
  if (object.kind === 'Mesh') return nameOf(object);
  return `${nameOf(object)}${object.kind === 'VirtualService' ? '.' : '_'}${namespaceOf(object)}`;
}

/** Reconciles a stored object as the controller does: what it refers to must exist and be active, in this order. */
export function reconciled(object: JsonObject, all: readonly JsonObject[], since: string): Reconciled {
  const trouble = troubleOf(object, all);
  if (trouble !== undefined) return { trouble };
  const kind = asText(object.kind) ?? '';
  const field = `${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}`;
  return {
    status: {
      [`${field}ARN`]: arnOf(object, all),
      conditions: [{ type: `${kind}Active`, status: 'True', lastTransitionTime: since }],
      // Seen: of all kinds only VirtualGateway tells none.
      ...(kind === 'VirtualGateway' ? {} : { observedGeneration: asObject(object.metadata).generation }),
    },
  };
}

/** Texts as a real controller wrote them against a stand-in of the App Mesh API. */
function troubleOf(object: JsonObject, all: readonly JsonObject[]): string | undefined {
  for (const { kind, namespace, name } of dependenciesOf(object)) {
    const field = `${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}`;
    const found = all.find((one) => one.kind === kind && namespaceOf(one) === namespace && nameOf(one) === name);
    if (found === undefined) {
      const why = `${kind}.appmesh.k8s.aws "${name}" not found`;
      return `failed to resolve ${field}Ref: unable to fetch ${field}: ${namespace}/${name}: ${why}`;
    }
    // A VirtualNode does not wait for its backends.
    if (object.kind !== 'VirtualNode' && troubleOf(found, all) !== undefined) return `${field} is not active yet`;
  }
  return undefined;
}

interface Dependency {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

const referenceKinds: Readonly<Record<string, string>> = {
  virtualServiceRef: 'VirtualService',
  virtualNodeRef: 'VirtualNode',
  virtualRouterRef: 'VirtualRouter',
};

/** Every reference in the spec, however deep. */
function dependenciesOf(object: JsonObject): readonly Dependency[] {
  const within = (value: unknown): readonly Dependency[] => {
    if (Array.isArray(value)) return value.flatMap(within);
    return Object.entries(asObject(value)).flatMap(([key, inner]) => {
      const kind = referenceKinds[key];
      if (kind === undefined) return within(inner);
      const { name, namespace } = asObject(inner);
      return [{ kind, name: asText(name) ?? '', namespace: asText(namespace) ?? namespaceOf(object) }];
    });
  };
  return within(object.spec);
}

/** The ARN as AWS makes it: `arn:aws:appmesh:REGION:ACCOUNT:mesh/M/virtualGateway/G/gatewayRoute/R`. */
function arnOf(object: JsonObject, all: readonly JsonObject[]): string {
  const root = 'arn:aws:appmesh:eu-west-1:000000000000:mesh';
  const spec = asObject(object.spec);
  if (object.kind === 'Mesh') return `${root}/${awsNameOf(object)}`;
  const mesh = asText(asObject(spec.meshRef).name) ?? '';
  if (object.kind !== 'GatewayRoute') return `${root}/${mesh}/${typeOf(object)}/${awsNameOf(object)}`;
  const { name, namespace } = asObject(spec.virtualGatewayRef);
  const gateway = all.find(
    (one) => one.kind === 'VirtualGateway' && nameOf(one) === name && namespaceOf(one) === namespace,
  );
  const above = gateway === undefined ? '' : `virtualGateway/${awsNameOf(gateway)}`;
  return `${root}/${mesh}/${above}/gatewayRoute/${awsNameOf(object)}`;
}

function typeOf(object: JsonObject): string {
  const kind = asText(object.kind) ?? '';
  return `${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}`;
}

/** What the webhook writes into the container `envoy` of a gateway's pods. */
export function injected(template: JsonObject, gateway: JsonObject): JsonObject {
  const mesh = asText(asObject(asObject(gateway.spec).meshRef).name) ?? '';
  const resource = `mesh/${mesh}/virtualGateway/${awsNameOf(gateway)}`;
  const spec = asObject(template.spec);
  const containers = asList(spec.containers).map(asObject);
  return {
    ...template,
    spec: {
      ...spec,
      containers: containers.map((one) => (one.name === 'envoy' ? { ...one, ...filled(resource) } : one)),
    },
  };
}

function filled(resource: string): JsonObject {
  const env: Readonly<Record<string, string>> = {
    APPMESH_RESOURCE_ARN: resource,
    APPMESH_VIRTUAL_NODE_NAME: resource,
    AWS_REGION: 'eu-west-1',
    ENVOY_LOG_LEVEL: 'info',
    ENVOY_ADMIN_ACCESS_PORT: '9901',
    ENVOY_ADMIN_ACCESS_LOG_FILE: '/tmp/envoy_admin_access.log',
    APPMESH_PREVIEW: '0',
    APPMESH_PLATFORM_K8S_VERSION: 'v1.34.4',
    APPMESH_PLATFORM_APP_MESH_CONTROLLER_VERSION: 'v1.13.1',
    APPNET_AGENT_ADMIN_MODE: 'uds',
    APPNET_AGENT_ADMIN_UDS_PATH: '/tmp/agent.sock',
  };
  const question = 'curl -s http://localhost:9901/server_info | grep state | grep -q LIVE';
  return {
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    readinessProbe: {
      exec: { command: ['sh', '-c', question] },
      ...{ initialDelaySeconds: 1, periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 },
    },
  };
}
