import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import type { Lab } from '../story.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { apply, nameOf, namespaceOf, writeStatus } from './apply.ts';
import { addEvent } from './events.ts';
import { admitted, injected, reconciled } from './mesh-controller.ts';
import { addNode } from './nodes.ts';
import { followOutput, writeLog, writePorts } from './pod-files.ts';
import { addEndpoints, rollOut } from './workloads.ts';

/** The whole cluster that a story's gateway would live in. */
export interface ShopCluster extends ApiServer {
  /** The names of the gateway's pods, in the order of the lab's Envoys. */
  readonly gatewayPods: readonly string[];
  /** The names of its nodes. */
  readonly nodes: readonly string[];
  /** Looks again where the Envoys' admins are: a restarted one listens elsewhere. */
  readonly refreshPorts: () => Promise<void>;
}

const nodes = ['ip-10-0-1-17.eu-west-1.compute.internal', 'ip-10-0-2-42.eu-west-1.compute.internal'];
const system = fileURLToPath(new URL('./manifests', import.meta.url));
/** The pods have run since before App Mesh ended (2026-09-30), as those of its last gateways have. */
const startedAt = '2026-08-14T09:30:00Z';
const adminPort = 9901;

/** Starts an API server and writes all of it: what stands in the manifests, and what controllers make of that. */
export async function startShopCluster(lab: Lab): Promise<ShopCluster> {
  const server = await startApiServer();
  const ends: { readonly stop: () => Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(ends.map((one) => one.stop()));
    await server.stop();
  };
  try {
    const objects = [...(await readObjects(lab.manifests)), ...(await readObjects(system))];
    const of = (...kinds: readonly string[]) => objects.filter(({ kind }) => kinds.includes(String(kind)));
    await Promise.all(nodes.map((node, at) => addNode(server, node, `eu-west-1${'ab'[at] ?? 'a'}`)));
    await Promise.all(of('Namespace').map((one) => apply(server.client, one)));
    const services = await addServices(server, of('Service'), lab);
    const gateway = await addMeshObjects(server, objects.filter(isMesh));
    const how = (at: number) => ({ network: `10.244.${at + 1}.`, nodes, startedAt });
    const rolledOut = of('Deployment').map((one, at) =>
      isGateway(one, gateway)
        ? rollOut(server.client, scaled(one, lab), { ...how(at), admit: (template) => injected(template, gateway) })
        : rollOut(server.client, one, how(at)),
    );
    const pods = (await Promise.all(rolledOut)).flat();
    await Promise.all(services.map((service) => addEndpoints(server.client, service, pods)));
    // Last: from here on it refuses every new pod of the shop, for nothing answers it.
    await Promise.all(of('MutatingWebhookConfiguration').map((one) => apply(server.client, one)));
    await server.age(startedAt);
    const ours = pods.filter((pod) => isGateway(pod, gateway));
    const refreshPorts = async (): Promise<void> => {
      await Promise.all(ours.map((pod, at) => writePorts(server.podsFolder, placeOf(pod), gatewayPorts(lab, at))));
    };
    await refreshPorts();
    ends.push(...(await Promise.all(ours.map((pod, at) => followGateway(server, lab, pod, at)))));
    await Promise.all(pods.filter((pod) => !ours.includes(pod)).map((pod) => addTargetFiles(server, lab, pod)));
    return { ...server, gatewayPods: ours.map(nameOf), nodes, refreshPorts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readObjects(folder: string): Promise<readonly JsonObject[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => asObject(document.toJS())));
}

function isMesh({ apiVersion }: JsonObject): boolean {
  return String(apiVersion).startsWith('appmesh.k8s.aws/');
}

async function addServices(
  server: ApiServer,
  services: readonly JsonObject[],
  lab: Lab,
): Promise<readonly JsonObject[]> {
  const stored: JsonObject[] = [];
  // Those first whose address is fixed, so that none of the others is given it.
  const fixed = (one: JsonObject): string | undefined => lab.serviceAddress(nameOf(one));
  for (const one of [...services].sort((left, right) => Number(!fixed(left)) - Number(!fixed(right)))) {
    const spec: JsonObject = { ...asObject(one.spec), ...(fixed(one) === undefined ? {} : { clusterIP: fixed(one) }) };
    const service = await apply(server.client, { ...one, spec });
    stored.push(service);
    if (spec.type !== 'LoadBalancer') continue;
    const hostname = `${nameOf(one)}-0123456789abcdef.elb.eu-west-1.amazonaws.com`;
    await writeStatus(server.client, one, { loadBalancer: { ingress: [{ hostname }] } });
  }
  return stored;
}

/** Writes the mesh, its gateway, and all else with what webhook and controller add; returns the stored gateway. */
async function addMeshObjects(server: ApiServer, objects: readonly JsonObject[]): Promise<JsonObject> {
  const { client } = server;
  const of = (kind: string): JsonObject => asObject(objects.find((one) => one.kind === kind));
  const mesh = await apply(client, admitted(of('Mesh'), {}));
  const gateway = await apply(client, admitted(of('VirtualGateway'), { mesh }));
  const rest = objects.filter(({ kind }) => kind !== 'Mesh' && kind !== 'VirtualGateway');
  const members = await Promise.all(rest.map((one) => apply(client, admitted(one, { mesh, gateway }))));
  const stored = [mesh, gateway, ...members];
  await Promise.all(
    stored.map(async (one) => {
      const made = reconciled(one, stored, startedAt);
      if ('status' in made) return writeStatus(client, one, made.status);
      const said = { reason: 'ReconcileError', message: made.trouble, component: String(one.kind), count: 11 };
      return addEvent(client, one, said);
    }),
  );
  return gateway;
}

function isGateway(workload: JsonObject, gateway: JsonObject): boolean {
  const own = asObject(asObject(asObject(workload.spec).template).metadata);
  const labels = { ...asObject(own.labels), ...asObject(asObject(workload.metadata).labels) };
  const selector = Object.entries(asObject(asObject(asObject(gateway.spec).podSelector).matchLabels));
  const selected = selector.every(([key, value]) => labels[key] === value);
  return namespaceOf(workload) === namespaceOf(gateway) && selector.length > 0 && selected;
}

/** The Deployment with as many pods as the lab has Envoys. */
function scaled(deployment: JsonObject, lab: Lab): JsonObject {
  return { ...deployment, spec: { ...asObject(deployment.spec), replicas: lab.adminUrls.length } };
}

const placeOf = (pod: JsonObject) => ({ namespace: namespaceOf(pod), pod: nameOf(pod) });

function gatewayPorts(lab: Lab, at: number): Readonly<Record<number, string>> {
  const [admin = '', listener = ''] = [lab.adminUrls[at], lab.gatewayUrls[at]];
  if (admin.startsWith('unix:'))
    throw new Error('A pod port leads to a TCP address: start the lab without adminSocket.');
  return { [adminPort]: new URL(admin).host, 8088: new URL(listener).host };
}

function followGateway({ podsFolder }: ApiServer, lab: Lab, pod: JsonObject, at: number) {
  return followOutput(podsFolder, { ...placeOf(pod), container: 'envoy' }, [
    { path: lab.accessLogs[at] ?? '', stream: 'stdout' },
    { path: lab.envoyLogs[at] ?? '', stream: 'stderr' },
  ]);
}

async function addTargetFiles({ podsFolder }: ApiServer, lab: Lab, pod: JsonObject): Promise<void> {
  const containers = asList(asObject(pod.spec).containers).map(asObject);
  for (const { name } of containers) {
    const line = { time: new Date(startedAt), text: `${name} is ready` };
    await writeLog(podsFolder, { ...placeOf(pod), container: String(name) }, [line]);
  }
  const service = asObject(asObject(pod.metadata).labels);
  const address = lab.serviceAddress([service.app, service.version].filter((part) => part !== undefined).join('-'));
  if (address !== undefined) await writePorts(podsFolder, placeOf(pod), { 8080: `${address}:8080` });
}
