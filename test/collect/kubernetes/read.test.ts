import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { collect } from '../../../src/collect/collect.ts';
import { type Cluster, openCluster } from '../../../src/collect/kubernetes/cluster.ts';
import { listAll } from '../../../src/collect/kubernetes/list.ts';
import { readObjects } from '../../../src/collect/kubernetes/objects.ts';
import { currentContext, type KindMemory, type LiveRequest } from '../../../src/collect/kubernetes/request.ts';
import { emptyRequest } from '../../../src/collect/request.ts';
import { completeness } from '../../../src/model/inventory.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import { asObject } from '../../../src/lib/json.ts';
import {
  type FakeApiServer,
  type Fault,
  forbidden,
  onlyInNamespaces,
  sendStatus,
  type Stock,
  startFakeApiServer,
} from '../../support/api-server.ts';

let server: FakeApiServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const named = (name: string, namespace = 'shop', more: object = {}) => ({ metadata: { name, namespace, ...more } });
const pods = (count: number): Stock => ({
  resource: 'pods',
  items: Array.from({ length: count }, (_, index) => named(`pod-${index}`)),
});

async function read(
  stock: readonly Stock[],
  faults: Readonly<Record<string, Fault>> = {},
  live: Partial<LiveRequest> = {},
  more: { readonly served?: readonly string[]; readonly requestTimeoutMs?: number } = {},
) {
  server = await startFakeApiServer(stock, faults, more.served);
  const { snapshot } = await collect({
    ...emptyRequest,
    live: { ...currentContext, kubeconfig: server.kubeconfig, ...live },
    now: '2026-11-27T00:00:00Z',
    keep: true,
    requestTimeoutMs: more.requestTimeoutMs ?? 2000,
  });
  const source = snapshot.sources.find(({ name }) => name === 'cluster fake');
  const of = (kind: string) => snapshot.objects.filter(({ ref }) => ref.kind === kind);
  const gap = (missing: string) => snapshot.gaps.find((one) => one.missing === missing);
  return { snapshot, source, of, gap };
}

describe('listing', () => {
  it('reads page after page, and the whole of every kind is covered', async () => {
    const { of, snapshot, source } = await read([pods(1203)]);
    expect(of('Pod')).toHaveLength(1203);
    expect(of('Pod')[0]).toMatchObject({ ref: { apiVersion: 'v1', namespace: 'shop' }, cluster: 'fake' });
    expect(server?.asked.filter((line) => line.startsWith('GET /api/v1/pods'))).toEqual([
      'GET /api/v1/pods?limit=500',
      'GET /api/v1/pods?limit=500&continue=500',
      'GET /api/v1/pods?limit=500&continue=1000',
    ]);
    expect(snapshot.coverage.filter(({ state }) => state !== 'listed')).toEqual([]);
    expect(source).toMatchObject({ state: 'ok', detail: '1203 objects, namespace shop' });
  });

  it('never asks for Secrets or ConfigMaps, and only with GET', async () => {
    await read([]);
    expect(server?.asked.filter((line) => /secret|configmap/i.test(line) || !line.startsWith('GET '))).toEqual([]);
  });

  it('begins a list again that expired half-way, once', async () => {
    const expires: Fault = (request, response, nth) => {
      if (!request.url?.includes('continue') || nth > 2) return false;
      sendStatus(response, 410, 'Expired: too old resource version');
      return true;
    };
    const { of, gap } = await read([pods(700)], { pods: expires });
    expect(of('Pod')).toHaveLength(700);
    expect(gap('Pod objects')).toBeUndefined();
  });

  it('tells that it expired twice', async () => {
    const expires: Fault = (request, response) => {
      if (!request.url?.includes('continue')) return false;
      sendStatus(response, 410, 'Expired');
      return true;
    };
    const { of, gap, snapshot, source } = await read([pods(700)], { pods: expires });
    expect(of('Pod')).toHaveLength(500);
    expect(gap('Pod objects')?.reason).toContain('expired half-way (410), and again');
    expect(completeness(snapshot, 'Pod', 'shop').complete).toBe(false);
    expect(source).toMatchObject({ state: 'partial', trouble: 'part-unreadable' });
  });

  it.each([
    [429, { 'retry-after': '0' }],
    [503, {}],
    [500, {}],
  ])('is patient with a %s', async (code, headers) => {
    const busy: Fault = (_, response, nth) => {
      if (nth > 1) return false;
      sendStatus(response, code, 'storage is (re)initializing', headers);
      return true;
    };
    const { of, source } = await read([pods(3)], { pods: busy });
    expect(of('Pod')).toHaveLength(3);
    expect(source?.state).toBe('ok');
  });

  it('does not wait for a server that asks for an hour', async () => {
    const busy: Fault = (_, response) => {
      sendStatus(response, 429, 'too many requests', { 'retry-after': '3600' });
      return true;
    };
    const { gap } = await read([pods(3)], { pods: busy });
    expect(gap('Pod objects')?.reason).toBe(
      'list pods at cluster scope: the API server answered 429: too many requests',
    );
  });
});

