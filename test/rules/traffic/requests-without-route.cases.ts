import { logOf } from '../../support/log-lines.ts';
import { loggedGateway, twoGateways } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const served = { request: 'GET /cart/1', ends: '200 -', served: true, count: 100 } as const;

/** A GatewayRoute that App Mesh never applied: the Envoy does not run it. */
const neverApplied = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec: { awsName: edge_shop, meshRef: { name: shop, uid: m }, podSelector: {}, listeners: [{ portMapping: { port: 8088, protocol: http } }] }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: reviews, namespace: shop }
spec:
  meshRef: { name: shop, uid: m }
  virtualGatewayRef: { name: edge, namespace: shop, uid: g }
  httpRoute:
    match: { prefix: /reviews }
    action: { target: { virtualService: { virtualServiceRef: { name: reviews } } } }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { meshRef: { name: shop, uid: m } }
`;

export default {
  fires: [
    {
      name: 'a kind of request that no route takes',
      envoy: loggedGateway,
      accessLog: logOf(served, { request: 'GET /reviews/7', ends: '404 NR', count: 60 }),
      finds: ['VirtualGateway shop/edge'],
      says: '60 requests to /reviews/* (GET /reviews/:id) were answered 404 by gateway edge without a route; none like them was served',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'fewer where such requests were served before',
      envoy: loggedGateway,
      accessLog: logOf(
        { request: 'GET /old/1', ends: '200 -', served: true, count: 5 },
        { ...served, count: 9000, everyMs: 10 },
        { request: 'GET /old/1', ends: '404 NR', count: 20, at: '2026-06-01T11:55:00Z' },
      ),
      finds: ['VirtualGateway shop/edge'],
      says: '5 like them were served in the same time',
      severity: 'error',
    },
    {
      name: 'an object asks for them that the gateway does not run',
      manifests: neverApplied,
      envoy: loggedGateway,
      accessLog: logOf(served, { request: 'GET /reviews/7', ends: '404 NR', count: 60 }),
      finds: ['GatewayRoute shop/reviews'],
      severity: 'error',
    },
    {
      name: 'scanners are one information',
      envoy: loggedGateway,
      accessLog: logOf(
        served,
        { request: 'GET /.env', ends: '404 NR', count: 70 },
        { request: 'GET /wp-login.php', ends: '404 NR', count: 20 },
        { request: 'GET /', ends: '404 NR', count: 90, agent: 'ELB-HealthChecker/2.0' },
      ),
      finds: ['VirtualGateway shop/edge'],
      says: '90 more requests have no route at gateway edge, none of a kind that matters by its number: 90 of scanners.',
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'a few',
      envoy: loggedGateway,
      accessLog: logOf(served, { request: 'GET /reviews/7', ends: '404 NR', count: 19 }),
      notEvaluated: [],
    },
    {
      name: 'a 404 of the target',
      envoy: loggedGateway,
      accessLog: logOf(served, { request: 'GET /cart/9', ends: '404 -', served: true, count: 400 }),
      notEvaluated: [],
    },
    {
      name: 'the configuration has a route for them: another rule tells that',
      envoy: loggedGateway,
      accessLog: logOf(served, { request: 'GET /pay/9', ends: '404 NR', count: 400 }),
      notEvaluated: [],
    },
    { name: 'no log was read', envoy: loggedGateway, notEvaluated: ['rule'] },
    {
      name: 'nobody knows which gateway wrote the log',
      envoy: twoGateways,
      accessLog: logOf(served, { request: 'GET /reviews/7', ends: '404 NR', count: 60 }),
      notEvaluated: ['VirtualGateway shop/edge', 'VirtualGateway shop/other'],
    },
  ],
} satisfies RuleCases;
