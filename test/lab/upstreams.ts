import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { constants, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** How an upstream of a story answers. */
export type Behaviour =
  | { readonly kind: 'echo' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'close-after-read' }
  | { readonly kind: 'tls'; readonly key: string; readonly cert: string }
  | { readonly kind: 'h2c' }
  /** Speaks HTTP/2 and resets every stream. */
  | { readonly kind: 'h2-resets' }
  /** Writes these bytes whatever it is asked; `after` it closes, or leaves the client waiting. */
  | { readonly kind: 'raw'; readonly bytes: string; readonly after: 'closes' | 'stays' };

/** One server behind a Service of a story. */
export interface UpstreamSpec {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly behaviour: Behaviour;
}

/** The running servers of a story. */
export interface Upstreams {
  readonly served: (name: string) => number;
  readonly stop: () => Promise<void>;
}

/** Starts every server; when one cannot listen the others are stopped again. */
export async function startUpstreams(specs: readonly UpstreamSpec[]): Promise<Upstreams> {
  const counts = new Map<string, number>();
  const running: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map(({ server, sockets }) => closeServer(server, sockets)));
  };
  for (const spec of specs) {
    const server = serverFor(spec, () => counts.set(spec.name, (counts.get(spec.name) ?? 0) + 1));
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    running.push({ server, sockets });
    try {
      await listen(server, spec);
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return { served: (name) => counts.get(name) ?? 0, stop };
}

function serverFor(spec: UpstreamSpec, count: () => void): Server {
  const { behaviour } = spec;
  switch (behaviour.kind) {
    case 'echo':
      return createHttpServer({ keepAliveTimeout: 60_000 }, counted(count, echo(spec.name)));
    case 'tls':
      return createHttpsServer({ key: behaviour.key, cert: behaviour.cert }, counted(count, echo(spec.name)));
    case 'status':
      return createHttpServer(
        { keepAliveTimeout: 60_000 },
        counted(count, (request, response) => {
          request.resume();
          response.writeHead(behaviour.status).end(`${spec.name}\n`);
        }),
      );
    case 'slow':
      return createHttpServer(
        { keepAliveTimeout: 60_000 },
        counted(count, (request, response) => {
          setTimeout(() => echo(spec.name)(request, response), behaviour.ms);
        }),
      );
    case 'close-after-read':
      return createTcpServer((socket) => {
        socket.once('data', () => {
          count();
          socket.destroy();
        });
      });
    case 'h2c':
      return startH2c(spec.name, count);
    case 'h2-resets':
      return startResetting(count);
    case 'raw':
      return createTcpServer((socket) => {
        socket.once('data', () => {
          count();
          if (behaviour.after === 'closes') socket.end(behaviour.bytes);
          else socket.write(behaviour.bytes);
        });
      });
  }
}

function counted(count: () => void, listener: RequestListener): RequestListener {
  return (request, response) => {
    count();
    listener(request, response);
  };
}

function echo(name: string): RequestListener {
  return (request: IncomingMessage, response) => {
    request.resume();
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      response.setHeader('content-type', 'application/json');
      response.end(`${JSON.stringify({ upstream: name, method, url, host: headers.host ?? '', headers })}\n`);
    });
  };
}

function startH2c(name: string, count: () => void): Server {
  const server = createHttp2Server();
  server.on('sessionError', () => undefined);
  server.on('stream', (stream, headers) => {
    count();
    stream.on('error', () => undefined);
    if (!(headers['content-type'] ?? '').startsWith('application/grpc')) {
      stream.respond({ ':status': 200 });
      stream.end(`${name}\n`);
      return;
    }
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
  });
  return server;
}

function startResetting(count: () => void): Server {
  const server = createHttp2Server();
  server.on('sessionError', () => undefined);
  server.on('stream', (stream) => {
    count();
    stream.on('error', () => undefined);
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  return server;
}

function listen(server: Server, spec: UpstreamSpec): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Error(`Could not start upstream ${spec.name} on ${spec.address}:${spec.port}: ${error.message}`, {
          cause: error,
        }),
      ),
    );
    server.listen(spec.port, spec.address, () => resolve());
  });
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