describe('rights', () => {
  it('a refusal names the verb, the resource with its group, and what prints the Role', async () => {
    const { gap, source, snapshot } = await read([pods(1)], { 'gatewayroutes.appmesh.k8s.aws': forbidden });
    expect(gap('GatewayRoute objects in namespace shop')).toEqual({
      missing: 'GatewayRoute objects in namespace shop',
      reason: 'not allowed: list gatewayroutes.appmesh.k8s.aws in namespace shop',
      remedy: 'meshdoctor rights prints the Role that allows it',
    });
    expect(source?.state).toBe('partial');
    expect(source?.trouble).toBeUndefined();
    expect(completeness(snapshot, 'GatewayRoute', 'shop').complete).toBe(false);
  });

  it('falls back to the namespaces asked for: complete there, unknown elsewhere', async () => {
    const stock = [{ resource: 'services', items: [named('cart'), named('other', 'elsewhere')] }];
    const { of, snapshot, gap } = await read(stock, { services: onlyInNamespaces });
    expect(of('Service').map(({ ref }) => ref.name)).toEqual(['cart']);
    expect(completeness(snapshot, 'Service', 'shop').complete).toBe(true);
    expect(completeness(snapshot, 'Service', 'elsewhere').complete).toBe(false);
    expect(gap('Service objects outside namespace shop')?.reason).toContain('list services at cluster scope');
  });

  it('without the pods of the namespace nothing is known of its gateways', async () => {
    const { source } = await read([], { pods: forbidden });
    expect(source?.trouble).toBe('not-seen');
  });

  it('-n limits what is reported, not what is read', async () => {
    const stock = [{ resource: 'services', items: [named('cart'), named('other', 'elsewhere')] }];
    const { of } = await read(stock);
    expect(of('Service').map(({ ref, reported }) => [ref.name, reported])).toEqual([
      ['cart', true],
      ['other', false],
    ]);
    await server?.close();
    const all = await read(stock, {}, { allNamespaces: true });
    expect(all.of('Service').every(({ reported }) => reported)).toBe(true);
  });

  it('asks as another user', async () => {
    const heard: unknown[] = [];
    const listen: Fault = (request) => {
      heard.push(request.headers['impersonate-user'], request.headers.authorization);
      return false;
    };
    await read([], { pods: listen }, { as: 'jane' });
    expect(heard).toEqual(['jane', 'Bearer canary-token-value']);
  });
});

