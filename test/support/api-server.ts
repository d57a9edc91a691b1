import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Answers a list request in place of the server; returns false to let it answer as usual. */
export type Fault = (request: IncomingMessage, response: ServerResponse, nth: number) => boolean;

/** Objects of one kind: their resource, and the API version they are listed under. */
export interface Stock {
  /** `pods`, `gatewayroutes.appmesh.k8s.aws` */
  readonly resource: string;
  readonly items: readonly object[];
}

/** A server that speaks an API server's JSON, so that faults can be planted that a real one has only on bad days. */
export interface FakeApiServer {
  readonly server: string;
  readonly kubeconfig: string;
  /** `GET /api/v1/pods?limit=500` */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

const versions: Readonly<Record<string, string>> = {
  'appmesh.k8s.aws': 'v1beta2',
  autoscaling: 'v2',
  'karpenter.sh': 'v1beta1',
};
const builtIn = [
  'apps',
  'autoscaling',
  'policy',
  'discovery.k8s.io',
  'networking.k8s.io',
  'admissionregistration.k8s.io',
];

/** Starts one; `served` are the groups beyond Kubernetes' own, `faults` are looked up by resource. */
export async function startFakeApiServer(
  stock: readonly Stock[],
  faults: Readonly<Record<string, Fault>> = {},
  served: readonly string[] = ['appmesh.k8s.aws'],
): Promise<FakeApiServer> {
  const asked: string[] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? '', 'http://localhost');
    const resource = resourceOf(url.pathname);
    const nth = (counts.get(resource) ?? 0) + 1;
    counts.set(resource, nth);
    if (faults[resource]?.(request, response, nth) || faults['*']?.(request, response, nth)) return;
    if (url.pathname === '/apis') return send(response, 200, groups([...builtIn, ...served]));
    const group = resource.includes('.') ? resource.slice(resource.indexOf('.') + 1) : '';
    if (group !== '' && ![...builtIn, ...served].includes(group)) return sendStatus(response, 404, 'not found');
    const items = stock.find((one) => one.resource === resource)?.items ?? [];
    sendPage(response, url, items);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-api-'));
  const kubeconfig = join(folder, 'config');
  const { port } = server.address() as AddressInfo;
  await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(`http://127.0.0.1:${port}`)));
  return {
    server: `http://127.0.0.1:${port}`,
    kubeconfig,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** A refusal in the API server's words. */
export const forbidden: Fault = (request, response) => {
  sendStatus(response, 403, `User "viewer" cannot list ${request.url}`);
  return true;
};

/** Refused at cluster scope, answered inside namespaces. */
export const onlyInNamespaces: Fault = (request, response, nth) =>
  request.url?.includes('/namespaces/') ? false : forbidden(request, response, nth);

/** Answers with a Status. */
export function sendStatus(
  response: ServerResponse,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }));
}

function sendPage(response: ServerResponse, url: URL, items: readonly object[]): void {
  const limit = Number(url.searchParams.get('limit') ?? items.length);
  const from = Number(url.searchParams.get('continue') ?? 0);
  const within = /\/namespaces\/([^/]+)\//.exec(url.pathname)?.[1];
  const mine = items.filter((item) => within === undefined || namespaceOf(item) === within);
  const next = from + limit < mine.length ? String(from + limit) : '';
  send(response, 200, { kind: 'List', metadata: { continue: next }, items: mine.slice(from, from + limit) });
}

function namespaceOf(item: object): unknown {
  return 'metadata' in item && typeof item.metadata === 'object' && item.metadata !== null
    ? (item.metadata as Record<string, unknown>).namespace
    : undefined;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function groups(names: readonly string[]): unknown {
  return {
    kind: 'APIGroupList',
    groups: names.map((name) => ({ name, versions: [{ version: versions[name] ?? 'v1' }] })),
  };
}

function resourceOf(path: string): string {
  const core = /^\/api\/v1\/(?:namespaces\/[^/]+\/)?([a-z]+)$/.exec(path);
  if (core) return core[1] ?? '';
  const match = /^\/apis\/([^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/)?([a-z]+)$/.exec(path);
  return match ? `${match[2]}.${match[1]}` : path;
}

function kubeconfigFor(server: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fake', cluster: { server } }],
    users: [{ name: 'viewer', user: { token: 'canary-token-value' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'viewer', namespace: 'shop' } }],
    'current-context': 'fake',
  };
}
