import type { JsonObject } from '../../src/lib/json.ts';

/** A route as a person writes it in a test: a prefix, where it goes, and what else Envoy would print. */
export interface RouteStory {
  readonly prefix?: string;
  /** The whole RouteMatch, where it is more than a prefix. */
  readonly match?: JsonObject;
  readonly prefixRewrite?: string;
  readonly cluster?: string;
  readonly hostRewrite?: string;
  readonly weighted?: Readonly<Record<string, number>>;
  readonly addHeader?: Readonly<Record<string, string>>;
}

/** An Envoy as a person writes it in a test; `pagesOf` turns it into what its admin endpoint would say. */
export interface EnvoyStory {
  readonly node?: string;
  readonly state?: string;
  readonly version?: string;
  /** Seconds since it started; an hour where left out. */
  readonly uptime?: number;
  /** `control_plane.connected_state`; left out: not among the stats. */
  readonly connected?: boolean;
  /** Listeners of the config dump and, unless `bound: false`, of `/listeners`. */
  readonly listeners?: readonly {
    readonly name: string;
    readonly port?: number;
    readonly bound?: boolean;
    readonly refused?: string;
    /** The element that carries nothing but the refused update. */
    readonly onlyRefused?: boolean;
    /** The route configuration its connection manager asks for, and that manager's prefix in the stats. */
    readonly rds?: string;
    readonly statPrefix?: string;
    /** What else its connection manager says. */
    readonly manager?: JsonObject;
    /** Names of its listener filters. */
    readonly filters?: readonly string[];
  }[];
  /** Route configuration → virtual host → routes. */
  readonly routes?: Readonly<Record<string, Readonly<Record<string, readonly RouteStory[]>>>>;
  /** Cluster → host names or addresses with port. */
  readonly clusters?: Readonly<Record<string, readonly string[]>>;
  /** Clusters whose last update was refused: name → reason. */
  readonly refusedClusters?: Readonly<Record<string, string>>;
  /** Readings of counters and gauges, a minute apart. */
  readonly stats?: readonly Readonly<Record<string, number>>[];
  /** What `/certs` says: left out, no certificate is loaded and the page is not there. */
  readonly certs?: readonly {
    readonly names?: readonly string[];
    readonly path?: string;
    readonly from: string;
    readonly to: string;
    readonly authority?: boolean;
  }[];
  /** The common TLS context of every listener, as Envoy prints it. */
  readonly tls?: JsonObject;
  /** Secrets of the config dump; left out: it holds no section of them. */
  readonly secrets?: Readonly<Record<string, 'active' | 'warming'>>;
  /** Cluster → its common TLS context, as Envoy prints it. */
  readonly clusterTls?: Readonly<Record<string, JsonObject>>;
  /** Clusters that take their hosts from the control plane: their type is EDS. */
  readonly eds?: readonly string[];
  /** Listeners and clusters that warm since a time, and secrets that have not come. */
  readonly warming?: {
    readonly clusters?: Readonly<Record<string, string>>;
    readonly listeners?: Readonly<Record<string, string>>;
    readonly secrets?: readonly string[];
  };
  /** What else the bootstrap says. */
  readonly bootstrap?: JsonObject;
  /** What `/clusters` says: cluster → address and port → what is wrong with that host. */
  readonly hosts?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Pages that could not be read. */
  readonly without?: readonly string[];
  /** The address its admin endpoint binds; loopback where left out. */
  readonly admin?: string;
  readonly extra?: JsonObject;
}

/** A page an admin endpoint would say. */
export interface Page {
  readonly kind: 'server_info' | 'ready' | 'listeners' | 'config_dump' | 'clusters' | 'stats' | 'certs';
  readonly text: string;
}

const type = (name: string) => `type.googleapis.com/envoy.${name}`;

/** What the admin endpoint of such an Envoy says, page by page. */
export function pagesOf(story: EnvoyStory): readonly Page[] {
  const state = story.state ?? 'LIVE';
  const node = story.node ?? 'mesh/shop/virtualGateway/edge_shop';
  const pages: Page[] = [
    {
      kind: 'server_info',
      text: JSON.stringify({
        version: `0123abcd/${story.version ?? '1.40.0'}/Clean/RELEASE/BoringSSL`,
        state,
        uptime_current_epoch: `${story.uptime ?? 3600}s`,
        node: { id: node, cluster: node },
      }),
    },
    { kind: 'ready', text: `${state}\n` },
    { kind: 'listeners', text: JSON.stringify({ listener_statuses: boundListeners(story) }) },
    { kind: 'config_dump', text: JSON.stringify({ configs: configsOf(story, node) }) },
    ...(story.certs ? [{ kind: 'certs', text: certsPage(story.certs) } as const] : []),
    ...(story.eds || story.hosts ? [{ kind: 'clusters', text: clustersPage(story) } as const] : []),
    ...readsOf(story).map((values, index): Page => ({ kind: 'stats', text: statsPage(story, values, index) })),
  ];
  return pages.filter(({ kind }) => !story.without?.includes(kind));
}

