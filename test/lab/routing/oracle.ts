import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/lib/json.ts';
import { askAdmin, waitUntil } from '../admin.ts';
import { spawnToFiles, stopChild } from '../children.ts';
import type { Answer } from './answers.ts';
import { closed, type Exchanged, exchange, open } from './client-http1.ts';
import { exchangeHttp2, openSession } from './client-http2.ts';
import type { WireRequest } from './requests.ts';

/** A running Envoy with static listeners, to ask. */
export interface Oracle {
  readonly adminUrl: string;
  readonly ask: (port: number, requests: readonly WireRequest[]) => Promise<readonly Answer[]>;
  readonly stop: () => Promise<void>;
}

/** Starts Envoy with these listeners (Envoy's JSON), these clusters and one named `echo` that tells what it got; `more` of its bootstrap. */
export async function startOracle(
  binary: string,
  listeners: readonly JsonObject[],
  runtime: JsonObject = {},
  clusters: readonly JsonObject[] = [],
  more: JsonObject = {},
): Promise<Oracle> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-oracle-'));
  const echo = createServer((request, response) => {
    response.setHeader('x-path', request.url ?? '');
    response.setHeader('x-host', request.headers.host ?? '');
    const timeout = request.headers['x-envoy-expected-rq-timeout-ms'];
    if (timeout !== undefined) response.setHeader('x-timeout', timeout);
    response.end();
  });
  // Node closes what rests for 5 s: Envoy would answer 503 where it takes such a connection at that moment.
  echo.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const address = (port: number): JsonObject => ({ socket_address: { address: '127.0.0.1', port_value: port } });
  const endpoint = { endpoint: { address: address((echo.address() as AddressInfo).port) } };
  const bootstrap = {
    admin: { address: address(0) },
    layered_runtime: { layers: [{ name: 'flags', static_layer: runtime }] },
    ...more,
    static_resources: {
      listeners,
      clusters: [
        ...clusters,
        {
          name: 'echo',
          type: 'STATIC',
          connect_timeout: '5s',
          load_assignment: { cluster_name: 'echo', endpoints: [{ lb_endpoints: [endpoint] }] },
        },
      ],
    },
  };
  await writeFile(join(folder, 'bootstrap.json'), JSON.stringify(bootstrap));
  const args = [
    '-c',
    'bootstrap.json',
    '--use-dynamic-base-id',
    '--concurrency',
    '1',
    '--log-level',
    'error',
    '--admin-address-path',
    'admin.txt',
  ];
  const child = spawnToFiles({ binary, args, folder, stdout: 'out.log', stderr: 'envoy.log' });
  const stop = async (): Promise<void> => {
    await stopChild(child);
    echo.closeAllConnections();
    echo.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil('Envoy to be LIVE', async () => {
      if (child.exitCode !== null) return true;
      const admin = await readFile(join(folder, 'admin.txt'), 'utf8');
      return (await askAdmin(`http://${admin.trim()}`, '/ready')).status === 200;
    });
    if (child.exitCode !== null)
      throw new Error(`Envoy ended: ${(await readFile(join(folder, 'envoy.log'), 'utf8')).slice(0, 1500)}`);
  } catch (error) {
    await stop();
    throw error;
  }
  const adminUrl = `http://${(await readFile(join(folder, 'admin.txt'), 'utf8')).trim()}`;
  return { adminUrl, ask: (port, requests) => askAll(port, requests), stop };
}

const connections = 48;
/** New connections that must close without an answer before that is the answer. */
const surelyClosed = 2;

/** Sends every request: those that can share connections together, each connection one at a time in HTTP/1. */
async function askAll(port: number, requests: readonly WireRequest[]): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const groups = new Map<string, number[]>();
  for (const [at, { protocol, tls, sni }] of requests.entries()) {
    const key = JSON.stringify([protocol, tls, tls ? sni : null]);
    const group = groups.get(key);
    // In the full run a group has a hundred thousand.
    if (group) group.push(at);
    else groups.set(key, [at]);
  }
  for (const [key, places] of groups) {
    const work = key.startsWith('["http1"') ? askHttp1 : askHttp2;
    const share = Math.max(1, Math.min(connections, Math.floor(places.length / 4)));
    const queue = places.values();
    await Promise.all([...Array(share)].map(() => work(port, requests, queue, answers)));
  }
  return answers;
}

/** A direct_response resets a pipelined connection: each request waits for the answer before it. */
async function askHttp1(
  port: number,
  requests: readonly WireRequest[],
  places: Iterable<number>,
  answers: Answer[],
): Promise<void> {
  let socket: Socket | null = null;
  for (const at of places) {
    const request = requests[at];
    if (!request) continue;
    // One that closes says nothing of this request where it was kept, or a busy machine lost the answer: asked anew.
    for (let fresh = 0; answers[at] === undefined; ) {
      const kept: Socket | null = socket && !socket.destroyed && request.method !== 'CONNECT' ? socket : null;
      if (!kept) fresh += 1;
      const used: Socket | null = kept ?? (await open(port, request));
      const got: Exchanged | null = used ? await exchange(used, request).catch(() => null) : null;
      socket = got?.keep ? used : null;
      if (!got?.keep) used?.destroy();
      if (got) answers[at] = got.answer;
      else if (fresh >= surelyClosed) answers[at] = closed;
    }
  }
  socket?.destroy();
}

async function askHttp2(
  port: number,
  requests: readonly WireRequest[],
  places: Iterable<number>,
  answers: Answer[],
): Promise<void> {
  let session: ClientHttp2Session | null = null;
  for (const at of places) {
    const request = requests[at];
    if (!request) continue;
    for (let fresh = 0; answers[at] === undefined; ) {
      const kept: ClientHttp2Session | null = session && !session.destroyed && !session.closed ? session : null;
      if (!kept) fresh += 1;
      const used: ClientHttp2Session = kept ?? openSession(port, request);
      const got = await exchangeHttp2(used, request);
      session = got === closed ? null : used;
      if (got === closed) used.destroy();
      if (got !== closed || fresh >= surelyClosed) answers[at] = got;
    }
  }
  session?.destroy();
}
