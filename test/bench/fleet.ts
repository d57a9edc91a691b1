import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asObject, type JsonObject } from '../../src/lib/json.ts';
import { askAdmin, waitUntil } from '../lab/admin.ts';
import { startControlPlane } from '../lab/control-plane.ts';
import { type Envoy, startEnvoy, waitForLive } from '../lab/envoy.ts';
import { envoyBinary, standInBinary } from '../lab/install/install.ts';
import { type ApiServer, startApiServer } from '../lab/kube/api-server.ts';
import { writeStatus } from '../lab/kube/apply.ts';
import { admitted, reconciled } from '../lab/kube/mesh-controller.ts';
import { addNode } from '../lab/kube/nodes.ts';
import { writeLog } from '../lab/kube/pod-files.ts';
import { startNetwork } from '../lab/network.ts';
import { largeConfig } from './large.ts';

/** Gateways with real Envoys, in a cluster with a real API server. */
export interface Fleet {
  readonly cluster: ApiServer;
  readonly envoys: readonly Envoy[];
  /** Adds a gateway: App Mesh's objects, a stand-in that serves them, an Envoy that runs them, and its pod. */
  readonly add: (namespace: string, routes: number) => Promise<Envoy>;
  /** Adds one whose Envoy has so many clusters, as many routes in two tables, and no control plane any more, and its pod. */
  readonly addLarge: (namespace: string, clusters: number) => Promise<Envoy>;
  readonly stop: () => Promise<void>;
}

/** The node that all pods run on. */
export const node = 'node-1';
const routesAService = 10;
const since = '2026-08-14T09:30:00Z';
const atOnce = 8;
/** One of 10,000 clusters takes half a minute, and longer on a busy machine. */
const LARGE_MS = 180_000;

/** Starts an API server without gateways. */
export async function startFleet(folder: string): Promise<Fleet> {
  const cluster = await startApiServer();
  const network = await startNetwork();
  const binaries = { envoy: await envoyBinary('1.40.0'), standIn: await standInBinary() };
  await addNode(cluster, node);
  const meshObject = mesh('Mesh', undefined, 'shop', { namespaceSelector: { matchLabels: { mesh: 'shop' } } });
  const shop = await create(cluster, admitted(meshObject, {}));
  await writeStatus(cluster.client, shop, statusOf(shop, [shop]));
  const envoys: Envoy[] = [];
  const ends: (() => Promise<void>)[] = [];
  const start = async (namespace: string, adsPort: number, more: object): Promise<Envoy> => {
    const home = join(folder, namespace, 'envoy');
    await mkdir(home, { recursive: true });
    const adminHost = network.gatewayAddress(envoys.length);
    const nodeId = `mesh/shop/virtualGateway/edge_${namespace}`;
    const { dns } = network;
    const envoy = await startEnvoy({ binary: binaries.envoy, folder: home, nodeId, adsPort, dns, adminHost, more });
    envoys.push(envoy);
    ends.unshift(envoy.stop);
    await addPod(cluster, namespace, adminHost);
    return envoy;
  };
  return {
    cluster,
    envoys,
    async add(namespace, routes) {
      const objects = gatewayObjects(namespace, routes);
      const manifests = join(folder, namespace, 'manifests');
      await mkdir(manifests, { recursive: true });
      const all = [meshObject, ...objects].map((one) => JSON.stringify(one));
      await writeFile(join(manifests, 'all.yaml'), `${all.join('\n---\n')}\n`);
      await store(cluster, shop, objects);
      const gateway = `${namespace}/edge`;
      const bindIp = network.gatewayAddress(envoys.length);
      const plane = await startControlPlane({ binary: binaries.standIn, manifests, gateway, bindIp });
      ends.push(plane.stop);
      const envoy = await start(namespace, plane.adsPort, {});
      await waitForLive(envoy);
      return envoy;
    },
    async addLarge(namespace, clusters) {
      await store(cluster, shop, gatewayObjects(namespace, 0));
      const home = join(folder, namespace);
      await mkdir(home, { recursive: true });
      const envoy = await start(namespace, 1, { dynamic_resources: await largeConfig(home, clusters, network) });
      await waitUntil('it to be LIVE', async () => (await askAdmin(envoy.adminUrl, '/ready')).status === 200, LARGE_MS);
      return envoy;
    },
    async stop() {
      for (const end of ends) await end();
      await network.stop();
      await cluster.stop();
    },
  };
}

