import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeError } from '../collect/describe-error.ts';
import type { AdminTarget } from '../collect/envoy-admin/get.ts';
import { isAdminPath } from '../collect/envoy-admin/paths.ts';
import type { LiveRequest } from '../collect/kubernetes/request.ts';
import { envoysPath } from '../collect/kubernetes/via-agent.ts';
import { asList, asObject, asText } from '../lib/json.ts';
import type { AgentApi } from './api.ts';
import { parse } from './lease.ts';

/** What the proxy knows of the cluster. */
export interface ProxiedEnvoys {
  /** `NS/NAME` of the gateway pods whose Envoys may be asked. */
  readonly known: () => ReadonlySet<string>;
  /** The way to one of them; why not, in a person's words. */
  readonly wayTo: (key: string) => Promise<AdminTarget | string>;
}

/** Where `--via agent` is answered. */
export interface AdminProxy {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Listens on loopback alone: who comes there came by port-forward, and the API server asked who it is and whether it may. */
const host = '127.0.0.1';
const silentMs = 60_000;
const pagePath = /^\/envoy\/([a-z0-9.-]+\/[a-z0-9.-]+)(\/.*)$/;

/**
 * Asks Envoys for those who may not reach them: with GET, only pages of the fixed list, only of gateway pods that this agent
 * reads itself, and one at a time of each. Pages go through as they come and are not held.
 */
export async function serveAdminProxy(port: number, envoys: ProxiedEnvoys): Promise<AdminProxy> {
  const turns = new Map<string, Promise<void>>();
  const server = createServer((request, response) => {
    const answer = (status: number, text: string): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
    };
    if (request.method !== 'GET') return answer(405, 'only GET');
    const url = request.url ?? '';
    if (url === envoysPath) return answer(200, JSON.stringify([...envoys.known()]));
    const [, key = '', path = ''] = pagePath.exec(url) ?? [];
    if (!isAdminPath(path)) return answer(403, 'only pages that meshdoctor reads are asked for');
    if (!envoys.known().has(key)) return answer(404, `pod ${key} is no gateway pod that this agent reads`);
    const before = turns.get(key) ?? Promise.resolve();
    const mine = before.then(() => pass(envoys, key, path, response, answer));
    turns.set(key, mine);
    void mine.then(() => {
      if (turns.get(key) === mine) turns.delete(key);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Settles when the page has gone through, or whoever asked is gone. */
async function pass(
  { wayTo }: ProxiedEnvoys,
  key: string,
  path: string,
  response: ServerResponse,
  answer: (status: number, text: string) => void,
): Promise<void> {
  if (response.destroyed) return;
  const target = await wayTo(key);
  if (typeof target === 'string') return answer(502, target);
  const { host: hostname, port, agent } = target;
  const asked = { hostname, port, path, agent: agent ?? false, headers: { host: 'localhost' }, timeout: silentMs };
  await new Promise<void>((settle) => {
    const onward = ask(asked, (page: IncomingMessage) => {
      response.writeHead(page.statusCode ?? 502, { 'content-type': page.headers['content-type'] ?? 'text/plain' });
      page.pipe(response);
      page.once('error', () => response.destroy());
    });
    onward.on('timeout', () => onward.destroy(new Error(`no answer within ${silentMs / 1000} s`)));
    onward.on('error', (error) => (response.headersSent ? response.destroy() : answer(502, describeError(error))));
    response.once('close', () => {
      onward.destroy();
      settle();
    });
    onward.end();
  });
  agent?.destroy();
}

/** The way to a gateway pod (`NS/NAME`), by the address it has now; why there is none, in a person's words. */
export async function wayToPod(api: AgentApi, key: string, live: LiveRequest): Promise<AdminTarget | string> {
  const [namespace = '', name = ''] = key.split('/');
  const field = encodeURIComponent(`metadata.name=${name}`);
  const answer = await api.ask(`/api/v1/namespaces/${namespace}/pods?fieldSelector=${field}`);
  if (!answer.ok) return answer.reason;
  const [pod] = asList(parse(answer.text).items).map(asObject);
  if (!pod) return `the API server knows no pod ${key} (${answer.status})`;
  return api.wayTo({ namespace, name, ip: asText(asObject(pod.status).podIP) ?? null }, live);
}
