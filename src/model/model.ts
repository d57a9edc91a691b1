import { memoize } from '../lib/memo.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { type KubernetesObject, type ObjectRef, type Place, refKey } from '../snapshot/object.ts';
import type { TrafficView } from '../snapshot/access-log/traffic-view.ts';
import type { CloudWatchView } from '../snapshot/cloudwatch.ts';
import type { RescueCopy } from '../snapshot/rescue-copy.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { TracesView } from '../snapshot/traces.ts';
import { type Envoy, makeEnvoy, sectionOf } from './envoy/envoy.ts';
import { type Gateway, joinGateways } from './gateway.ts';
import { type Completeness, completeness } from './inventory.ts';
import {
  type GatewayRoute,
  type Mesh,
  type MeshMember,
  readGatewayRoute,
  readMember,
  readMesh,
  readVirtualGateway,
  readVirtualNode,
  readVirtualRouter,
  readVirtualService,
  type VirtualGateway,
  type VirtualNode,
  type VirtualRouter,
  type VirtualService,
} from './mesh/kinds.ts';
import { notAsked } from './not-asked.ts';
import type { Part } from './parts.ts';
import { type Ingress, readIngress } from './platform/ingress.ts';
import {
  type EndpointSlice,
  type Pod,
  readEndpointSlice,
  readPod,
  readService,
  readWorkload,
  type Service,
  type Workload,
  workloadKinds,
} from './platform/kinds.ts';
import { makePlatform, type Platform, platformKinds } from './platform/platform.ts';
import { readResource, type Resource } from './resource.ts';

/** The snapshot indexed and linked. Reading a part is recorded, so that a rule's declared needs can be checked. */
export interface Model {
  /** The snapshot's time, ISO 8601: "now" for every rule. */
  readonly now: string;
  readonly gateways: readonly Gateway[];
  readonly envoys: readonly Envoy[];
  readonly meshes: readonly Mesh[];
  readonly virtualGateways: readonly VirtualGateway[];
  readonly gatewayRoutes: readonly GatewayRoute[];
  readonly virtualServices: readonly VirtualService[];
  readonly virtualRouters: readonly VirtualRouter[];
  readonly virtualNodes: readonly VirtualNode[];
  readonly backendGroups: readonly MeshMember[];
  readonly namespaces: readonly Resource[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly workloads: readonly Workload[];
  readonly ingresses: readonly Ingress[];
  readonly platform: Platform;
  /** Copies of gateways' configurations; null where nobody said where they lie. */
  readonly rescueCopies: readonly RescueCopy[] | null;
  /** What CloudWatch said; null where it was not asked. */
  readonly cloudWatch: CloudWatchView | null;
  /** Null where none was read. */
  readonly traces: TracesView | null;
  /** What access logs say, by gateway; null where none was read. */
  readonly traffic: readonly TrafficView[] | null;
  /** Whether all objects of a kind in a namespace (`*`: everywhere) were seen. */
  readonly completeness: (kind: string, namespace: string) => Completeness;
  /** Whether anything of a part was seen: null, or what is missing. */
  readonly missing: (part: Part) => Gap | null;
  /** Where an object was read. */
  readonly place: (ref: ObjectRef) => Place | null;
  readonly snapshot: Snapshot;
}

const meshGroup = 'appmesh.k8s.aws/';

/** Objects of a cluster that is read again and again stay the same while nothing changes: they are read once. */
const read = {
  mesh: memoize(readMesh),
  virtualGateway: memoize(readVirtualGateway),
  gatewayRoute: memoize(readGatewayRoute),
  virtualService: memoize(readVirtualService),
  virtualRouter: memoize(readVirtualRouter),
  virtualNode: memoize(readVirtualNode),
  namespace: memoize((object: KubernetesObject) => readResource(object, 'manifest')),
  pod: memoize(readPod),
  service: memoize(readService),
  endpointSlice: memoize(readEndpointSlice),
  workload: memoize(readWorkload),
};

/** Builds the model of a snapshot; `onRead` hears each part that is looked at. */
export function buildModel(snapshot: Snapshot, onRead: (part: Part) => void = () => {}): Model {
  const byKind = indexByKind(snapshot.objects);
  const collection = <T>(
    part: Part,
    kinds: Iterable<string>,
    of: (object: KubernetesObject) => T,
  ): (() => readonly T[]) => {
    let items: readonly T[] | undefined;
    return () => {
      onRead(part);
      items ??= asBefore(part, [...kinds].flatMap((kind) => byKind.get(kind) ?? []).map(of));
      return items;
    };
  };
  const mesh = (kind: string): readonly string[] => [`${meshGroup}${kind}`];
  const meshes = collection('mesh.meshes', mesh('Mesh'), read.mesh);
  const virtualGateways = collection('mesh.virtualGateways', mesh('VirtualGateway'), read.virtualGateway);
  const gatewayRoutes = collection('mesh.gatewayRoutes', mesh('GatewayRoute'), read.gatewayRoute);
  const virtualServices = collection('mesh.virtualServices', mesh('VirtualService'), read.virtualService);
  const virtualRouters = collection('mesh.virtualRouters', mesh('VirtualRouter'), read.virtualRouter);
  const virtualNodes = collection('mesh.virtualNodes', mesh('VirtualNode'), read.virtualNode);
  const backendGroups = collection('mesh.backendGroups', mesh('BackendGroup'), (object) => readMember(object, '_'));
  const namespaces = collection('platform.namespaces', ['Namespace'], read.namespace);
  const pods = collection('platform.pods', ['Pod'], read.pod);
  const services = collection('platform.services', ['Service'], read.service);
  const endpointSlices = collection('platform.endpointSlices', ['EndpointSlice'], read.endpointSlice);
  const workloads = collection('platform.workloads', workloadKinds, read.workload);
  const ingresses = collection('platform.ingresses', ['Ingress'], readIngress);
  const entries = snapshot.envoys.map((view) => ({ view, envoy: makeEnvoy(view, onRead) }));
  const gatewayObjects = (byKind.get(`${meshGroup}VirtualGateway`) ?? []).map(read.virtualGateway);
  const places = new Map(snapshot.objects.map((object) => [refKey(object.ref), object.place]));
  return {
    now: snapshot.takenAt,
    gateways: joinGateways(gatewayObjects, entries, snapshot.takenAt),
    envoys: entries.map(({ envoy }) => envoy),
    get meshes() {
      return meshes();
    },
    get virtualGateways() {
      return virtualGateways();
    },
    get gatewayRoutes() {
      return gatewayRoutes();
    },
    get virtualServices() {
      return virtualServices();
    },
    get virtualRouters() {
      return virtualRouters();
    },
    get virtualNodes() {
      return virtualNodes();
    },
    get backendGroups() {
      return backendGroups();
    },
    get namespaces() {
      return namespaces();
    },
    get pods() {
      return pods();
    },
    get services() {
      return services();
    },
    get endpointSlices() {
      return endpointSlices();
    },
    get workloads() {
      return workloads();
    },
    get ingresses() {
      return ingresses();
    },
    platform: makePlatform(collection),
    get rescueCopies() {
      onRead('rescue.copies');
      return snapshot.rescueCopies;
    },
    get cloudWatch() {
      onRead('aws.cloudWatch');
      return snapshot.cloudWatch;
    },
    get traces() {
      onRead('traces');
      return snapshot.traces;
    },
    get traffic() {
      onRead('logs');
      return snapshot.traffic;
    },
    completeness: (kind, namespace) => completeness(snapshot, kind, namespace),
    missing: (part) => missingPart(snapshot, byKind, part),
    place: (ref) => places.get(refKey(ref)) ?? null,
    snapshot,
  };
}

/** The lists of the last model, by part. */
const before = new Map<Part, readonly unknown[]>();

/** The list of the model before, where it holds the same: what was made of it still holds. */
function asBefore<T>(part: Part, items: readonly T[]): readonly T[] {
  const known = before.get(part);
  if (known?.length === items.length && items.every((item, at) => item === known[at])) return known as readonly T[];
  before.set(part, items);
  return items;
}

/** App Mesh kinds are keyed with their group, since other groups use the same names; platform kinds by name. */
function indexByKind(objects: readonly KubernetesObject[]): ReadonlyMap<string, readonly KubernetesObject[]> {
  const byKind = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    const { apiVersion, kind } = object.ref;
    const key = apiVersion.startsWith(meshGroup) ? `${meshGroup}${kind}` : kind;
    const list = byKind.get(key);
    if (list) list.push(object);
    else byKind.set(key, [object]);
  }
  return byKind;
}

