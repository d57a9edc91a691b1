import { noteRead } from '../lib/reads.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { type ObjectRef, type Place, refKey } from '../snapshot/object.ts';
import type { TrafficView } from '../snapshot/access-log/traffic-view.ts';
import type { CloudWatchView } from '../snapshot/cloudwatch.ts';
import type { RescueCopy } from '../snapshot/rescue-copy.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { TracesView } from '../snapshot/traces.ts';
import { collectionsOf, indexByKind, read } from './collections.ts';
import { type Envoy, makeEnvoy, sectionOf } from './envoy/envoy.ts';
import { type Gateway, joinGateways } from './gateway.ts';
import { type Completeness, completeness } from './inventory.ts';
import type {
  GatewayRoute,
  Mesh,
  MeshMember,
  VirtualGateway,
  VirtualNode,
  VirtualRouter,
  VirtualService,
} from './mesh/kinds.ts';
import { meshGroup, missingPart } from './missing.ts';
import { memberBehind, notingReads, textOfEnvoy, textOfGateway, textOfObjectsCoverage } from './noted.ts';
import type { Part } from './parts.ts';
import type { Ingress } from './platform/ingress.ts';
import { type EndpointSlice, type Pod, type Service, type Workload, workloadKinds } from './platform/kinds.ts';
import { makePlatform, type Platform } from './platform/platform.ts';
import type { Resource } from './resource.ts';

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
  /** The keys of objects that resolve references, and of which nothing is said (`--base`). */
  readonly standingBy: ReadonlySet<string>;
  /** Whether all objects of a kind in a namespace (`*`: everywhere) were seen. */
  readonly completeness: (kind: string, namespace: string) => Completeness;
  /** Whether anything of a part was seen: null, or what is missing. */
  readonly missing: (part: Part) => Gap | null;
  /** Where an object was read. */
  readonly place: (ref: ObjectRef) => Place | null;
  readonly snapshot: Snapshot;
  /** What stands behind a name that reading the model noted: where it is the same, or a list of the same, nothing of it changed. */
  readonly behind: (name: string) => unknown;
}

/** Builds the model of a snapshot. */
export function buildModel(snapshot: Snapshot): Model {
  const byKind = indexByKind(snapshot.objects);
  const behind = new Map<string, () => unknown>();
  const noted = notingReads(snapshot);
  const collection = collectionsOf(byKind, behind);
  const mesh = (kind: string): readonly string[] => [`${meshGroup}${kind}`];
  const meshes = collection('mesh.meshes', mesh('Mesh'), read.mesh);
  const virtualGateways = collection('mesh.virtualGateways', mesh('VirtualGateway'), read.virtualGateway);
  const gatewayRoutes = collection('mesh.gatewayRoutes', mesh('GatewayRoute'), read.gatewayRoute);
  const virtualServices = collection('mesh.virtualServices', mesh('VirtualService'), read.virtualService);
  const virtualRouters = collection('mesh.virtualRouters', mesh('VirtualRouter'), read.virtualRouter);
  const virtualNodes = collection('mesh.virtualNodes', mesh('VirtualNode'), read.virtualNode);
  const backendGroups = collection('mesh.backendGroups', mesh('BackendGroup'), read.backendGroup);
  const namespaces = collection('platform.namespaces', ['Namespace'], read.namespace);
  const pods = collection('platform.pods', ['Pod'], read.pod);
  const services = collection('platform.services', ['Service'], read.service);
  const endpointSlices = collection('platform.endpointSlices', ['EndpointSlice'], read.endpointSlice);
  const workloads = collection('platform.workloads', workloadKinds, read.workload);
  const ingresses = collection('platform.ingresses', ['Ingress'], read.ingress);
  const entries = snapshot.envoys.map((view) => ({ view, envoy: makeEnvoy(view) }));
  const gatewayObjects = (byKind.get(`${meshGroup}VirtualGateway`) ?? []).map(read.virtualGateway);
  const places = new Map(snapshot.objects.map((object) => [refKey(object.ref), object.place]));
  const standingBy = new Set(snapshot.objects.flatMap(({ ref, reported }) => (reported ? [] : [refKey(ref)])));
  const gateways = joinGateways(gatewayObjects, entries, snapshot.takenAt);
  const envoys = entries.map(({ envoy }) => envoy);
  const missing = (part: Part): Gap | null => missingPart(snapshot, byKind, part);
  behind.set('rescue.copies', () => snapshot.rescueCopies);
  behind.set('aws.cloudWatch', () => snapshot.cloudWatch);
  behind.set('traces', () => snapshot.traces);
  behind.set('logs', () => snapshot.traffic);
  behind.set('coverage of objects', () => textOfObjectsCoverage(snapshot));
  behind.set('standing by', () => [...standingBy]);
  behind.set('gateways', () => gateways.flatMap((gateway) => [gateway.object, textOfGateway(gateway)]));
  behind.set('envoys', () => envoys.map(textOfEnvoy));
  return {
    get now() {
      noteRead('snapshot takenAt');
      return snapshot.takenAt;
    },
    get gateways() {
      noteRead('gateways');
      return gateways;
    },
    get envoys() {
      noteRead('envoys');
      return envoys;
    },
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
      noteRead('rescue.copies');
      return snapshot.rescueCopies;
    },
    get cloudWatch() {
      noteRead('aws.cloudWatch');
      return snapshot.cloudWatch;
    },
    get traces() {
      noteRead('traces');
      return snapshot.traces;
    },
    get traffic() {
      noteRead('logs');
      return snapshot.traffic;
    },
    get standingBy() {
      noteRead('standing by');
      return standingBy;
    },
    completeness: (kind, namespace) => {
      noteRead('coverage of objects');
      return completeness(snapshot, kind, namespace);
    },
    missing: (part) => {
      noteRead(`missing ${part}`);
      return missing(part);
    },
    place: (ref) => {
      noteRead('snapshot objects');
      return places.get(refKey(ref)) ?? null;
    },
    snapshot: noted,
    behind: (name) => {
      const value = behind.get(name);
      if (value) return value();
      const [kind = '', field = ''] = name.split(' ');
      if (kind === 'missing') return JSON.stringify(missing(field as Part));
      if (kind === 'snapshot') return memberBehind(snapshot, field);
      // Of a name that nothing stands behind nobody can say that nothing changed.
      return name.startsWith('envoy.') ? snapshot.envoys.map((view) => sectionOf(view, name as Part)) : {};
    },
  };
}
