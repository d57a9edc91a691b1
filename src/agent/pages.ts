import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the agent serves. */
export interface AgentState {
  /** Null: it is well, else why not. */
  readonly healthz: () => string | null;
  readonly readyz: () => string | null;
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
}

/** Where the agent is heard. */
export interface Pages {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Serves `/healthz`, `/readyz` and `/metrics`, with GET alone; fails where it cannot listen. */
export async function servePages(
  listen: { readonly host: string; readonly port: number },
  state: AgentState,
): Promise<Pages> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'only GET\n');
    const path = (request.url ?? '').split('?', 1)[0];
    if (path === '/healthz' || path === '/readyz') {
      const trouble = path === '/healthz' ? state.healthz() : state.readyz();
      return answer(trouble === null ? 200 : 503, `${trouble ?? 'ok'}\n`);
    }
    if (path !== '/metrics') return answer(404, '/healthz, /readyz and /metrics are served\n');
    try {
      answer(200, await state.metrics(), 'text/plain; version=0.0.4; charset=utf-8');
    } catch (error) {
      answer(500, `${error instanceof Error ? error.message : error}\n`);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
