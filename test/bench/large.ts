import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabNetwork } from '../lab/network.ts';

const type = (of: string): string => `type.googleapis.com/envoy.${of}`;
const listeners = ['ingress', 'egress'] as const;

/**
 * What an Envoy gets that received so many clusters, and as many routes in the tables of its two listeners, and whose control
 * plane is gone: the files stand for what that sent.
 */
export async function largeConfig(folder: string, clusters: number, { dns }: Pick<LabNetwork, 'dns'>): Promise<object> {
  const save = async (name: string, resources: readonly object[]): Promise<object> => {
    const path = join(folder, `${name}.json`);
    await writeFile(path, JSON.stringify({ version_info: '1', resources }));
    return { resource_api_version: 'V3', path_config_source: { path } };
  };
  const each = Math.floor(clusters / listeners.length);
  const made = listeners.map(async (name, at) => {
    const table = `rds_${name}_http`;
    const routes = Array.from({ length: each }, (_, one) => routeOf(one + at * each));
    const virtual_hosts = [{ name: 'all', domains: ['*'], routes }];
    const resource = { '@type': type('config.route.v3.RouteConfiguration'), name: table, virtual_hosts };
    return listenerOf(name, { route_config_name: table, config_source: await save(table, [resource]) }, folder);
  });
  const clusterList = Array.from({ length: clusters }, (_, at) => clusterOf(at, dns.address));
  return {
    cds_config: await save('cds', clusterList),
    lds_config: await save('lds', await Promise.all(made)),
    ads_config: {
      api_type: 'GRPC',
      transport_api_version: 'V3',
      grpc_services: [{ google_grpc: { target_uri: '127.0.0.1:1', stat_prefix: 'ads' } }],
    },
  };
}

const nameOf = (at: number): string => `cds_egress_shop_service-${at}_large_http_8080`;

function clusterOf(at: number, address: string): object {
  const endpoint = { address: { socket_address: { address, port_value: 9 } } };
  const load_assignment = { cluster_name: nameOf(at), endpoints: [{ lb_endpoints: [{ endpoint }] }] };
  return { '@type': type('config.cluster.v3.Cluster'), name: nameOf(at), type: 'STATIC', load_assignment };
}

function routeOf(at: number): object {
  return {
    name: `route-${at}`,
    match: { prefix: `/team-${at % 50}/route-${at}/` },
    route: {
      cluster: nameOf(at),
      timeout: '15s',
      prefix_rewrite: '/',
      host_rewrite_literal: `service-${at}.large.svc.cluster.local`,
      retry_policy: { retry_on: 'reset,refused-stream', num_retries: 2, per_try_timeout: '15s' },
    },
  };
}

function listenerOf(name: string, rds: object, folder: string): object {
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': type('extensions.filters.http.router.v3.Router') },
  };
  const manager = {
    '@type': type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: name,
    rds,
    http_filters: [router],
  };
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: manager };
  return {
    '@type': type('config.listener.v3.Listener'),
    name: `lds_${name}`,
    address: { pipe: { path: join(folder, `${name}.sock`) } },
    filter_chains: [{ filters: [filter] }],
  };
}
