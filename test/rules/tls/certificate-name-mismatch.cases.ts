import { afterTheEnd } from '../../support/frozen.ts';
import { edge, matching, node, router } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const gateway = 'VirtualGateway shop/edge';
const cert = (...names: readonly string[]) =>
  `{ names: [${names.map((name) => `'${name}'`).join(', ')}], from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' }`;
const ca = `{ names: [shop.example.com], from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z', authority: true }`;
const tls = 'tls: { tls_certificates: [{ certificate_chain: { filename: /certs/chain.pem } }] }';
const envoy = (certs: string, { host = 'shop.example.com', more = tls } = {}) => `
connected: false
listeners: [{ name: lds_ingress_0.0.0.0_8443, rds: rds_ingress_http_8443 }]
clusters: { cart: ['cart.shop:8080'] }
routes:
  rds_ingress_http_8443:
    self_redirect:
      - match: { prefix: /, headers: [{ name: ':authority', string_match: { exact: '${host}' } }] }
        cluster: cart
${more}
${certs}
`;
const certs = (...all: readonly string[]) => `certs: [${all.join(', ')}]`;

export default {
  fires: [
    {
      name: 'the certificate is for another name',
      envoy: envoy(certs(cert('old.example.com'))),
      now: afterTheEnd,
      finds: [gateway],
      says: 'routes shop.example.com over TLS, and has no certificate for it: only for old.example.com.',
      effect: 'traffic',
      severity: 'warning',
    },
    { name: 'a wildcard stands for one label', envoy: envoy(certs(cert('*.com'))), finds: [gateway] },
    {
      name: 'the name of a CA does not count',
      manifests: edge('http 8443') + matching('prefix: /cart'),
      envoy: envoy(certs(cert('old.example.com'), ca)),
      finds: [gateway],
    },
    {
      name: 'the port is no part of the name',
      envoy: envoy(certs(cert('old.example.com')), { host: 'Shop.example.com:443' }),
      finds: [gateway],
      says: 'routes shop.example.com over TLS',
    },
  ],
  quiet: [
    { name: 'it has the name', envoy: envoy(certs(cert('shop.example.com'))), notEvaluated: [] },
    { name: 'a wildcard covers it', envoy: envoy(certs(cert('a.example.com', '*.example.com'))), notEvaluated: [] },
    {
      name: 'another of its certificates has the name',
      envoy: envoy(certs(cert('old.example.com'), cert('shop.example.com'))),
      notEvaluated: [],
    },
    { name: 'plain HTTP', envoy: envoy(certs(cert('old.example.com')), { more: '' }), notEvaluated: [] },
    { name: 'a certificate without alternative names', envoy: envoy(certs(cert())), notEvaluated: [] },
    { name: 'only a CA was loaded', envoy: envoy(certs(ca)), notEvaluated: [] },
    {
      name: 'a gateway of which no Envoy was read, beside one whose certificate is right',
      manifests:
        edge('http 8443') +
        matching('prefix: /cart') +
        virtualService('cart', { router: 'cart' }) +
        router(['http 8080'], 'prefix: /') +
        node('http 8080'),
      envoy: `${envoy(certs(cert('shop.example.com')))}node: mesh/shop/virtualGateway/other_shop\n`,
      notEvaluated: [],
    },
    { name: 'certificates were not read', envoy: envoy(''), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
