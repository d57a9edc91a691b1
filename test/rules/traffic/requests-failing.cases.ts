import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const cluster = 'cds_egress_shop_cart_shop_http_8080';
const story = (first: string, second: string): string => `
connected: false
clusters: { ${cluster}: ['cart.shop.svc.cluster.local.:8080'], cds_ingress_shop_edge_shop_self_redirect_http_15001: ['127.0.0.1:15001'] }
stats: [{ ${first} }, { ${second} }]
`;
const rates = (failed: number, all: number, more = ''): string =>
  story(
    `cluster.${cluster}.upstream_rq_5xx: 3, cluster.${cluster}.upstream_rq_completed: 10, http.ingress.downstream_rq_total: 0`,
    `cluster.${cluster}.upstream_rq_5xx: ${3 + failed}, cluster.${cluster}.upstream_rq_completed: ${10 + all}, http.ingress.downstream_rq_total: ${all * 2}${more}`,
  );
const node = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: cart, namespace: shop }
spec: { listeners: [{ portMapping: { port: 8080, protocol: http } }] }
`;

const served = { request: 'GET /cart/1', ends: '200 -', served: true, count: 100, everyMs: 10_000 } as const;
const failed = { request: 'POST /pay/1', ends: '503 UF', count: 60 } as const;

export default {
  fires: [
    {
      name: 'the log says so, and since when',
      envoy: loggedGateway,
      accessLog: logOf(served, { ...failed, at: '2026-06-01T11:50:00Z' }),
      finds: ['Cluster pay'],
      says: '60 of 60 logged requests from gateway edge to Cluster pay failed',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a route whose cluster is not there',
      envoy: loggedGateway.replace("pay: ['10.0.0.7:8080']", ''),
      accessLog: logOf(served, { ...failed, ends: '503 NC' }),
      finds: ['VirtualGateway shop/edge'],
      says: '60 of 60 logged requests through gateway edge',
    },
    {
      name: 'the target answers so',
      manifests: node,
      envoy: rates(40, 200),
      finds: ['VirtualNode shop/cart'],
      says: '40 of 200 requests from gateway edge to VirtualNode shop/cart were answered with 5xx within 60 seconds',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the gateway gave up waiting',
      envoy: rates(40, 200, `, cluster.${cluster}.upstream_rq_timeout: 40`),
      finds: ['VirtualNode shop/cart'],
    },
    {
      name: 'a cluster of no App Mesh object',
      envoy: `
node: edge-1
routes: { main: { all: [{ prefix: /, cluster: web }] } }
clusters: { web: ['web.shop:80'] }
stats: [{ cluster.web.upstream_rq_5xx: 0 }, { cluster.web.upstream_rq_5xx: 90 }]
`,
      finds: ['Cluster web'],
    },
  ],
  quiet: [
    {
      name: 'nineteen in the log',
      envoy: loggedGateway,
      accessLog: logOf(served, { ...failed, count: 19 }),
      notEvaluated: [],
    },
    {
      name: 'clients that left, and 404',
      envoy: loggedGateway,
      accessLog: logOf(served, { request: 'GET /cart/1', ends: '0 DC', count: 90 }, { ...failed, ends: '404 -' }),
      notEvaluated: [],
    },
    { name: 'nineteen', envoy: rates(19, 19), notEvaluated: [] },
    { name: 'below one in a hundred', envoy: rates(50, 9000), notEvaluated: [] },
    { name: 'errors of long ago', envoy: rates(0, 400), notEvaluated: [] },
    {
      name: 'one reading is no rate',
      envoy: story('', '').replace(/stats: .*/, `stats: [{ cluster.${cluster}.upstream_rq_5xx: 900 }]`),
      notEvaluated: ['VirtualNode shop/cart'],
    },
    {
      name: 'Envoy restarted in between',
      envoy: rates(400, 400, ', server.uptime: 3'),
      notEvaluated: ['VirtualNode shop/cart'],
    },
    {
      name: 'the cluster between the two listeners is not counted again',
      envoy: story(
        'cluster.cds_ingress_shop_edge_shop_self_redirect_http_15001.upstream_rq_5xx: 0',
        'cluster.cds_ingress_shop_edge_shop_self_redirect_http_15001.upstream_rq_5xx: 500',
      ),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
