import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualNode, virtualRouter, virtualService } from '../../support/shop.ts';

const pay = 'VirtualNode shop/pay';
const node = (protocol: string) => virtualNode('pay').replace('protocol: http', `protocol: ${protocol}`);
const routed = (type: string) =>
  gateway +
  gatewayRoute('pay') +
  virtualService('pay', { router: 'pay' }) +
  virtualRouter('pay', 'pay').replace('httpRoute', `${type}Route`);
const service = (port: string) => `
apiVersion: v1
kind: Service
metadata: { name: pay, namespace: shop }
spec: { selector: { app: pay }, ports: [{ port: 8080, ${port} }] }
---
`;
const running = (protocol: string) => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: cds_egress_shop_pay_shop_${protocol}_8080 }] } }
clusters: { cds_egress_shop_pay_shop_${protocol}_8080: ['pay.shop.svc.cluster.local.:8080'] }
`;

export default {
  fires: [
    {
      name: 'a grpcRoute leads to an http listener',
      manifests: routed('grpc') + node('http') + service('name: app'),
      finds: [pay],
      says: 'speaks http on port 8080, but the grpcRoute "to-pay" of VirtualRouter shop/pay says grpc',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the Service says HTTP/2',
      manifests: routed('http') + node('http') + service('appProtocol: kubernetes.io/h2c'),
      finds: [pay],
      says: 'port 8080 of Service shop/pay says http2',
      severity: 'error',
    },
    {
      name: 'the name of the port alone is a hint',
      manifests: routed('http') + node('http') + service('name: grpc-api'),
      finds: [pay],
      severity: 'warning',
    },
    {
      name: 'the frozen gateway speaks as the listener says',
      manifests: routed('http') + node('http') + service('appProtocol: grpc'),
      envoy: running('http'),
      now: '2026-11-24T00:00:00Z',
      finds: [pay],
      effect: 'traffic',
    },
    {
      name: 'the listener was changed after the end: the frozen gateway speaks as the Service says',
      manifests: routed('grpc') + node('http') + service('appProtocol: grpc'),
      envoy: running('grpc'),
      now: '2026-11-24T00:00:00Z',
      finds: [pay, pay],
      effect: 'latent',
    },
  ],
  quiet: [
    {
      name: 'all say http',
      closed: true,
      manifests: routed('http') + node('http') + service('name: http'),
      notEvaluated: [],
    },
    {
      name: 'http2 and grpc are one on the wire',
      closed: true,
      manifests: routed('grpc') + node('http2') + service('name: grpc'),
      notEvaluated: [],
    },
    {
      name: 'a port named http may carry HTTP/2',
      closed: true,
      manifests: routed('http2') + node('http2') + service('name: http'),
      notEvaluated: [],
    },
    {
      name: 'a port named for something else',
      closed: true,
      manifests: routed('http') + node('http') + service('name: web'),
      notEvaluated: [],
    },
    {
      name: 'appProtocol of another world',
      closed: true,
      manifests: routed('http') + node('http') + service('appProtocol: example.com/own'),
      notEvaluated: [],
    },
    { name: 'the Service was not read', manifests: routed('http') + node('http'), notEvaluated: [pay] },
  ],
} satisfies RuleCases;
