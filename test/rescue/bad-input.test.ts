import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/lib/json.ts';
import { bootstrapOf, capturedDump, clusterOf, type Dump, part, rescueFrom } from './rescued.ts';

const healthy = (): Dump => capturedDump('envoy-1.40.0-healthy');
const cart = 'cds_egress_shop_cart_shop_http_8080';

/** Makes the cart's cluster one whose addresses a control plane sent (Cloud Map). */
function withEds(dump: Dump): Dump {
  const clusters = part(dump, 'ClustersConfigDump').dynamic_active_clusters as { cluster: Record<string, unknown> }[];
  const found = clusters.find(({ cluster }) => cluster.name === cart);
  if (found) {
    const { load_assignment: _, ...rest } = found.cluster;
    found.cluster = { ...rest, type: 'EDS', eds_cluster_config: { eds_config: { ads: {} } } };
  }
  return dump;
}

const missing = (result: { refused: readonly { missing: string; reason: string }[] }): string =>
  result.refused.map((gap) => `${gap.missing}: ${gap.reason}`).join('\n');

describe('what a rescue refuses, by name', () => {
  it('an Envoy that came back empty', () => {
    const result = rescueFrom([capturedDump('envoy-1.40.0-empty')]);
    expect(missing(result)).toContain('it came back empty after a restart');
    expect(result.text).toBeNull();
  });

  it('a dump without endpoints where a cluster needs them', () => {
    const dump = withEds(healthy());
    dump.configs = dump.configs.filter((config) => !String(config['@type']).endsWith('EndpointsConfigDump'));
    expect(missing(rescueFrom([dump]))).toContain(
      `the endpoints of cluster ${cart}: the dump was taken without its endpoints`,
    );
  });

  it('a route configuration that a listener asks for and the dump lacks: sections of different moments', () => {
    const dump = healthy();
    const routes = part(dump, 'RoutesConfigDump');
    routes.dynamic_route_configs = (routes.dynamic_route_configs as unknown[]).slice(1);
    expect(missing(rescueFrom([dump]))).toMatch(/route configuration rds_\w+_http_\d+: listener \S+ asks for it/);
  });

  it('a dump that ends in the middle, whatever the cut', () => {
    const text = JSON.stringify(healthy());
    for (const share of [0.1, 0.4, 0.7, 0.95, 0.999]) {
      const result = rescueFrom([text.slice(0, Math.floor(text.length * share))]);
      expect(result.text).toBeNull();
      expect(result.trouble ?? missing(result)).toMatch(/cut short|no Envoy/);
    }
  });

  it('a whole section that is not there', () => {
    for (const name of ['ListenersConfigDump', 'RoutesConfigDump', 'ClustersConfigDump']) {
      const dump = healthy();
      dump.configs = dump.configs.filter((config) => !String(config['@type']).endsWith(`.${name}`));
      expect(rescueFrom([dump]).text).toBeNull();
    }
  });

  it('a value that was hidden when it was read', () => {
    const dump = healthy();
    const route = valueAt(
      part(dump, 'RoutesConfigDump'),
      '/dynamic_route_configs/0/route_config/virtual_hosts/0/routes/0',
    );
    Object.assign(route as object, {
      request_headers_to_add: [{ header: { key: 'authorization', value: '[redacted]' } }],
    });
    expect(missing(rescueFrom([dump]))).toContain(
      'request_headers_to_add.header.value: it was hidden when it was read',
    );
  });

  it('an extension that stock Envoy does not have, or knows by name alone', () => {
    for (const filter of [
      { name: 'appmesh.custom', typed_config: { '@type': 'type.googleapis.com/aws.appmesh.Custom' } },
      { name: 'envoy.filters.http.lua', config: { inline_code: 'x' } },
      { name: 'envoy.filters.http.wasm', config_discovery: { config_source: { ads: {} } } },
    ]) {
      const dump = healthy();
      const path = '/dynamic_listeners/0/active_state/listener/filter_chains/0/filters/0/typed_config/http_filters';
      (valueAt(part(dump, 'ListenersConfigDump'), path) as unknown[]).unshift(filter);
      expect(missing(rescueFrom([dump]))).toContain(`${filter.name} of listener`);
    }
  });
});