describe('a server in a bad state', () => {
  it('that serves no App Mesh kinds has none', async () => {
    const { snapshot, source } = await read([pods(1)], {}, {}, { served: [] });
    expect(source?.state).toBe('ok');
    expect(completeness(snapshot, 'GatewayRoute', 'shop').complete).toBe(true);
    expect(server?.asked.some((line) => line.includes('appmesh'))).toBe(false);
  });

  it('that takes an older version is asked for that', async () => {
    await read([], {}, {}, { served: ['karpenter.sh'] });
    expect(server?.asked).toContain('GET /apis/karpenter.sh/v1beta1/nodepools?limit=500');
  });

  it('that knows nobody is not seen', async () => {
    const unknown: Fault = (_, response) => {
      sendStatus(response, 401, 'Unauthorized');
      return true;
    };
    const { source, snapshot } = await read([pods(1)], { '*': unknown });
    expect(source).toMatchObject({ state: 'failed', trouble: 'not-seen' });
    expect(source?.detail).toContain('401');
    expect(snapshot.objects).toEqual([]);
  });

  it('that dies half-way leaves what was read, and says what was not', async () => {
    let left = 4;
    const dies: Fault = (request) => {
      left -= 1;
      if (left < 0) request.socket.destroy();
      return left < 0;
    };
    const { source, snapshot } = await read([pods(3), { resource: 'nodes', items: [named('a')] }], { '*': dies });
    expect(['part-unreadable', 'not-seen']).toContain(source?.trouble);
    expect(snapshot.gaps.length).toBeGreaterThan(15);
    expect(snapshot.coverage.filter(({ reason }) => reason.startsWith('listed')).length).toBe(3);
  });

  it('that stops in the middle of an answer', async () => {
    const stops: Fault = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"items":[');
      response.socket?.end();
      return true;
    };
    const { gap } = await read([], { pods: stops });
    expect(gap('Pod objects')?.reason).toContain('broke off');
  });

  it('that hangs, that is no API server', async () => {
    const hang = await read([], { pods: () => true }, {}, { requestTimeoutMs: 150 });
    expect(hang.gap('Pod objects')?.reason).toContain('no whole answer within 0.15 s');
    await server?.close();
    const html: Fault = (_, response) => {
      response.end('<html>hello</html>');
      return true;
    };
    const page = await read([], { '*': html });
    expect(page.source).toMatchObject({ state: 'failed', trouble: 'not-seen' });
  });

  it('a kubeconfig that is not there, or has no such context', async () => {
    const none = await collect({ ...emptyRequest, live: { ...currentContext, kubeconfig: '/none' } });
    expect(none.snapshot.sources).toMatchObject([{ state: 'failed', trouble: 'not-seen' }]);
    server = await startFakeApiServer([]);
    const live = { ...currentContext, kubeconfig: server.kubeconfig, contexts: ['prod'] };
    const other = await collect({ ...emptyRequest, live });
    expect(other.snapshot.sources[0]?.detail).toBe('the kubeconfig has no context prod (it has fake)');
  });
});

