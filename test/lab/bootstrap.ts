/** What a gateway's bootstrap depends on. */
export interface BootstrapOptions {
  /** `mesh/<mesh>/virtualGateway/<awsName>`: node id and node cluster alike. */
  readonly nodeId: string;
  readonly adsPort: number;
  readonly dns: { readonly address: string; readonly port: number };
  /** A path relative to Envoy's working folder makes admin listen on a unix socket; else on a free TCP port. */
  readonly adminSocket?: string | undefined;
  /** Where admin listens on port 9901, as it does in a pod; else on a free port of 127.0.0.1. */
  readonly adminHost?: string | undefined;
  /** App Mesh's agent writes `0s`: wait for ever. */
  readonly initialFetchTimeout?: string | undefined;
}

/**
 * The bootstrap as App Mesh's agent writes it: ADS over google_grpc, LDS and CDS from it, one static runtime layer.
 * Source: aws/amazon-ecs-service-connect-agent, agent/envoy_bootstrap. Ours: no TLS to the control plane, a resolver of the lab,
 * and without the agent's `no_extension_lookup_by_name`: Envoy 1.40 has removed that guard and reports an ENVOY_BUG for it.
 */
export function writeBootstrap(options: BootstrapOptions): object {
  const ads = { resource_api_version: 'V3', ads: {}, initial_fetch_timeout: options.initialFetchTimeout ?? '0s' };
  return {
    node: {
      id: options.nodeId,
      cluster: options.nodeId,
      metadata: {
        'aws.appmesh.platformInfo': { k8sPlatformInfo: { k8sVersion: 'v1.34.4' } },
        'aws.appmesh.task.interfaces': { ipv4: { lo: ['127.0.0.1/8'] } },
      },
    },
    admin: { address: adminAddress(options) },
    layered_runtime: {
      layers: [
        {
          name: 'static_layer_0',
          static_layer: {
            're2.max_program_size.error_level': 1000,
          },
        },
      ],
    },
    typed_dns_resolver_config: {
      name: 'envoy.network.dns_resolver.cares',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
        resolvers: [{ socket_address: { address: options.dns.address, port_value: options.dns.port } }],
        dns_resolver_options: { no_default_search_domain: true },
      },
    },
    dynamic_resources: {
      lds_config: ads,
      cds_config: ads,
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [
          { google_grpc: { target_uri: `127.0.0.1:${options.adsPort}`, stat_prefix: 'ads' }, timeout: '10s' },
        ],
      },
    },
  };
}

function adminAddress({ adminSocket, adminHost }: BootstrapOptions): object {
  if (adminSocket !== undefined) return { pipe: { path: adminSocket, mode: 0o600 } };
  const port_value = adminHost === undefined ? 0 : 9901;
  return { socket_address: { address: adminHost ?? '127.0.0.1', port_value } };
}
