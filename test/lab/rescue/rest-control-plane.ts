import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../../src/lib/json.ts';

/** Resources by the last word of their discovery path: listeners, routes, clusters, endpoints, secrets. */
export type Resources = Readonly<Record<string, readonly JsonObject[]>>;

/** A control plane over REST: it serves what it is told, whoever asks, until it dies. */
export interface RestControlPlane {
  readonly port: number;
  /** Envoy's ConfigSource for it, by a static cluster `xds`. */
  readonly source: JsonObject;
  readonly serve: (resources: Resources) => void;
  readonly die: () => void;
}

const nameOf = (resource: JsonObject): unknown => resource.cluster_name ?? resource.name;

/** Starts it on a free port of loopback. */
export async function startRestControlPlane(): Promise<RestControlPlane> {
  let served: Resources = {};
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { resource_names?: readonly string[] };
      const kind = /discovery:(\w+)/.exec(request.url ?? '')?.[1] ?? '';
      const wanted = asked.resource_names ?? [];
      const resources = (served[kind] ?? []).filter(
        (one) => wanted.length === 0 || wanted.includes(String(nameOf(one))),
      );
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ version_info: '1', type_url: resources[0]?.['@type'], resources }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    source: {
      resource_api_version: 'V3',
      api_config_source: {
        api_type: 'REST',
        transport_api_version: 'V3',
        cluster_names: ['xds'],
        refresh_delay: '0.5s',
      },
    },
    serve: (resources) => {
      served = resources;
    },
    die: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
