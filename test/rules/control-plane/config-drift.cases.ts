import { behind, edge, matching, runningEdge } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const shop = (...routes: readonly string[]) => edge('http 8088') + routes.join('') + behind() + behind('web');
const self = 'cds_ingress__edge_shop_self_redirect_http_15001';
const to = (name: string) => `cluster: ${self}, hostRewrite: ${name}.shop`;
const cut = (prefix: string, name = 'cart') =>
  `{ prefix: ${prefix}/, prefixRewrite: /, ${to(name)} }, { prefix: ${prefix}, prefixRewrite: /, ${to(name)} }`;
const hosts = (names: Readonly<Record<string, string>>) =>
  Object.entries(names)
    .map(([name, cluster]) => `${name}.shop: [{ prefix: /, cluster: ${cluster} }]`)
    .join(', ');
const clusterOf = (name: string) => `cds_egress__${name}_shop_http_8080`;
const both = { cart: clusterOf('cart'), web: clusterOf('web') };

/** The Envoy of the gateway as App Mesh would have made it of these routes. */
const envoy = (ingress: string, egress: Readonly<Record<string, string>> = both, connected = false) => `
connected: ${connected}
listeners:
  - { name: lds_ingress_0.0.0.0_8088, rds: rds_ingress_http_8088, manager: { normalize_path: true, merge_slashes: true } }
  - { name: lds_egress_0.0.0.0_15001, rds: rds_egress_http_15001, manager: { normalize_path: true, merge_slashes: true } }
clusters: { ${self}: ['127.0.0.1:15001'], ${clusterOf('cart')}: ['cart.shop:8080'], ${clusterOf('web')}: ['web.shop:8080'], ${clusterOf('old')}: ['old.shop:8080'] }
routes: { rds_ingress_http_8088: { self_redirect: [${ingress}] }, rds_egress_http_15001: { ${hosts(egress)} } }
`;
const late = { now: '2026-11-24T12:00:00Z', closed: true };

export default {
  fires: [
    {
      name: 'a prefix that was changed, on a living control plane',
      manifests: shop(matching('prefix: /kart')),
      envoy: envoy(cut('/cart'), { cart: clusterOf('cart') }, true),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'Route shop/cart does not run as it is written: GET http://www.example.com/cart',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the same on a frozen gateway changes nothing there',
      manifests: shop(matching('prefix: /kart')),
      envoy: envoy(cut('/cart'), { cart: clusterOf('cart') }),
      ...late,
      finds: ['GatewayRoute shop/cart'],
      says: 'This gateway is frozen: what the objects say takes no effect',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'a route that never arrived takes requests of another by the objects',
      manifests: shop(matching('prefix: /'), matching('prefix: /web', { name: 'web', target: 'web' })),
      envoy: envoy(`{ prefix: /, prefixRewrite: /, ${to('cart')} }`, both, true),
      closed: true,
      finds: ['GatewayRoute shop/web'],
    },
    {
      name: 'a route of which the object is gone',
      manifests: shop(matching('prefix: /cart')),
      envoy: envoy(`${cut('/cart')}, ${cut('/web', 'web')}`, both, true),
      closed: true,
      finds: ['VirtualGateway shop/edge'],
      says: 'runs what no object asks for',
    },
    {
      name: 'another node behind the VirtualService',
      manifests: shop(matching('prefix: /cart')),
      envoy: envoy(cut('/cart'), { cart: clusterOf('old') }, true),
      closed: true,
      finds: ['VirtualService shop/cart'],
      says: `goes to cluster ${clusterOf('old')}`,
    },
    {
      name: 'another rewrite of the path',
      manifests: shop(matching('prefix: /cart', { rewrite: 'prefix: { value: /v2/ }' })),
      envoy: envoy(cut('/cart'), { cart: clusterOf('cart') }, true),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'as /v2/',
    },
    {
      name: 'the cluster by which the gateway hands requests to itself is gone',
      manifests: shop(matching('prefix: /cart')),
      envoy: envoy(cut('/cart'), { cart: clusterOf('cart') }, true).replace(
        `clusters: { ${self}:`,
        'clusters: { other:',
      ),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'gets 503 (NC)',
    },
    {
      name: 'a feature whose form was never seen: a warning',
      manifests: shop(matching('prefix: /cart, hostname: { exact: shop.example.com }')),
      envoy: envoy(cut('/cart'), { cart: clusterOf('cart') }, true),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      severity: 'warning',
      says: 'GET http://www.example.com/cart',
    },
  ],
  quiet: [
    {
      name: 'the Envoy runs what is asked',
      manifests: shop(matching('prefix: /cart'), matching('prefix: /web', { name: 'web', target: 'web' })),
      envoy: envoy(`${cut('/cart')}, ${cut('/web', 'web')}`),
      ...late,
      notEvaluated: [],
    },
    {
      name: 'routes that share nothing, in another order',
      manifests: shop(matching('prefix: /cart'), matching('prefix: /web', { name: 'web', target: 'web' })),
      envoy: envoy(`${cut('/web', 'web')}, ${cut('/cart')}`),
      ...late,
      notEvaluated: [],
    },
    {
      name: 'an order that App Mesh does not define, the other way round',
      manifests: shop(matching('prefix: /a/'), matching('path: { exact: /a/login }', { name: 'web', target: 'web' })),
      envoy: envoy(`{ prefix: /a/, prefixRewrite: /, ${to('cart')} }, { match: { path: /a/login }, ${to('web')} }`),
      ...late,
      notEvaluated: [],
    },
    {
      name: 'objects that were not all read: the route may be that of another',
      manifests: shop(matching('prefix: /cart')),
      envoy: envoy(`${cut('/cart')}, ${cut('/web', 'web')}`),
      now: late.now,
      notEvaluated: [
        'GatewayRoute shop/cart',
        'VirtualGateway shop/edge',
        'VirtualService shop/cart',
        'VirtualService shop/web',
      ],
    },
    {
      name: 'a VirtualService that was not read',
      manifests: edge('http 8088') + matching('prefix: /cart'),
      envoy: envoy(cut('/cart')),
      now: late.now,
      notEvaluated: ['GatewayRoute shop/cart', 'VirtualGateway shop/edge'],
    },
    {
      name: 'the VirtualService is gone: target-service-missing tells',
      manifests: edge('http 8088') + matching('prefix: /cart'),
      envoy: envoy(cut('/cart')),
      ...late,
      notEvaluated: [],
    },
    {
      name: 'an Envoy without listeners is the business of gateway-pod-empty',
      manifests: shop(matching('prefix: /cart')),
      envoy: 'connected: false\nroutes: {}',
      ...late,
      notEvaluated: [],
    },
    { name: 'no Envoy was read', manifests: shop(matching('prefix: /cart')), notEvaluated: ['rule'] },
    { name: 'no object was read', envoy: runningEdge('{ prefix: / }'), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
