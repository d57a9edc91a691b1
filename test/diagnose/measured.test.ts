import { expect, it } from 'vitest';
import { measuresOf } from '../../src/diagnose/measured.ts';
import { buildModel } from '../../src/model/model.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

/** A gateway that hands requests to itself; the counters as one reading told them. */
const envoy = `
node: mesh/shop/virtualGateway/edge_shop
listeners: [{name: lds_ingress_0.0.0.0_8088}]
routes:
  rds_ingress_http_8088: {'*': [{prefix: /, cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001}]}
  rds_egress_http_15001: {cart.shop: [{prefix: /, cluster: cds_egress_shop_cart_shop_http_8080}]}
clusters: {cds_ingress_shop_edge_shop_self_redirect_http_15001: ['127.0.0.1:15001'], cds_egress_shop_cart_shop_http_8080: ['10.0.0.9:8080']}
stats:
  - http.ingress.downstream_rq_total: 100
    http.egress.downstream_rq_total: 90
    http.ingress.downstream_rq_5xx: 12
    http.egress.downstream_rq_5xx: 12
    http.ingress.no_route: 4
    http.egress.no_route: 3
    http.egress.no_cluster: 2
    cluster.cds_egress_shop_cart_shop_http_8080.upstream_rq_retry: 5
    cluster.cds_ingress_shop_edge_shop_self_redirect_http_15001.upstream_rq_retry: 7
    server.uptime: 100
`;

it('the counters of an Envoy are summed by what they say: each request once, what ended it at either listener, tries of targets alone', () => {
  const [measure] = measuresOf(buildModel(snapshotOf({ envoy, now: '2026-11-27T00:00:00Z' })));
  expect(measure?.read?.counters).toMatchObject({
    'rq total': 100,
    'rq 5xx': 12,
    'no-route': 7,
    'cause no-cluster': 2,
    'retry shop/cart': 5,
  });
  expect(Object.keys(measure?.read?.counters ?? {}).filter((name) => name.startsWith('retry '))).toEqual([
    'retry shop/cart',
  ]);
});

it.each([
  ['True', 'unseen'],
  ['False', 'down'],
])('of a pod whose Envoy does not answer Kubernetes tells what it is good for: ready %s', (ready, use) => {
  const manifests = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: {name: edge, namespace: shop}
spec: {podSelector: {matchLabels: {app: edge}}}
---
apiVersion: v1
kind: Pod
metadata: {name: edge-1, namespace: shop, labels: {app: edge}}
spec: {containers: [{name: envoy, image: envoy, env: [{name: APPMESH_VIRTUAL_NODE_NAME, value: mesh/shop/virtualGateway/edge_shop}]}]}
status: {phase: Running, conditions: [{type: Ready, status: '${ready}'}]}
`;
  const measures = measuresOf(buildModel(snapshotOf({ manifests, now: '2026-11-27T00:00:00Z' })));
  expect(measures).toMatchObject([{ gateway: 'shop/edge', use }]);
});
