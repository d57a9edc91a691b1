import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';

/** Stand-ins for the upstreams of a trial, each on a socket of its own. */
export interface StandIns {
  readonly stop: () => void;
}

const http2Preface = 'PRI * HTTP/2.0';

/**
 * Starts a server for each cluster, at the socket's path: it answers 200 and says which cluster it is and what it got.
 */
export async function startStandIns(
  clusters: readonly { readonly name: string; readonly path: string }[],
): Promise<StandIns> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  };
  try {
    for (const { name, path } of clusters) {
      const server = serverFor(name, sockets);
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, resolve);
      });
    }
  } catch (error) {
    stop();
    throw error;
  }
  return { stop };
}

/** Speaks HTTP/1.1 or HTTP/2, whichever Envoy begins with: the cluster's own options decide that. */
function serverFor(cluster: string, sockets: Set<Socket>): Server {
  const http1 = createHttp((request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, said(cluster, request.url ?? '', request.headers.host ?? ''));
      response.end();
    });
  });
  const http2 = createHttp2();
  http2.on('sessionError', () => undefined);
  http2.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    const got = said(cluster, headers[':path'] ?? '', headers[':authority'] ?? '');
    stream.respond({ ':status': 200, ...got }, { endStream: true });
  });
  return createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const speaks = first.toString('latin1').startsWith(http2Preface) ? http2 : http1;
      speaks.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
}

function said(cluster: string, path: string, host: string): Readonly<Record<string, string>> {
  return { 'x-trial-cluster': cluster, 'x-trial-path': encodeURI(path), 'x-trial-host': encodeURI(host) };
}
