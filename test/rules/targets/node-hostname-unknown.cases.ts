import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualNode, virtualService } from '../../support/shop.ts';

const pay = 'VirtualNode shop/pay';
const mesh = gateway + gatewayRoute('pay') + virtualService('pay', { node: 'pay' }) + virtualNode('pay');
const service = (name: string) => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: pay }, ports: [{ port: 8080 }] }
---
`;
const running = (host: string) => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: cds_egress_shop_pay_shop_http_8080 }] } }
clusters: { cds_egress_shop_pay_shop_http_8080: ['${host}.:8080'] }
`;

export default {
  fires: [
    {
      name: 'no such Service, and the running gateway asks for it',
      manifests: mesh,
      envoy: running('pay.shop.svc.cluster.local'),
      closed: true,
      finds: [pay],
      says: 'there is no such Service',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the running gateway has an older name',
      manifests: mesh + service('payments'),
      envoy: running('payments.shop.svc.cluster.local'),
      closed: true,
      finds: [pay],
      effect: 'latent',
    },
    {
      name: 'after the end the objects alone are latent',
      manifests: virtualNode('pay'),
      closed: true,
      now: '2026-11-24T00:00:00Z',
      finds: [pay],
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'it is there', manifests: mesh + service('pay'), closed: true, notEvaluated: [] },
    { name: 'not all Services were read', manifests: mesh + service('payments'), notEvaluated: [pay] },
    {
      name: 'a host name outside the cluster',
      manifests: virtualNode('pay', 443, 'pay.example.com.eu-west-1.elb.amazonaws.com') + service('pay'),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
