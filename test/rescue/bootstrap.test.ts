import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/lib/json.ts';
import { bootstrapOf, capturedDump, clusterOf, type Dump, part, rescueFrom, textOf } from './rescued.ts';

const healthy = (): Dump => capturedDump('envoy-1.40.0-healthy');
const cart = 'cds_egress_shop_cart_shop_http_8080';

/** The first listener, as the dump holds it. */
const listener = (dump: Dump): Record<string, unknown> =>
  valueAt(part(dump, 'ListenersConfigDump'), '/dynamic_listeners/0/active_state/listener') as Record<string, unknown>;
const chainOf = (dump: Dump): Record<string, unknown> =>
  valueAt(listener(dump), '/filter_chains/0') as Record<string, unknown>;

describe('a rescued bootstrap', () => {
  it('names neither control plane nor mesh identity, and proves that it answers alike', () => {
    const result = rescueFrom([healthy()]);
    const text = textOf(result.text);
    expect(result.verdict?.state).toBe('equal');
    expect(text).not.toMatch(
      /virtualGateway|"ads"|dynamic_resources|google_grpc|resource_api_version|aws\.appmesh\.platform/,
    );
    expect(bootstrapOf(result).node).toEqual({ id: 'rescue/shop.edge', cluster: 'shop.edge' });
    expect(result.gateway).toBe('shop/edge');
  });

  it('keeps the self-redirect, DNS clusters and access logs; admin moves to loopback', () => {
    const bootstrap = bootstrapOf(rescueFrom([healthy()]));
    expect(clusterOf(bootstrap, 'cds_ingress_shop_edge_shop_self_redirect_http_15001').type).toBe('STATIC');
    expect(clusterOf(bootstrap, cart)).toMatchObject({
      type: 'LOGICAL_DNS',
      load_assignment: {
        endpoints: [
          {
            lb_endpoints: [{ endpoint: { address: { socket_address: { address: 'cart.shop.svc.cluster.local.' } } } }],
          },
        ],
      },
    });
    expect(valueAt(bootstrap, '/admin/address/socket_address/address')).toBe('127.0.0.1');
    expect(JSON.stringify(bootstrap)).toContain('"path":"/dev/stdout"');
  });

  it('inlines routes without the check of clusters that inline routes get', () => {
    const bootstrap = bootstrapOf(rescueFrom([healthy()]));
    const manager = valueAt(bootstrap, '/static_resources/listeners/0/filter_chains/0/filters/0/typed_config');
    expect(valueAt(manager, '/route_config/validate_clusters')).toBe(false);
    expect(valueAt(manager, '/route_config/@type')).toBeUndefined();
    expect(valueAt(manager, '/rds')).toBeUndefined();
  });

  it('keeps tracing, statistics, limits and node metadata of the old bootstrap, not what ties it to AWS', () => {
    const dump = healthy();
    const bootstrap = valueAt(part(dump, 'BootstrapConfigDump'), '/bootstrap') as Record<string, unknown>;
    bootstrap.stats_sinks = [{ name: 'envoy.stat_sinks.dog_statsd' }];
    bootstrap.overload_manager = { actions: [] };
    bootstrap.node = { id: 'x', metadata: { 'aws.appmesh.platformInfo': {}, team: 'edge' } };
    bootstrap.admin = {
      access_log_path: '/tmp/a.log',
      address: { socket_address: { address: '0.0.0.0', port_value: 9901 } },
    };
    const made = bootstrapOf(rescueFrom([dump]));
    expect(made).toMatchObject({
      stats_sinks: [{}],
      overload_manager: { actions: [] },
      node: { metadata: { team: 'edge' } },
    });
    expect(made.admin).toEqual({ address: { socket_address: { address: '127.0.0.1', port_value: 9901 } } });
    expect(JSON.stringify(made.node)).not.toContain('aws');
  });

  it('puts runtime values that only an administrator had set into a layer, and drops guards Envoy has removed', () => {
    const dump = healthy();
    const bootstrap = valueAt(part(dump, 'BootstrapConfigDump'), '/bootstrap') as Record<string, unknown>;
    const guard = 'envoy.reloadable_features.no_extension_lookup_by_name';
    bootstrap.layered_runtime = {
      layers: [
        { name: 's', static_layer: { a: 1, [guard]: true } },
        { name: 'x', admin_layer: {} },
      ],
    };
    const entries = { a: { final_value: '1' }, b: { final_value: 'true' }, [guard]: { final_value: 'true' } };
    const result = rescueFrom([dump], { saved: { runtime: { layers: ['s', 'x'], entries } } });
    expect(bootstrapOf(result).layered_runtime).toEqual({
      layers: [
        { name: 's', static_layer: { a: 1 } },
        { name: 'rescued', static_layer: { b: true } },
      ],
    });
    expect(rescueFrom([dump]).gaps.join()).toContain('/runtime was not read');
  });

  it('writes the words of Envoy 1.20 in those a newer Envoy takes', () => {
    const dump = healthy();
    listener(dump).listener_filters = [{ name: 'envoy.filters.listener.tls_inspector' }];
    const manager = valueAt(chainOf(dump), '/filters/0/typed_config') as Record<string, unknown>;
    manager.http_filters = [{ name: 'envoy.router' }];
    manager.tracing = {};
    const routes = valueAt(
      part(dump, 'RoutesConfigDump'),
      '/dynamic_route_configs/0/route_config/virtual_hosts/0/routes',
    );
    const [first] = routes as [{ match: Record<string, unknown>; route: Record<string, unknown> }];
    first.match.headers = [
      { name: 'x-a', exact_match: 'v' },
      { name: 'x-b', safe_regex_match: { google_re2: {}, regex: 'v.*' }, invert_match: true },
    ];
    first.route.retry_policy = {
      retry_on: 'reset',
      retry_host_predicate: [{ name: 'envoy.retry_host_predicates.previous_hosts' }],
    };
    const result = rescueFrom([dump]);
    const made = bootstrapOf(result);
    expect(JSON.stringify(made)).not.toMatch(/exact_match|google_re2/);
    expect(valueAt(made, '/static_resources/listeners/0/listener_filters/0/typed_config/@type')).toMatch(
      /TlsInspector$/,
    );
    const rescued = valueAt(made, '/static_resources/listeners/0/filter_chains/0/filters/0/typed_config');
    expect(valueAt(rescued, '/http_filters/0/typed_config/@type')).toMatch(/\.Router$/);
    expect(valueAt(rescued, '/route_config/virtual_hosts/0/routes/0/match/headers')).toEqual([
      { name: 'x-a', string_match: { exact: 'v' } },
      { name: 'x-b', string_match: { safe_regex: { regex: 'v.*' } }, invert_match: true },
    ]);
    expect(JSON.stringify(rescued)).toContain('previous_hosts.v3.PreviousHostsPredicate');
    expect(result.verdict?.state).toBe('equal');
  });

  it('turns a private key that Envoy never tells into a file to supply', () => {
    const dump = healthy();
    const hidden = { inline_bytes: 'W3JlZGFjdGVkXQ==' };
    const pair = { certificate_chain: { filename: '/certs/tls.crt' }, private_key: hidden };
    const secret = { name: 'edge-cert', secret: { '@type': 'x.Secret', name: 'edge-cert', tls_certificate: pair } };
    part(dump, 'SecretsConfigDump').dynamic_active_secrets = [secret];
    chainOf(dump).transport_socket = {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
        common_tls_context: { tls_certificate_sds_secret_configs: [{ name: 'edge-cert', sds_config: { ads: {} } }] },
      },
    };
    const result = rescueFrom([dump]);
    const path = '/etc/meshdoctor-rescue/keys/edge-cert.key';
    expect(result.fills).toMatchObject([{ path, what: 'private key', of: 'secret edge-cert' }]);
    expect(result.files).toEqual(['/certs/tls.crt']);
    expect(valueAt(bootstrapOf(result), '/static_resources/secrets')).toEqual([
      {
        name: 'edge-cert',
        tls_certificate: { certificate_chain: { filename: '/certs/tls.crt' }, private_key: { filename: path } },
      },
    ]);
    expect(JSON.stringify(bootstrapOf(result))).not.toContain('sds_config"');
  });

  it('leaves secrets with a server at a socket of the machine where they are (SPIRE)', () => {
    const dump = healthy();
    const clusters = part(dump, 'ClustersConfigDump');
    const pipe = { endpoint: { address: { pipe: { path: '/run/spire/agent.sock' } } } };
    const name = 'static_cluster_sds_unix_socket';
    const spire = { name, load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [pipe] }] } };
    clusters.static_clusters = [{ cluster: spire }];
    const grpc_services = [{ envoy_grpc: { cluster_name: name } }];
    const sds_config = { api_config_source: { api_type: 'GRPC', grpc_services } };
    chainOf(dump).transport_socket = {
      name: 'tls',
      typed_config: {
        '@type': 't/envoy.x.DownstreamTlsContext',
        common_tls_context: { tls_certificate_sds_secret_configs: [{ name: 's', sds_config }] },
      },
    };
    const result = rescueFrom([dump]);
    expect(JSON.stringify(bootstrapOf(result))).toContain('"sds_config"');
    expect(result.files).toEqual(['/run/spire/agent.sock']);
  });
});
