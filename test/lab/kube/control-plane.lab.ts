import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import { waitUntil } from '../admin.ts';
import { type Lab, startStory } from '../story.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { apply, applyWithStatus, nameOf, remove, tryApply, writeStatus } from './apply.ts';
import { addEvent } from './events.ts';
import { getThroughApiServer } from './forward.ts';
import { addNode } from './nodes.ts';
import { followOutput, writeLog, writePorts } from './pod-files.ts';
import { addUser } from './users.ts';

/** A machine that never built it needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;
const appMesh = 'appmesh.k8s.aws/v1beta2';

const pod = (name: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: 'edge' } },
  spec: { nodeName: 'node-1', containers: [{ name: 'envoy', image: 'envoy:1' }] },
  status: { phase: 'Running', podIP: '10.244.1.10', conditions: [{ type: 'Ready', status: 'True' }] },
});

const route = (spec: JsonObject, name = 'cart'): JsonObject => ({
  apiVersion: appMesh,
  kind: 'GatewayRoute',
  metadata: { name, namespace: 'shop' },
  spec,
});

const toCart = { target: { virtualService: { virtualServiceRef: { name: 'cart' } } } };
const cartRoute = route({ httpRoute: { match: { prefix: '/cart' }, action: toCart } });

let cluster: ApiServer;
beforeAll(async () => {
  cluster = await startApiServer();
  await apply(cluster.client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await apply(cluster.client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
  await addNode(cluster, 'node-1');
}, BUILD_MS);
afterAll(() => cluster?.stop());

describe('the App Mesh kinds', () => {
  it('are served, all seven', async () => {
    const { resources } = await cluster.client.must(`/apis/${appMesh}`);
    const kinds = asList(resources).map((resource) => asObject(resource).kind);
    expect([...new Set(kinds)].sort()).toEqual(
      'BackendGroup GatewayRoute Mesh VirtualGateway VirtualNode VirtualRouter VirtualService'.split(' '),
    );
  });

  it('refuse what the schema refuses, and say where', async () => {
    const { status, body } = await tryApply(
      cluster.client,
      route({ priority: 1001, httpRoute: { match: { port: 80 }, action: { target: {} } } }, 'bad'),
    );
    expect(status).toBe(422);
    expect(asObject(body).message).toContain('spec.priority');
    expect(asObject(body).message).toContain('spec.httpRoute.action.target.virtualService');
  });

  it('keep a status apart from the spec', async () => {
    await apply(cluster.client, { ...cartRoute, status: { ignored: true } });
    const active = { conditions: [{ type: 'GatewayRouteActive', status: 'True' }], observedGeneration: 1 };
    const stored = await writeStatus(cluster.client, cartRoute, active);
    expect(stored.status).toEqual(active);
    expect(asObject(stored.metadata).generation).toBe(1);
    const changed = await apply(cluster.client, route({ httpRoute: { match: { prefix: '/c' }, action: toCart } }));
    expect(changed.status).toEqual(active);
    expect(asObject(changed.metadata).generation).toBe(2);
  });

  it('can be asked by namespace, and deleted', async () => {
    const count = async (namespace: string): Promise<number> => {
      const { items } = await cluster.client.must(`/apis/${appMesh}/namespaces/${namespace}/gatewayroutes`);
      return asList(items).length;
    };
    await apply(cluster.client, route({ httpRoute: { match: { prefix: '/gone' }, action: toCart } }, 'gone'));
    const before = await count('shop');
    await remove(cluster.client, route({}, 'gone'));
    expect(await count('shop')).toBe(before - 1);
    expect(await count('other')).toBe(0);
  });
});

describe('rights', () => {
  it('let a user do what its Role names, in its namespace, and nothing else', async () => {
    const user = await addUser(cluster, {
      name: 'viewer',
      within: 'shop',
      rules: [{ apiGroups: ['appmesh.k8s.aws'], resources: ['gatewayroutes'], verbs: ['list'] }],
    });
    const list = (path: string) => user.client.call(`/apis/${appMesh}/${path}`);
    expect((await list('namespaces/shop/gatewayroutes')).status).toBe(200);
    const everywhere = await list('gatewayroutes');
    expect(everywhere.status).toBe(403);
    expect(asObject(everywhere.body).message).toBe(
      `gatewayroutes.appmesh.k8s.aws is forbidden: User "${user.name}" cannot list resource "gatewayroutes" ` +
        'in API group "appmesh.k8s.aws" at the cluster scope',
    );
    expect((await list('namespaces/shop/virtualnodes')).status).toBe(403);
    user.client.close();
  });

  it('leave their trace in the audit log: who, which verb, on what, and the answer', async () => {
    const seen = async () => (await cluster.audit()).filter(({ user }) => user.endsWith(':viewer'));
    await waitUntil('the audit log to hold three requests', async () => (await seen()).length >= 3);
    expect(await seen()).toEqual([
      expect.objectContaining({ verb: 'list', resource: 'gatewayroutes', namespace: 'shop', status: 200 }),
      expect.objectContaining({ verb: 'list', resource: 'gatewayroutes', namespace: undefined, status: 403 }),
      expect.objectContaining({ verb: 'list', resource: 'virtualnodes', namespace: 'shop', status: 403 }),
    ]);
  });
});

describe('events', () => {
  it('are found by what they are about', async () => {
    const stored = await apply(cluster.client, cartRoute);
    const message = 'virtualService is not active yet';
    await addEvent(cluster.client, stored, { reason: 'ReconcileError', message, component: 'GatewayRoute', count: 11 });
    const selector = encodeURIComponent('involvedObject.kind=GatewayRoute,involvedObject.name=cart');
    const { items } = await cluster.client.must(`/api/v1/namespaces/shop/events?fieldSelector=${selector}`);
    expect(asList(items)).toMatchObject([{ reason: 'ReconcileError', message, count: 11, type: 'Warning' }]);
  });
});

describe('logs of a container', () => {
  const name = { namespace: 'shop', pod: 'edge-1', container: 'envoy' };
  const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 10, 0, second));
  const read = async (query: string) => cluster.client.call(`/api/v1/namespaces/shop/pods/edge-1/log${query}`);

  beforeAll(async () => {
    await applyWithStatus(cluster.client, pod('edge-1'));
    const lines = [1, 2, 3].map((second) => ({ time: at(second), text: `line ${second}` }));
    await writeLog(cluster.podsFolder, name, [...lines, { time: at(4), text: 'complaint', stream: 'stderr' }]);
    await writeLog(cluster.podsFolder, name, [{ time: at(0), text: 'the run before' }], true);
  });

  it.each([
    ['', 'line 1\nline 2\nline 3\ncomplaint\n'],
    ['?tailLines=2', 'line 3\ncomplaint\n'],
    ['?tailLines=0', ''],
    ['?limitBytes=9', 'line 1\nli'],
    ['?sinceTime=2026-01-05T10:00:03Z', 'line 3\ncomplaint\n'],
    ['?sinceSeconds=1', ''],
    ['?tailLines=1&timestamps=true', '2026-01-05T10:00:04.000000000Z complaint\n'],
    ['?previous=true', 'the run before\n'],
    ['?container=envoy&tailLines=1', 'complaint\n'],
  ])('%s', async (query, expected) => {
    expect(await read(query)).toEqual({ status: 200, body: expected });
  });

  it('are refused in the words of a kubelet where there are none', async () => {
    await applyWithStatus(cluster.client, pod('edge-new'));
    const path = '/api/v1/namespaces/shop/pods/edge-new/log';
    const waiting = await cluster.client.call(path);
    expect(waiting.status).toBe(400);
    expect(asObject(waiting.body).message).toContain('is waiting to start: ContainerCreating');
    expect(asObject((await cluster.client.call(`${path}?previous=true`)).body).message).toContain(
      'previous terminated container "envoy" in pod "edge-new" not found',
    );
  });

  it('follow what a process writes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-output-'));
    const path = join(folder, 'stdout');
    await writeFile(path, '[2026-11-27T09:00:00.500Z] "GET /old"\n');
    const following = await followOutput(cluster.podsFolder, { ...name, pod: 'edge-new' }, [
      { path, stream: 'stdout' },
    ]);
    const text = async () =>
      String((await cluster.client.call('/api/v1/namespaces/shop/pods/edge-new/log?timestamps=true')).body);
    expect(await text()).toMatch(/^2026-11-27T09:00:00\.500000000Z \[2026-11-27T09:00:00\.500Z\] "GET \/old"\n$/);
    await writeFile(path, '"GET /new"\n', { flag: 'a' });
    await waitUntil('the new line', async () => (await text()).endsWith('Z "GET /new"\n'));
    await following.stop();
    await rm(folder, { recursive: true });
  });
});

describe('port-forward', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startStory('healthy', { envoyVersion: '1.40.0' });
    await applyWithStatus(cluster.client, pod('edge-2'));
    const [admin = ''] = lab.adminUrls;
    await writePorts(cluster.podsFolder, { namespace: 'shop', pod: 'edge-2' }, { 9901: new URL(admin).host });
  });
  afterAll(() => lab?.stop());

  const ask = (port: number, path: string) =>
    getThroughApiServer(cluster.kubeconfig, { namespace: 'shop', pod: 'edge-2', port }, path);

  it("reaches a real Envoy's admin through the API server", async () => {
    expect(await ask(9901, '/ready')).toMatch(/^HTTP\/1.1 200 OK.*LIVE/s);
    const dump = await ask(9901, '/config_dump');
    expect(dump.length).toBeGreaterThan(50_000);
    expect(dump).toContain('rds_ingress_http_8088');
  });

  it('tells when nothing listens there', async () => {
    expect(await ask(9902, '/ready')).toContain('failed to connect to localhost:9902 inside namespace');
  });
});

describe('age', () => {
  it('of objects can be set, for kinds of CRDs and of Kubernetes itself; new ones are new', async () => {
    const watch = await cluster.client.must(`/apis/${appMesh}/gatewayroutes`);
    await cluster.age('2026-01-05T10:00:00Z');
    const born = async (object: JsonObject) =>
      asObject((await cluster.client.must(await cluster.client.pathOf(object))).metadata).creationTimestamp;
    for (const object of [
      cartRoute,
      pod('edge-1'),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    ]) {
      expect(await born(object)).toBe('2026-01-05T10:00:00Z');
    }
    const { items, metadata } = await cluster.client.must(`/apis/${appMesh}/gatewayroutes`);
    const [route] = asList(items).map(asObject);
    expect(asList(asObject(route?.metadata).managedFields)).toEqual(
      expect.arrayContaining([expect.objectContaining({ manager: 'kubectl', time: '2026-01-05T10:00:00Z' })]),
    );
    expect(Number(asObject(metadata).resourceVersion)).toBeGreaterThan(
      Number(asObject(watch.metadata).resourceVersion),
    );
    await apply(cluster.client, { ...cartRoute, metadata: { ...asObject(cartRoute.metadata), name: 'new' } });
    expect(String(await born({ ...cartRoute, metadata: { name: 'new', namespace: 'shop' } })) > '2026-02').toBe(true);
  });
});

describe('a starter', () => {
  it.each(['is killed', 'exits'])('that %s without a stop takes its control plane with it', async (how) => {
    const part = fileURLToPath(new URL('./api-server.ts', import.meta.url));
    const program = `import(${JSON.stringify(part)}).then((part) => part.startApiServer({ crds: false })).then((one) => {
      console.log(one.server + ' ' + one.folder);
      process.stdin.once('data', () => process.exit());
    })`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [said] = await once(child.stdout, 'data');
    const [server = '', folder = ''] = String(said).trim().split(' ');
    const answers = () =>
      new Promise<boolean>((resolve) => {
        const socket = connectTo(Number(new URL(server).port), '127.0.0.1', () => resolve(socket.destroy().destroyed));
        socket.once('error', () => resolve(false));
      });
    expect(await answers()).toBe(true);
    if (how === 'exits') child.stdin.write('now');
    else child.kill('SIGKILL');
    await waitUntil('the control plane to be gone', async () => !(await answers()));
    await rm(folder, { recursive: true, force: true });
  });
});

describe('two labs', () => {
  it('run side by side, and know nothing of each other', async () => {
    const second = await startApiServer({ crds: false });
    try {
      expect(second.server).not.toBe(cluster.server);
      const { items } = await second.client.must('/api/v1/namespaces');
      expect(asList(items).map((item) => nameOf(asObject(item)))).not.toContain('shop');
      expect((await second.client.call(`/apis/${appMesh}/gatewayroutes`)).status).toBe(404);
      expect((await cluster.client.call(`/apis/${appMesh}/gatewayroutes`)).status).toBe(200);
    } finally {
      await second.stop();
    }
  });
});