function boundListeners(story: EnvoyStory): readonly JsonObject[] {
  return (story.listeners ?? [])
    .filter(({ bound, onlyRefused }) => bound !== false && !onlyRefused)
    .map(({ name, port }) => ({ name, local_address: socket('0.0.0.0', port ?? portOf(name)) }));
}

function configsOf(story: EnvoyStory, node: string): readonly JsonObject[] {
  return [
    {
      '@type': type('admin.v3.BootstrapConfigDump'),
      bootstrap: {
        node: { id: node, cluster: node },
        dynamic_resources: {
          lds_config: { ads: {}, initial_fetch_timeout: '0s' },
          cds_config: { ads: {}, initial_fetch_timeout: '0s' },
        },
        admin: { address: socket(story.admin ?? '127.0.0.1', 9901) },
        ...story.bootstrap,
      },
      last_updated: '2026-09-01T08:00:00.000Z',
    },
    {
      '@type': type('admin.v3.ListenersConfigDump'),
      version_info: '3',
      dynamic_listeners: [
        ...(story.listeners ?? []).map((listener) => listenerOf(listener, story.tls)),
        ...Object.entries(story.warming?.listeners ?? {}).map(([name, since]) => ({
          name,
          warming_state: { version_info: '4', last_updated: since, listener: { name } },
        })),
      ],
    },
    {
      '@type': type('admin.v3.RoutesConfigDump'),
      dynamic_route_configs: Object.entries(story.routes ?? {}).map(([name, hosts]) => ({
        version_info: '3',
        last_updated: '2026-09-01T08:00:00.000Z',
        route_config: {
          '@type': type('config.route.v3.RouteConfiguration'),
          name,
          virtual_hosts: Object.entries(hosts).map(([host, routes]) => hostOf(host, routes)),
        },
      })),
    },
    {
      '@type': type('admin.v3.ClustersConfigDump'),
      version_info: '3',
      dynamic_active_clusters: Object.entries(story.clusters ?? {}).map(([name, hosts]) =>
        clusterOf(name, hosts, story.eds?.includes(name) ?? false, story.clusterTls?.[name]),
      ),
      dynamic_warming_clusters: [
        ...Object.entries(story.refusedClusters ?? {}).map(([name, details]) => ({
          error_state: { failed_configuration: { name }, last_update_attempt: '2026-09-20T10:00:00.000Z', details },
        })),
        ...Object.entries(story.warming?.clusters ?? {}).map(([name, since]) => ({
          version_info: '4',
          last_updated: since,
          cluster: { name, type: 'EDS' },
        })),
      ],
    },
    ...(story.warming?.secrets
      ? [
          {
            '@type': type('admin.v3.SecretsConfigDump'),
            dynamic_warming_secrets: story.warming.secrets.map((name) => ({ name })),
          },
        ]
      : []),
    { '@type': type('admin.v3.EndpointsConfigDump') },
    ...(story.secrets ? [secretsDump(story.secrets)] : []),
  ];
}

function secretsDump(secrets: NonNullable<EnvoyStory['secrets']>): JsonObject {
  const those = (state: string): readonly JsonObject[] =>
    Object.entries(secrets).flatMap(([name, its]) => (its === state ? [{ name, secret: { name } }] : []));
  return {
    '@type': type('admin.v3.SecretsConfigDump'),
    dynamic_active_secrets: those('active'),
    dynamic_warming_secrets: those('warming'),
  };
}

function certsPage(certs: NonNullable<EnvoyStory['certs']>): string {
  const certificates = certs.map(({ names, path, from, to, authority }) => ({
    ca_cert: [],
    cert_chain: [],
    [authority ? 'ca_cert' : 'cert_chain']: [
      {
        path: path ?? '<inline>',
        subject_alt_names: (names ?? []).map((dns) => ({ dns })),
        valid_from: from,
        expiration_time: to,
      },
    ],
  }));
  return JSON.stringify({ certificates });
}

/** The hosts that `/clusters` tells: of EDS clusters, and those a story names. */
function clustersPage({ clusters, eds, hosts }: EnvoyStory): string {
  const ofEds = Object.entries(clusters ?? {})
    .filter(([name]) => eds?.includes(name))
    .map(([name, addresses]) => [name, addresses.map((address) => [address, []] as const)] as const);
  const told = Object.entries(hosts ?? {}).map(([name, health]) => [name, Object.entries(health)] as const);
  return JSON.stringify({
    cluster_statuses: [...ofEds, ...told].map(([name, health]) => ({
      name,
      host_statuses: health.map(([host, failures]) => {
        const [address = '', port = '80'] = host.split(':');
        const failed = Object.fromEntries(failures.map((failure) => [failure, true]));
        return { address: socket(address, Number(port)), health_status: { ...failed, eds_health_status: 'HEALTHY' } };
      }),
    })),
  });
}

