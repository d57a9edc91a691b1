import { noteRead } from '../../lib/reads.ts';
import type { Seen } from '../../snapshot/coverage.ts';
import type {
  BoundListener,
  Bootstrap,
  Certificate,
  ClusterConfig,
  ClusterEndpoints,
  ClusterHosts,
  EnvoyView,
  ListenerConfig,
  Ready,
  RouteConfig,
  Runtime,
  SecretState,
  ServerInfo,
  StatsReads,
} from '../../snapshot/envoy/view.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { Part } from '../parts.ts';
import { type NodeIdentity, parseNodeId } from './naming.ts';

/** An Envoy as rules see it: each section is read, and the reading recorded, at its accessor. */
export interface Envoy {
  readonly ref: ObjectRef;
  /** The folder of its documents: `envoy/0`. */
  readonly key: string;
  /** What people call it: the admin URL or the file. */
  readonly label: string;
  readonly nodeId: string;
  readonly nodeCluster: string;
  /** The App Mesh resource it serves; null for any other Envoy. */
  readonly identity: NodeIdentity | null;
  readonly serverInfo: Seen<ServerInfo>;
  readonly ready: Seen<Ready>;
  readonly listeners: Seen<readonly BoundListener[]>;
  readonly bootstrap: Seen<Bootstrap>;
  readonly listenerConfig: Seen<readonly ListenerConfig[]>;
  readonly routes: Seen<readonly RouteConfig[]>;
  readonly clusterConfig: Seen<readonly ClusterConfig[]>;
  readonly endpoints: Seen<readonly ClusterEndpoints[]>;
  readonly secrets: Seen<readonly SecretState[]>;
  readonly hosts: Seen<readonly ClusterHosts[]>;
  readonly stats: Seen<StatsReads>;
  readonly certs: Seen<readonly Certificate[]>;
  readonly runtime: Seen<Runtime>;
}

/** Wraps a view. */
export function makeEnvoy(view: EnvoyView): Envoy {
  const { nodeId, nodeCluster } = identify(view);
  const read = <T>(part: Part, seen: Seen<T>): Seen<T> => {
    noteRead(part);
    return seen;
  };
  return {
    ref: { apiVersion: '', kind: 'Envoy', namespace: null, name: nodeId || view.label },
    key: view.key,
    label: view.label,
    nodeId,
    nodeCluster,
    identity: parseNodeId(nodeId),
    get serverInfo() {
      return read('envoy.serverInfo', view.serverInfo);
    },
    get ready() {
      return read('envoy.ready', view.ready);
    },
    get listeners() {
      return read('envoy.listeners', view.listeners);
    },
    get bootstrap() {
      return read('envoy.bootstrap', view.bootstrap);
    },
    get listenerConfig() {
      return read('envoy.listenerConfig', view.listenerConfig);
    },
    get routes() {
      return read('envoy.routes', view.routes);
    },
    get clusterConfig() {
      return read('envoy.clusterConfig', view.clusterConfig);
    },
    get endpoints() {
      return read('envoy.endpoints', view.endpoints);
    },
    get secrets() {
      return read('envoy.secrets', view.secrets);
    },
    get hosts() {
      return read('envoy.hosts', view.hosts);
    },
    get stats() {
      return read('envoy.stats', view.stats);
    },
    get certs() {
      return read('envoy.certs', view.certs);
    },
    get runtime() {
      return read('envoy.runtime', view.runtime);
    },
  };
}

/** The sections of an Envoy, as views and Envoys hold them. */
type Sections = Omit<EnvoyView, 'key' | 'label' | 'pod' | 'bodies'>;

const sections: Readonly<Record<string, (envoy: Sections) => Seen<unknown>>> = {
  'envoy.serverInfo': ({ serverInfo }) => serverInfo,
  'envoy.ready': ({ ready }) => ready,
  'envoy.listeners': ({ listeners }) => listeners,
  'envoy.bootstrap': ({ bootstrap }) => bootstrap,
  'envoy.listenerConfig': ({ listenerConfig }) => listenerConfig,
  'envoy.routes': ({ routes }) => routes,
  'envoy.clusterConfig': ({ clusterConfig }) => clusterConfig,
  'envoy.endpoints': ({ endpoints }) => endpoints,
  'envoy.secrets': ({ secrets }) => secrets,
  'envoy.hosts': ({ hosts }) => hosts,
  'envoy.stats': ({ stats }) => stats,
  'envoy.certs': ({ certs }) => certs,
  'envoy.runtime': ({ runtime }) => runtime,
};

/** The section of an Envoy that a part names; null for parts that are none of an Envoy. */
export function sectionOf(envoy: Sections, part: Part): Seen<unknown> | null {
  return sections[part]?.(envoy) ?? null;
}

/** Evidence from an Envoy's document. */
export function envoyEvidence(
  source: Evidence['source'],
  place: { readonly document: string; readonly pointer: string },
  value: unknown,
  note?: string,
): Evidence {
  return {
    source,
    document: place.document,
    pointer: place.pointer,
    value,
    ...(note === undefined ? {} : { note }),
  };
}

function identify(view: EnvoyView): { readonly nodeId: string; readonly nodeCluster: string } {
  if (view.serverInfo.state !== 'not-read' && view.serverInfo.value.nodeId !== '') return view.serverInfo.value;
  if (view.bootstrap.state !== 'not-read') return view.bootstrap.value;
  return { nodeId: '', nodeCluster: '' };
}
