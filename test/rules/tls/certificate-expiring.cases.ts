import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const year = "from: '2026-01-01T00:00:00Z'";
const listener = 'listeners: [{ name: lds_ingress_0.0.0.0_8443 }]';
const throughAds = 'tls: { tls_certificate_sds_secret_configs: [{ name: acm, sds_config: { ads: {} } }] }';
const throughSpire =
  'tls: { tls_certificate_sds_secret_configs: [{ name: edge, sds_config: { api_config_source: { grpc_services: [{ envoy_grpc: { cluster_name: static_cluster_sds_unix_socket } }] } } }] }';
const fromFile = 'tls: { tls_certificates: [{ certificate_chain: { filename: /certs/edge.pem } }] }';
const inside = 'tls: { tls_certificates: [{ certificate_chain: { inline_string: x } }] }';
const cert = (to: string, more = '', from = year) =>
  `certs: [{ names: [shop.example.com], ${from}, to: '${to}'${more} }]`;
const envoy = (tls: string, certs: string, connected = false) =>
  [`connected: ${connected}`, listener, tls, certs].join('\n');
const now = afterTheEnd;

export default {
  fires: [
    {
      name: 'it came through App Mesh, and has 18 days left',
      envoy: envoy(throughAds, cert('2026-12-12T12:00:00Z')),
      now,
      finds: [edge],
      says: 'Certificate for shop.example.com of gateway edge ends in 18 days (2026-12-12T12:00:00Z) and cannot be renewed.',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'it came through App Mesh, and has six days left',
      envoy: envoy(throughAds, cert('2026-11-30T12:00:00Z')),
      now,
      finds: [edge],
      says: 'in 6 days',
      severity: 'error',
    },
    {
      name: 'it stood in the configuration itself',
      envoy: envoy(inside, cert('2026-12-12T12:00:00Z')),
      now,
      finds: [edge],
      severity: 'warning',
    },
    {
      name: 'from a file, which a frozen Envoy read once',
      envoy: envoy(fromFile, cert('2026-12-12T12:00:00Z', ', path: /certs/edge.pem')),
      now,
      finds: [edge],
      says: 'cannot be renewed',
      severity: 'warning',
    },
    {
      name: 'a CA ends',
      envoy: envoy(throughAds, cert('2026-12-12T12:00:00Z', ', authority: true')),
      now,
      finds: [edge],
      says: 'CA certificate for',
    },
    {
      name: 'two Envoys hold it: one finding',
      envoy: [envoy(throughAds, cert('2026-12-12T12:00:00Z')), envoy(throughAds, cert('2026-12-12T12:00:00Z'))],
      now,
      finds: [edge],
    },
    {
      name: 'SPIRE should have renewed it',
      envoy: envoy(throughSpire, cert('2026-11-24T06:00:00Z', '', "from: '2026-11-23T06:00:00Z'")),
      now,
      finds: [edge],
      says: 'in less than a day (2026-11-24T06:00:00Z), in the last fifth of its lifetime',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'far away', envoy: envoy(throughAds, cert('2027-06-01T00:00:00Z')), now, notEvaluated: [] },
    {
      name: 'SPIRE renews it each half day',
      envoy: envoy(throughSpire, cert('2026-11-24T16:00:00Z', '', "from: '2026-11-23T16:00:00Z'")),
      now,
      notEvaluated: [],
    },
    {
      name: 'a control plane lives: it renews',
      envoy: envoy(throughAds, cert('2026-12-20T00:00:00Z', '', "from: '2026-10-21T00:00:00Z'"), true),
      now,
      notEvaluated: [],
    },
    {
      name: 'it has ended: certificate-expired',
      envoy: envoy(throughAds, cert('2026-11-01T00:00:00Z')),
      now,
      notEvaluated: [],
    },
    {
      name: 'nobody saw where it came from',
      envoy: envoy('', cert('2026-12-12T12:00:00Z', '', "from: '2026-11-12T12:00:00Z'")),
      now,
      notEvaluated: [edge],
    },
    { name: 'certificates were not read', envoy: envoy(throughAds, ''), now, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