describe('what is kept', () => {
  const secret = 'hunter2-canary-0123456789';
  const stock: readonly Stock[] = [
    {
      resource: 'pods',
      items: [
        {
          metadata: {
            name: 'edge-1',
            namespace: 'shop',
            managedFields: [{ manager: 'kubectl' }],
            annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"password":"${secret}"}` },
          },
          spec: { containers: [{ name: 'app', env: [{ name: 'DB_PASSWORD', value: secret }] }] },
        },
      ],
    },
    {
      resource: 'gatewayroutes.appmesh.k8s.aws',
      items: [
        {
          metadata: { name: 'cart', namespace: 'shop', uid: 'u' },
          spec: {
            httpRoute: {
              match: { prefix: '/cart' },
              action: { target: { virtualService: { virtualServiceRef: { name: 'ghost' } } } },
            },
          },
        },
      ],
    },
  ];

  it('holds neither secrets nor managed fields', async () => {
    const { snapshot } = await read(stock);
    const everything = JSON.stringify([
      snapshot.objects,
      snapshot.documents.map(({ text }) => text()),
      snapshot.sources,
    ]);
    expect(everything).toContain('edge-1');
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain('canary-token-value');
    expect(everything).not.toContain('managedFields');
    expect(snapshot.redactions).toMatchObject({ 'environment variable': 1, 'last applied configuration': 1 });
  });

  it('holds when the spec of an App Mesh object, or of a Service, was written, and by whom', async () => {
    const time = '2026-11-20T08:00:00Z';
    const managedFields = [
      { manager: 'kubectl', operation: 'Apply', time, apiVersion: 'v1', fieldsV1: { 'f:spec': { 'f:httpRoute': {} } } },
      { manager: 'controller', operation: 'Update', time, subresource: 'status', fieldsV1: { 'f:status': {} } },
    ];
    const [, route] = stock;
    const items = [{ ...route?.items[0], metadata: { name: 'cart', namespace: 'shop', managedFields } }];
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop', managedFields } };
    const { snapshot } = await read([
      { resource: 'gatewayroutes.appmesh.k8s.aws', items },
      { resource: 'services', items: [service] },
    ]);
    const bodies = snapshot.objects.filter(({ ref }) => ref.name === 'cart').map(({ body }) => body);
    const kept = [{ manager: 'kubectl', operation: 'Apply', time, fieldsV1: { 'f:spec': {} } }];
    expect(bodies.map(({ metadata }) => asObject(metadata).managedFields)).toEqual([kept, kept]);
  });

  it('a bundle of a live diagnosis gives the same findings', async () => {
    server = await startFakeApiServer(stock);
    const live = { ...currentContext, kubeconfig: server.kubeconfig };
    const engine = makeEngine();
    await engine.collect({ ...emptyRequest, live, keep: true, now: '2026-11-27T00:00:00Z' });
    const first = await engine.diagnose({ rules: [], skip: [] });
    const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-bundle-'));
    const path = join(folder, 'live.tar.gz');
    await writeFile(path, await engine.bundle());
    await engine.collect({ ...emptyRequest, bundles: [path] });
    const second = await engine.diagnose({ rules: [], skip: [] });
    await rm(folder, { recursive: true });
    expect(first.findings.map(({ rule }) => rule)).toContain('target-service-missing');
    expect(first.findings[0]?.objects[0]).toMatchObject({ cluster: 'fake', file: null });
    expect(first.findings[0]?.evidence[0]?.source).toBe('kubernetes');
    expect(second.findings).toEqual(first.findings);
    expect(second.checks).toEqual(first.checks);
  });

  it('several contexts are read apart, and every object names its cluster', async () => {
    server = await startFakeApiServer(stock);
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: server.server } }],
      users: [{ name: 'u', user: {} }],
      contexts: ['prod', 'stage'].map((name) => ({ name, context: { cluster: 'c', user: 'u', namespace: 'shop' } })),
    });
    await writeFile(server.kubeconfig, text);
    const live = { ...currentContext, kubeconfig: server.kubeconfig, contexts: ['prod', 'stage'] };
    const engine = makeEngine();
    await engine.collect({ ...emptyRequest, live });
    const { findings, sources } = await engine.diagnose({ rules: ['target-service-missing'], skip: [] });
    expect(findings.map(({ objects }) => objects[0]?.cluster)).toEqual(['prod', 'stage']);
    expect(new Set(findings.map(({ id }) => id)).size).toBe(1);
    expect(sources.map(({ name }) => name)).toEqual(['cluster prod', 'cluster stage']);
  });
});

describe('lists that are kept', () => {
  const openFake = async (): Promise<Cluster> => {
    server = await startFakeApiServer([pods(2), { resource: 'services', items: [named('edge')] }]);
    const cluster = await openCluster({
      ...{ kubeconfig: server.kubeconfig, context: null, as: null },
      ...{ requestTimeoutMs: 2_000, signal: new AbortController().signal },
    });
    if (typeof cluster === 'string') throw new Error(cluster);
    return cluster;
  };

  it('give the very same objects while their marks hold, and others once one moved', async () => {
    const cluster = await openFake();
    const kinds = new Map<string, KindMemory>();
    const marks = new Map<string, object>();
    const list: typeof listAll = async (from, path, signal) => {
      const listing = await listAll(from, path, signal);
      const mark = marks.get(path) ?? {};
      marks.set(path, mark);
      return { ...listing, mark };
    };
    const look = async (readAt: string) => {
      const { objects, documents } = await readObjects(cluster, {
        ...{ namespaces: null, keep: false, readAt, list, kinds },
        signal: new AbortController().signal,
      });
      const of = (kind: string) => objects.filter(({ ref }) => ref.kind === kind);
      return { pods: of('Pod'), services: of('Service'), readAt: documents.map((one) => one.readAt) };
    };
    const first = await look('2026-11-27T00:00:00Z');
    const second = await look('2026-11-27T00:01:00Z');
    expect(first.pods).toHaveLength(2);
    expect(second.pods.every((pod, at) => pod === first.pods[at])).toBe(true);
    expect(new Set(second.readAt)).toEqual(new Set(['2026-11-27T00:01:00Z']));
    marks.set('/api/v1/pods', {});
    const third = await look('2026-11-27T00:02:00Z');
    expect(third.pods).toEqual(first.pods);
    expect(third.pods.some((pod, at) => pod === first.pods[at])).toBe(false);
    expect(third.services[0]).toBe(first.services[0]);
    cluster.close();
  });
});