describe('what a rescue completes, and names', () => {
  it('warming and refused resources: rescued as the gateway runs', () => {
    const dump = healthy();
    const error_state = { details: 'no good', failed_configuration: { name: 'lds_ingress_0.0.0.0_8088' } };
    const listeners = part(dump, 'ListenersConfigDump').dynamic_listeners as Record<string, unknown>[];
    Object.assign(listeners[0] ?? {}, { error_state });
    listeners.push({ name: 'new', warming_state: { listener: { name: 'new', address: {} } } });
    part(dump, 'ClustersConfigDump').dynamic_warming_clusters = [{ cluster: { name: 'late', type: 'EDS' } }];
    const result = rescueFrom([dump]);
    expect(result.gaps.join('\n')).toContain('refused an update of listener lds_ingress_0.0.0.0_8088 (no good)');
    expect(result.gaps.join('\n')).toContain('listener new was still warming');
    expect(result.gaps.join('\n')).toContain('cluster late was still warming');
    expect(clusterOf(bootstrapOf(result), 'late')).toEqual({});
    expect(valueAt(bootstrapOf(result), '/static_resources/listeners')).toHaveLength(2);
  });

  it('endpoints that only /clusters tells', () => {
    const dump = withEds(healthy());
    dump.configs = dump.configs.filter((config) => !String(config['@type']).endsWith('EndpointsConfigDump'));
    const address = { socket_address: { address: '10.0.0.7', port_value: 8080 } };
    const clusters = JSON.stringify({ cluster_statuses: [{ name: cart, host_statuses: [{ address }] }] });
    const result = rescueFrom([dump], { saved: { clusters } });
    expect(result.gaps.join('\n')).toContain(`the addresses of ${cart} come from /clusters`);
    expect(clusterOf(bootstrapOf(result), cart)).toMatchObject({ type: 'STATIC' });
  });

  it('addresses of a control plane, without the weight 0 and the health that a dump writes', () => {
    const result = rescueFrom([withEds(healthy())]);
    const assignment = clusterOf(bootstrapOf(result), cart).load_assignment;
    expect(JSON.stringify(assignment)).not.toMatch(/health_status|"load_balancing_weight":0|@type/);
    expect(result.gaps.join('\n')).toContain(`1 cluster keeps fixed addresses`);
  });

  it('routes to clusters that are not there: 503 now, and then', () => {
    const dump = healthy();
    const clusters = part(dump, 'ClustersConfigDump');
    const all = clusters.dynamic_active_clusters as { cluster: { name: string } }[];
    clusters.dynamic_active_clusters = all.filter(({ cluster }) => cluster.name !== cart);
    const result = rescueFrom([dump]);
    expect(result.gaps.join()).toContain(`routes lead to clusters that the dump does not hold (${cart})`);
    expect(result.verdict?.state).toBe('equal');
  });

  it('a bootstrap that was not read, or only in part', () => {
    const dump = healthy();
    dump.configs = dump.configs.filter((config) => !String(config['@type']).endsWith('.BootstrapConfigDump'));
    const result = rescueFrom([dump], {
      saved: { serverInfo: { node: { id: 'mesh/shop/virtualGateway/edge_shop' } } },
    });
    expect(result.gaps.join('\n')).toContain('the bootstrap was not read');
    expect(result.gateway).toBe('shop/edge');
  });
});

describe('several replicas', () => {
  it('takes the one with the newest complete configuration, and says which', () => {
    const [older, newer, empty] = [healthy(), healthy(), capturedDump('envoy-1.40.0-empty')];
    const clusters = part(newer, 'ClustersConfigDump').dynamic_active_clusters as { last_updated: string }[];
    for (const cluster of clusters) cluster.last_updated = '2026-11-25T00:00:00.000Z';
    const result = rescueFrom([empty, older, newer]);
    expect(result.source).toBe('dump-2.json, last configured 2026-11-25T00:00:00.000Z');
    expect(result.others.join()).toContain('dump-1.json: not newer');
  });

  it('takes an older one where the newest is not complete', () => {
    const [whole, cut] = [healthy(), healthy()];
    for (const one of part(cut, 'ClustersConfigDump').dynamic_active_clusters as { last_updated: string }[])
      one.last_updated = '2026-11-25T00:00:00.000Z';
    part(cut, 'RoutesConfigDump').dynamic_route_configs = [];
    const result = rescueFrom([whole, cut]);
    expect(result.source).toContain('dump-0.json');
    expect(result.others.join()).toMatch(/dump-1\.json: route configuration rds_/);
  });

  it('asks for a name where Envoys of two gateways were read', () => {
    const other = JSON.parse(
      JSON.stringify(healthy()).replaceAll('virtualGateway/edge_shop', 'virtualGateway/pay_shop'),
    );
    expect(rescueFrom([healthy(), other]).trouble).toContain('name one with --gateway');
    expect(rescueFrom([healthy(), other], { gateway: 'shop/pay' }).gateway).toBe('shop/pay');
  });
});
