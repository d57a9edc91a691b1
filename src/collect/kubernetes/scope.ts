import { ownerOf } from '../../lib/rendezvous.ts';
import { asList, asObject, asText, asTextMap } from '../../lib/json.ts';
import type { PodName } from '../../snapshot/envoy/view.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import type { Part } from './request.ts';
import { type LabelSelector, readSelector, selects } from '../../snapshot/selector.ts';

/** A pod whose Envoy is to be read. */
export interface EnvoyPod extends PodName {
  readonly ip: string | null;
  /** The node it runs on; null where it is on none yet. */
  readonly node: string | null;
}

/** Envoys that belong together: those of a gateway, or of the target pods that are not ready. */
export interface EnvoyGroup {
  /** `VirtualGateway shop/edge`. */
  readonly name: string;
  readonly pods: readonly EnvoyPod[];
  /** True for a gateway, which must be seen; what is behind it may stay unseen. */
  readonly gateway: boolean;
}

/** Which gateways are in scope. */
export interface Scope {
  /** Null: all. */
  readonly namespaces: readonly string[] | null;
  readonly selector: LabelSelector | null;
  /** `NAME`, `NS/NAME`, `pod/NAME`, `deploy/NAME`; empty: all. */
  readonly gateways: readonly string[];
  readonly targets: boolean;
  readonly part?: Part;
}

interface Pod extends EnvoyPod {
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  readonly ready: boolean;
  /** What its Envoy was told to be: `virtualGateway/edge_shop`; null where no container says. */
  readonly resource: string | null;
}

/** The Envoys to read: pods that a VirtualGateway selects, and those whose Envoy was told to be it. */
export function envoysInScope(objects: readonly KubernetesObject[], scope: Scope): readonly EnvoyGroup[] {
  const inside = objects.filter(({ ref }) => scope.namespaces?.includes(ref.namespace ?? '') ?? true);
  const node = scope.part?.node ?? null;
  const all = inside.filter(({ ref }) => ref.kind === 'Pod' && ref.apiVersion === 'v1').map(readPod);
  const pods = node === null ? all : all.filter((pod) => pod.node === node);
  const groups = new Map<string, EnvoyGroup>();
  const taken = new Set<Pod>();
  for (const object of inside) {
    if (object.ref.kind !== 'VirtualGateway' || !object.ref.apiVersion.startsWith('appmesh.k8s.aws/')) continue;
    const mine = pods.filter((pod) => serves(pod, object));
    for (const pod of mine) taken.add(pod);
    const { name, namespace } = object.ref;
    if (scope.selector && !selects(scope.selector, asTextMap(asObject(object.body.metadata).labels))) continue;
    const chosen = mine.filter((pod) => isNamed(pod, namespace ?? '', name, scope.gateways));
    if (chosen.length === 0 && !isNamed(null, namespace ?? '', name, scope.gateways)) continue;
    groups.set(`${namespace}/${name}`, group(`VirtualGateway ${namespace}/${name}`, chosen, true));
  }
  for (const [name, mine] of orphans(pods.filter((pod) => !taken.has(pod)))) {
    const [namespace = '', gateway = ''] = name.split('/');
    const chosen = mine.filter((pod) => isNamed(pod, namespace, gateway, scope.gateways));
    if (chosen.length > 0 && !scope.selector) groups.set(name, group(`VirtualGateway ${name}`, chosen, true));
  }
  const behind = scope.targets && !scope.part ? pods.filter((pod) => isTarget(pod) && !pod.ready && pod.running) : [];
  const mine = [...groups.values()].filter((one) => fallsTo(one, scope.part));
  return [...mine, ...(behind.length > 0 ? [group('target pods that are not ready', behind, false)] : [])];
}

/** A gateway of which no pod runs on an agent's node is not that agent's. */
/** Whether an Envoy is one that an agent counts. */
export function isOf({ name }: EnvoyGroup, pod: EnvoyPod, { node, share }: Part): boolean {
  if (share && ownerOf(name, share.members) !== share.me) return false;
  return node === null || pod.node === node;
}

function fallsTo({ name, pods }: EnvoyGroup, part: Part | undefined): boolean {
  if (part?.share && ownerOf(name, part.share.members) !== part.share.me) return false;
  return !part || part.node === null || pods.length > 0;
}

function group(name: string, pods: readonly Pod[], gateway: boolean): EnvoyGroup {
  const running = pods.filter((pod) => pod.running);
  return {
    name,
    gateway,
    pods: running.map(({ namespace, name: pod, ip, node }) => ({ namespace, name: pod, ip, node })),
  };
}

/** An absent podSelector selects no pod, `{}` every one of its namespace. */
function serves(pod: Pod, { ref, body }: KubernetesObject): boolean {
  if (pod.namespace !== ref.namespace) return false;
  const spec = asObject(body.spec);
  const awsName = asText(spec.awsName) ?? `${ref.name}_${ref.namespace}`;
  if (pod.resource !== null) return pod.resource === `virtualGateway/${awsName}`;
  const selector = readSelector(spec.podSelector);
  return selector !== null && selects(selector, pod.labels);
}

/** Gateway pods whose VirtualGateway object is not there: by what their Envoys were told to be. */
function orphans(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    const awsName = /^virtualGateway\/(.+)$/.exec(pod.resource ?? '')?.[1];
    if (awsName === undefined) continue;
    const suffix = `_${pod.namespace}`;
    const key = `${pod.namespace}/${awsName.endsWith(suffix) ? awsName.slice(0, -suffix.length) : awsName}`;
    found.set(key, [...(found.get(key) ?? []), pod]);
  }
  return found;
}

function isTarget({ resource }: Pod): boolean {
  return resource?.startsWith('virtualNode/') ?? false;
}

function isNamed(pod: Pod | null, namespace: string, gateway: string, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  return wanted.some((name) => {
    const [type, rest] = name.includes('/') ? (name.split('/', 2) as [string, string]) : ['', name];
    if (type === 'pod') return pod?.name === rest;
    if (type === 'deploy') return pod?.name.replace(/-[a-z0-9]+-[a-z0-9]+$/, '') === rest;
    return rest === gateway && (type === '' || type === namespace);
  });
}

function readPod({ ref, body }: KubernetesObject): Pod {
  const status = asObject(body.status);
  const ready = asList(status.conditions).map(asObject);
  return {
    namespace: ref.namespace ?? '',
    name: ref.name,
    ip: asText(status.podIP) ?? null,
    node: asText(asObject(body.spec).nodeName) ?? null,
    labels: asTextMap(asObject(body.metadata).labels),
    running: status.phase === 'Running',
    ready: ready.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    resource: resourceOf(body),
  };
}

/** The agent in App Mesh's image names its Envoy by one of these (aws/amazon-ecs-service-connect-agent). */
const naming = ['APPMESH_RESOURCE_ARN', 'APPMESH_VIRTUAL_NODE_NAME'];

function resourceOf(body: KubernetesObject['body']): string | null {
  const spec = asObject(body.spec);
  // A native sidecar stands among the init containers.
  for (const container of [...asList(spec.containers), ...asList(spec.initContainers)].map(asObject)) {
    for (const variable of asList(container.env).map(asObject)) {
      if (!naming.includes(asText(variable.name) ?? '')) continue;
      const match = /mesh\/[^/]+\/(virtualGateway|virtualNode)\/([^/]+)$/.exec(asText(variable.value) ?? '');
      if (match) return `${match[1]}/${match[2]}`;
    }
  }
  return null;
}