/** The kinds of objects behind each part that is made of objects. */
export const kindsOfPart: Readonly<Record<string, readonly string[]>> = {
  'mesh.meshes': ['Mesh'],
  'mesh.virtualGateways': ['VirtualGateway'],
  'mesh.gatewayRoutes': ['GatewayRoute'],
  'mesh.virtualServices': ['VirtualService'],
  'mesh.virtualRouters': ['VirtualRouter'],
  'mesh.virtualNodes': ['VirtualNode'],
  'mesh.backendGroups': ['BackendGroup'],
  'platform.namespaces': ['Namespace'],
  'platform.pods': ['Pod'],
  'platform.services': ['Service'],
  'platform.endpointSlices': ['EndpointSlice'],
  'platform.workloads': [...workloadKinds],
  'platform.ingresses': ['Ingress'],
  ...platformKinds,
};

function missingPart(
  snapshot: Snapshot,
  byKind: ReadonlyMap<string, readonly KubernetesObject[]>,
  part: Part,
): Gap | null {
  const kinds = kindsOfPart[part];
  if (kinds) return missingKinds(snapshot, byKind, kinds, part.startsWith('mesh.') ? meshGroup : '');
  if (part === 'aws.cloudWatch' || part === 'rescue.copies' || part === 'logs' || part === 'traces')
    return notAsked(snapshot, part);
  const sections = snapshot.envoys.flatMap((view) => sectionOf(view, part) ?? []);
  if (sections.some(({ state }) => state !== 'not-read')) return null;
  const [unread] = sections;
  if (unread?.state === 'not-read') return unread.gap;
  return {
    missing: `what an Envoy says (${part.slice('envoy.'.length)})`,
    reason: 'no Envoy was read',
    remedy: 'name one with --admin URL, or give what its admin endpoint said with --config-dump, --stats …',
  };
}

function missingKinds(
  snapshot: Snapshot,
  byKind: ReadonlyMap<string, readonly KubernetesObject[]>,
  kinds: readonly string[],
  group: string,
): Gap | null {
  if (kinds.some((kind) => byKind.has(`${group}${kind}`))) return null;
  const [kind = ''] = kinds;
  const seen = completeness(snapshot, kind, '*');
  if (seen.complete) return null;
  return {
    missing: `${kind} objects`,
    reason: 'none was among what was read',
    remedy: 'give the manifests or an export of them with -f',
  };
}