const mesh = (kind: string, namespace: string | undefined, name: string, spec: object): JsonObject => ({
  apiVersion: 'appmesh.k8s.aws/v1beta2',
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec,
});

/** A gateway of this many routes, each ten to one service. */
function gatewayObjects(namespace: string, routes: number): readonly JsonObject[] {
  const labels = { mesh: 'shop', gateway: namespace };
  const services = Array.from({ length: Math.ceil(routes / routesAService) }, (_, at) => `service-${at}`);
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    mesh('VirtualGateway', namespace, 'edge', {
      namespaceSelector: { matchLabels: { gateway: namespace } },
      podSelector: { matchLabels: { app: 'edge' } },
      listeners: [{ portMapping: { port: 8088, protocol: 'http' } }],
      logging: { accessLog: { file: { path: '/dev/stdout' } } },
    }),
    ...services.flatMap((name) => [
      mesh('VirtualNode', namespace, name, {
        podSelector: { matchLabels: { app: name } },
        listeners: [{ portMapping: { port: 8080, protocol: 'http' } }],
        // Of the lab's own shop: a name that resolves.
        serviceDiscovery: { dns: { hostname: 'cart.shop.svc.cluster.local' } },
      }),
      mesh('VirtualService', namespace, name, {
        awsName: `${name}.${namespace}.svc.cluster.local`,
        provider: { virtualNode: { virtualNodeRef: { name } } },
      }),
    ]),
    ...Array.from({ length: routes }, (_, at) =>
      mesh('GatewayRoute', namespace, `route-${at}`, {
        httpRoute: {
          match: { prefix: `/team-${at % 50}/route-${at}/` },
          action: {
            target: { virtualService: { virtualServiceRef: { name: `service-${at % Math.max(1, services.length)}` } } },
          },
        },
      }),
    ),
  ];
}

async function create({ client }: ApiServer, object: JsonObject): Promise<JsonObject> {
  const path = (await client.pathOf(object)).replace(/\/[^/]+$/, '');
  return client.must(path, { method: 'POST', body: object });
}

function statusOf(object: JsonObject, all: readonly JsonObject[]): JsonObject {
  const made = reconciled(object, all, since);
  if ('trouble' in made) throw new Error(made.trouble);
  return made.status;
}

/** Writes them and what the controller makes of them. */
async function store(cluster: ApiServer, shop: JsonObject, objects: readonly JsonObject[]): Promise<void> {
  const known: JsonObject[] = [shop];
  const put = async (object: JsonObject): Promise<void> => {
    if (object.kind === 'Namespace') return void (await create(cluster, object));
    const gateway = known.find(({ kind }) => kind === 'VirtualGateway');
    const stored = await create(cluster, admitted(object, { mesh: shop, gateway }));
    const status = statusOf(stored, known);
    await writeStatus(cluster.client, stored, status);
    if (object.kind !== 'GatewayRoute') known.push({ ...stored, status });
  };
  const isRoute = ({ kind }: JsonObject): boolean => kind === 'GatewayRoute';
  for (const object of objects.filter((one) => !isRoute(one))) await put(object);
  const routes = objects.filter(isRoute);
  for (let from = 0; from < routes.length; from += atOnce)
    await Promise.all(routes.slice(from, from + atOnce).map(put));
}

async function addPod(cluster: ApiServer, namespace: string, podIP: string): Promise<void> {
  const container = { name: 'envoy', image: 'envoy', ports: [{ containerPort: 8088 }] };
  const pod = await create(cluster, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'edge-0', namespace, labels: { app: 'edge' } },
    spec: { nodeName: node, containers: [container] },
  });
  const conditions = [{ type: 'Ready', status: 'True' }];
  const containerStatuses = [
    {
      name: 'envoy',
      image: 'envoy',
      imageID: '',
      ready: true,
      restartCount: 0,
      state: { running: { startedAt: since } },
    },
  ];
  await writeStatus(cluster.client, pod, {
    phase: 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    conditions,
    containerStatuses,
  });
  const name = { namespace, pod: String(asObject(pod.metadata).name), container: 'envoy' };
  await writeLog(cluster.podsFolder, name, [{ time: new Date(), text: 'envoy is ready' }]);
}
