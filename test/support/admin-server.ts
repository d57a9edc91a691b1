import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EnvoyStory, pagesOf } from './envoy-pages.ts';

/** How one path of the server misbehaves. */
export type Trick = (request: IncomingMessage, response: ServerResponse) => void;

/** An admin endpoint that says what a story says, and what was asked of it. */
export interface AdminServer {
  readonly url: string;
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/** Starts an admin endpoint of a story; `tricks` answer instead for paths that begin so. */
export async function startAdmin(
  story: EnvoyStory,
  tricks: Readonly<Record<string, Trick>> = {},
): Promise<AdminServer> {
  const asked: string[] = [];
  const pages = pagesOf(story);
  let reads = 0;
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(`${request.method} ${url}`);
    const trick = Object.entries(tricks).find(([path]) => url.startsWith(path))?.[1];
    if (trick) {
      trick(request, response);
      return;
    }
    response.end(answer(url));
  });
  const answer = (url: string): string => {
    if (url.startsWith('/stats')) {
      if (url.includes('TextReadouts')) return '{"stats":[{"name":"cluster_manager.cds.version_text","value":"1"}]}';
      if (url.includes('Gauges')) return '{"stats":[]}';
      const all = pages.filter(({ kind }) => kind === 'stats');
      reads += 1;
      return all[Math.min(reads, all.length) - 1]?.text ?? '{"stats":[{"name":"server.uptime","value":5}]}';
    }
    if (url.startsWith('/config_dump'))
      return configPage(url, pages.find(({ kind }) => kind === 'config_dump')?.text ?? '{}');
    if (url.startsWith('/clusters')) return '{"cluster_statuses":[]}';
    if (url === '/certs') return '{"certificates":[]}';
    if (url === '/runtime') return '{"entries":{},"layers":[]}';
    return pages.find(({ kind }) => url.startsWith(`/${kind}`))?.text ?? '';
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** As Envoy answers: `?resource=` gives the elements of that list, a mask the bootstrap alone. */
function configPage(url: string, whole: string): string {
  const resource = /resource=([a-z_]+)/.exec(url)?.[1];
  const configs = (JSON.parse(whole) as { configs: Record<string, unknown>[] }).configs;
  if (url.includes('mask=bootstrap')) return JSON.stringify({ configs: configs.slice(0, 1) });
  if (resource === undefined) return whole;
  return JSON.stringify({ configs: configs.flatMap((config) => (config[resource] as unknown[] | undefined) ?? []) });
}
