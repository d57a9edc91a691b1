import { edge, matching, node, router } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const header = 'x-app-mesh-virtual-service';
const self = 'cds_ingress_shop_edge_shop_self_redirect_http_15001';
const keeps = (name: string) => `{ prefix: /${name}, cluster: ${self}, addHeader: { ${header}: ${name}.shop } }`;
const rewrites = (name: string) => `{ prefix: /${name}, cluster: ${self}, hostRewrite: ${name}.shop }`;
const backend = (name: string) =>
  `{ match: { prefix: /, headers: [{ name: ${header}, string_match: { exact: ${name}.shop } }] }, cluster: ${name} }`;
const envoy = (ingress: readonly string[], backends: readonly string[], more = '') => `
connected: false
listeners:
  - { name: lds_ingress_0.0.0.0_8088, rds: rds_ingress_http_8088 }
  - { name: lds_egress_0.0.0.0_15001, rds: rds_egress_http_15001 }
clusters: { ${self}: ['127.0.0.1:15001'], cart: ['cart.shop:8080'], admin: ['admin.shop:8080'] }
routes:
  rds_ingress_http_8088: { self_redirect: [${ingress.join(', ')}] }
  rds_egress_http_15001: { default_backend: [${backends.join(', ')}], cart.shop: [{ prefix: /, cluster: cart }] }
${more}
`;
const both = [backend('admin'), backend('cart')];

export default {
  fires: [
    {
      name: 'a path of cart reaches admin',
      envoy: envoy([keeps('cart')], both),
      finds: ['VirtualGateway shop/edge'],
      says: '(x-app-mesh-virtual-service: admin.shop) goes to cluster admin as /cart with host www.example.com. Without the header it goes to cluster cart',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'once for the gateway, with its objects',
      manifests:
        edge('http 8088') + matching('prefix: /cart', { rewrite: 'hostname: { defaultTargetHostname: DISABLED }' }),
      envoy: envoy([keeps('cart')], both),
      finds: ['VirtualGateway shop/edge'],
      says: 'By 1 route of gateway edge',
    },
  ],
  quiet: [
    {
      name: 'an older Envoy joins the lines',
      envoy: envoy([keeps('cart')], both, 'version: 1.38.3'),
      notEvaluated: [],
    },
    { name: 'one VirtualService only', envoy: envoy([keeps('cart')], [backend('cart')]), notEvaluated: [] },
    {
      name: 'its own route is tried first',
      envoy: envoy([keeps('cart')], [backend('cart'), backend('admin')]),
      notEvaluated: [],
    },
    {
      name: 'the host is rewritten: the header decides nothing',
      envoy: envoy([rewrites('cart')], both),
      notEvaluated: [],
    },
    {
      name: 'the version was not read',
      envoy: envoy([keeps('cart')], both, 'without: [server_info]'),
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    {
      name: 'a gateway of which no Envoy was read, beside one that keeps one host only',
      manifests:
        edge('http 8088') +
        matching('prefix: /cart') +
        virtualService('cart', { router: 'cart' }) +
        router(['http 8080'], 'prefix: /') +
        node('http 8080'),
      envoy: envoy([keeps('cart')], [backend('cart')], 'node: mesh/shop/virtualGateway/other_shop'),
      notEvaluated: [],
    },
    { name: 'no Envoy was read', manifests: edge('http 8088') + matching('prefix: /cart'), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
