import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const cluster = 'cds_egress_shop_pay_shop_http_8080';
const ads = '{ ads: {} }';
const spire =
  '{ api_config_source: { grpc_services: [{ envoy_grpc: { cluster_name: static_cluster_sds_unix_socket } }] } }';
const envoy = (secrets: string, more = '', from = ads) => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: ${cluster} }] } }
clusters: { ${cluster}: ['pay.shop.svc.cluster.local.:8080'] }
clusterTls: { ${cluster}: { validation_context_sds_secret_config: { name: ca, sds_config: ${from} } } }
secrets: ${secrets}
${more}
`;

export default {
  fires: [
    {
      name: "secrets were not read, and Envoy's own log tells",
      envoy: 'connected: true\nwithout: [config_dump]',
      accessLog:
        '[2026-06-01 11:50:00.123][12][warning][config] [source/x.cc:130] gRPC config: initial fetch timed out for type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
      finds: [edge],
      says: 'The log of gateway edge says that a certificate was not delivered',
    },
    {
      name: 'it comes by the stream of a control plane that is gone',
      envoy: envoy('{ ca: warming }'),
      now: afterTheEnd,
      finds: [edge],
      says: 'waits for secret "ca", which was never delivered: no TLS connection to 1 of its clusters',
      effect: 'traffic',
      severity: 'error',
    },
    { name: 'SPIRE does not deliver it', envoy: envoy('{ ca: warming, own: active }', '', spire), finds: [edge] },
    {
      name: 'the certificate of a listener',
      envoy: envoy(
        '{ edge: warming }',
        `listeners: [{ name: lds_ingress_0.0.0.0_8088, port: 8088 }]\ntls: { tls_certificate_sds_secret_configs: [{ name: edge, sds_config: ${spire} }] }`,
      ),
      finds: [edge],
      says: 'never delivered: listener lds_ingress_0.0.0.0_8088 takes no TLS connection.',
    },
    { name: 'no cluster is known to want it', envoy: envoy('{ other: warming }'), finds: [edge], says: '"other"' },
    {
      name: 'two Envoys wait for it: one finding',
      envoy: [envoy('{ ca: warming }'), envoy('{ ca: warming }')],
      finds: [edge],
    },
  ],
  quiet: [
    { name: 'all came', envoy: envoy('{ ca: active }'), notEvaluated: [] },
    { name: 'Envoy has only just started', envoy: envoy('{ ca: warming }', 'uptime: 20'), notEvaluated: [] },
    { name: 'it asks for none', envoy: envoy('{}'), notEvaluated: [] },
    { name: 'the config dump holds no secrets', envoy: 'connected: false', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
