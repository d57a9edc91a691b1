import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/lib/json.ts';
import { askAdmin, waitUntil } from '../admin.ts';
import { spawnToFiles, stopChild } from '../children.ts';
import type { WireRequest } from './requests.ts';

/** What a real Envoy answered. */
export interface Answer {
  readonly status: number;
  readonly grpcStatus: number | null;
  /** `host/index` of the route, where one answered. */
  readonly verdict: string | null;
  readonly location: string | null;
  /** What the upstream got. */
  readonly path: string | null;
  readonly host: string | null;
}

/** A running Envoy with static listeners, to ask. */
export interface Oracle {
  readonly ask: (port: number, requests: readonly WireRequest[]) => Promise<readonly Answer[]>;
  readonly stop: () => Promise<void>;
}

/** A port nobody uses now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    [...Array(count)].map(
      () =>
        new Promise<ReturnType<typeof createTcp>>((resolve) => {
          const server = createTcp().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Starts Envoy with these listeners (Envoy's JSON) and a cluster `echo` that tells what it got. */
export async function startOracle(
  binary: string,
  listeners: readonly JsonObject[],
  runtime: JsonObject = {},
): Promise<Oracle> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-oracle-'));
  const echo = createServer((request, response) => {
    response.setHeader('x-path', request.url ?? '');
    response.setHeader('x-host', request.headers.host ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const address = (port: number): JsonObject => ({ socket_address: { address: '127.0.0.1', port_value: port } });
  const endpoint = { endpoint: { address: address((echo.address() as AddressInfo).port) } };
  const bootstrap = {
    admin: { address: address(0) },
    layered_runtime: { layers: [{ name: 'flags', static_layer: runtime }] },
    static_resources: {
      listeners,
      clusters: [
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
      throw new Error(`Envoy ended: ${(await readFile(join(folder, 'envoy.log'), 'utf8')).slice(-2000)}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ask: (port, requests) => askAll(port, requests), stop };
}

const connections = 48;

/** Sends every request, each connection one at a time (a direct_response resets a pipelined connection). */
async function askAll(port: number, requests: readonly WireRequest[]): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    let socket: Socket | null = null;
    for (let at = next++; at < requests.length; at = next++) {
      const request = requests[at];
      if (!request) continue;
      for (let tries = 0; ; tries += 1) {
        const used: Socket = socket && !socket.destroyed && request.method !== 'CONNECT' ? socket : await open(port);
        const answer = await exchange(used, request).catch(() => null);
        socket = answer?.keep ? used : null;
        if (!answer?.keep) used.destroy();
        if (answer) {
          answers[at] = answer.answer;
          break;
        }
        if (tries > 3) throw new Error(`Asked Envoy ${JSON.stringify(request)}: no answer.`);
      }
    }
    socket?.destroy();
  };
  await Promise.all([...Array(Math.min(connections, requests.length))].map(work));
  return answers;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

function exchange(socket: Socket, request: WireRequest): Promise<{ readonly answer: Answer; readonly keep: boolean }> {
  const { method, host, target, headers } = request;
  const lines = [`${method} ${method === 'CONNECT' ? host : target} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (): void => {
      socket.off('data', onData);
      socket.off('error', fail);
      socket.off('close', fail);
      clearTimeout(timer);
    };
    const fail = (): void => {
      done();
      reject(new Error('closed'));
    };
    const timer = setTimeout(fail, 10_000);
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const body = method === 'HEAD' ? 0 : length;
      const chunked = /\r\ntransfer-encoding: chunked/i.test(head) && method !== 'HEAD' && method !== 'CONNECT';
      if (chunked ? !text.endsWith('0\r\n\r\n') : text.length < end + 4 + body) return;
      done();
      resolve({ answer: readAnswer(head), keep: method !== 'CONNECT' && !/\r\nconnection: close/i.test(head) });
    };
    socket.on('data', onData);
    socket.once('error', fail);
    socket.once('close', fail);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}

function readAnswer(head: string): Answer {
  const header = (name: string): string | null => new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(head)?.[1] ?? null;
  return {
    status: Number(head.split(' ')[1]),
    grpcStatus: header('grpc-status') === null ? null : Number(header('grpc-status')),
    verdict: header('x-verdict'),
    location: header('location'),
    path: header('x-path'),
    host: header('x-host'),
  };
}