function listenerOf(listener: NonNullable<EnvoyStory['listeners']>[number], tls?: JsonObject): JsonObject {
  const { name, port, refused, onlyRefused, rds, statPrefix, manager, filters } = listener;
  const errorState = refused
    ? {
        error_state: {
          failed_configuration: { '@type': type('config.listener.v3.Listener'), name },
          last_update_attempt: '2026-09-20T10:00:00.000Z',
          details: refused,
        },
      }
    : {};
  if (onlyRefused) return errorState;
  return {
    name,
    active_state: {
      version_info: '3',
      last_updated: '2026-09-01T08:00:00.000Z',
      listener: {
        '@type': type('config.listener.v3.Listener'),
        name,
        address: socket('0.0.0.0', port ?? portOf(name)),
        ...(filters ? { listener_filters: filters.map((filter) => ({ name: filter })) } : {}),
        ...(rds || tls
          ? {
              filter_chains: [
                {
                  filters: rds ? [managerOf(rds, statPrefix ?? 'ingress', manager ?? {})] : [],
                  ...(tls ? { transport_socket: tlsSocket('DownstreamTlsContext', tls) } : {}),
                },
              ],
            }
          : {}),
      },
    },
    ...errorState,
  };
}

function tlsSocket(context: string, tls: JsonObject): JsonObject {
  const typed = { '@type': type(`extensions.transport_sockets.tls.v3.${context}`), common_tls_context: tls };
  return { name: 'envoy.transport_sockets.tls', typed_config: typed };
}

function managerOf(routeConfig: string, statPrefix: string, more: JsonObject): JsonObject {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
      stat_prefix: statPrefix,
      rds: { route_config_name: routeConfig },
      ...more,
    },
  };
}

function hostOf(name: string, routes: readonly RouteStory[]): JsonObject {
  const domains = name === 'self_redirect' || name === 'default_backend' ? ['*'] : [name, `${name}:15001`];
  return { name, domains, ...(routes.length > 0 ? { routes: routes.map(routeOf) } : {}) };
}

function routeOf({ prefix, match, prefixRewrite, cluster, hostRewrite, weighted, addHeader }: RouteStory): JsonObject {
  const clusters = Object.entries(weighted ?? {}).map(([name, weight]) => ({ name, weight }));
  return {
    match: match ?? { prefix },
    route: {
      ...(clusters.length > 0 ? { weighted_clusters: { clusters } } : { cluster: cluster ?? 'nowhere' }),
      ...(prefixRewrite ? { prefix_rewrite: prefixRewrite } : {}),
      ...(hostRewrite ? { host_rewrite_literal: hostRewrite } : {}),
      timeout: '15s',
    },
    ...(addHeader
      ? {
          request_headers_to_add: Object.entries(addHeader).map(([key, value]) => ({ header: { key, value } })),
        }
      : {}),
  };
}

function clusterOf(name: string, hosts: readonly string[], eds: boolean, tls?: JsonObject): JsonObject {
  const endpoints = hosts.map((host) => {
    const [address = '', port = '80'] = host.split(':');
    return { endpoint: { address: socket(address, Number(port)) } };
  });
  return {
    version_info: '3',
    last_updated: '2026-09-01T08:00:00.000Z',
    cluster: {
      '@type': type('config.cluster.v3.Cluster'),
      name,
      ...(eds
        ? { type: 'EDS', eds_cluster_config: { eds_config: { ads: {} } } }
        : { type: 'LOGICAL_DNS', load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: endpoints }] } }),
      ...(tls ? { transport_socket: tlsSocket('UpstreamTlsContext', tls) } : {}),
    },
  };
}

function readsOf({ stats, connected }: EnvoyStory): readonly Readonly<Record<string, number>>[] {
  return stats ?? (connected === undefined ? [] : [{}]);
}

function statsPage({ connected }: EnvoyStory, values: Readonly<Record<string, number>>, index: number): string {
  const all = {
    ...(connected === undefined ? {} : { 'control_plane.connected_state': connected ? 1 : 0 }),
    'server.uptime': 3600 + 60 * index,
    ...values,
  };
  return JSON.stringify({ stats: Object.entries(all).map(([name, value]) => ({ name, value })) });
}

function socket(address: string, port: number): JsonObject {
  return { socket_address: { address, port_value: port } };
}

function portOf(listener: string): number {
  return Number(/_(\d+)$/.exec(listener)?.[1] ?? 0);
}
