import { pod, virtualGateway } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const service = `
apiVersion: v1
kind: Service
metadata: { name: edge, namespace: shop }
spec: { type: LoadBalancer, selector: { app: edge }, ports: [{ name: http, port: 80, targetPort: 8088 }] }
status: { loadBalancer: { ingress: [{ hostname: k8s-shop-edge-0a1b2c3d4e-0123456789abcdef.elb.eu-west-1.amazonaws.com }] } }
---
`;
const group = 'targetgroup/k8s-shop-edge-aaaa/111';
const balancer = 'net/k8s-shop-edge-0a1b2c3d4e/0123456789abcdef';
const series = (metric: string, counts: readonly number[], lb = balancer, tg = group): string =>
  `  - { namespace: AWS/NetworkELB, metric: ${metric}, dimensions: { LoadBalancer: ${lb}, TargetGroup: ${tg} }, values: [${counts
    .map((value, index) => `{ at: '2026-06-01T11:5${index}:00.000Z', value: ${value} }`)
    .join(', ')}] }\n`;
const watch = (...lines: readonly string[]): string => `region: eu-west-1\nseries:\n${lines.join('')}`;
const world = virtualGateway + pod('edge-1') + service;
const sick = watch(series('HealthyHostCount', [2, 0, 0, 0]), series('UnHealthyHostCount', [0, 2, 2, 2]));

export default {
  fires: [
    {
      name: 'no healthy target, and a pod is ready',
      manifests: world,
      cloudWatch: sick,
      finds: ['VirtualGateway shop/edge'],
      says: 'has no healthy target for gateway edge (2 unhealthy), though its pods are ready',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'of two target groups the one of this Service',
      manifests: world,
      cloudWatch: sick + series('HealthyHostCount', [1, 1, 1, 1], balancer, 'targetgroup/k8s-shop-web-bbbb/222'),
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'no pod was read: by what its Envoy says, through an Ingress',
      manifests: `${virtualGateway}${service.replace('type: LoadBalancer, ', '').replace(/status: .*/, '')}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: edge, namespace: shop }
spec: { rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: edge, port: { number: 80 } } } }] } }] }
status: { loadBalancer: { ingress: [{ hostname: internal-k8s-shop-edge-77-1234567890.eu-west-1.elb.amazonaws.com }] } }
`,
      envoy: 'listeners: [{ name: lds_ingress_0.0.0.0_8088 }]',
      cloudWatch: watch(
        series('HealthyHostCount', [0, 0, 0], 'app/k8s-shop-edge-77/99aa', group),
        series('UnHealthyHostCount', [1, 1, 1], 'app/k8s-shop-edge-77/99aa', group),
      ),
      finds: ['VirtualGateway shop/edge'],
    },
  ],
  quiet: [
    {
      name: 'its pod was read and is not ready, whatever its Envoy says',
      closed: true,
      manifests: virtualGateway + pod('edge-1', { ready: false }) + service,
      envoy: 'listeners: [{ name: lds_ingress_0.0.0.0_8088 }]',
      cloudWatch: sick,
      notEvaluated: [],
    },
    {
      name: 'not all Services were read',
      manifests: world,
      cloudWatch: watch(series('HealthyHostCount', [2, 2, 2])),
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    {
      name: 'healthy targets',
      closed: true,
      manifests: world,
      cloudWatch: watch(series('HealthyHostCount', [2, 2, 2])),
      notEvaluated: [],
    },
    {
      name: 'one minute alone',
      closed: true,
      manifests: world,
      cloudWatch: watch(series('HealthyHostCount', [2, 2, 0]), series('UnHealthyHostCount', [0, 0, 2])),
      notEvaluated: [],
    },
    {
      name: 'no pod is ready: told by other rules',
      closed: true,
      manifests: virtualGateway + pod('edge-1', { ready: false }) + service,
      cloudWatch: sick,
      notEvaluated: [],
    },
    {
      name: 'another load balancer',
      closed: true,
      manifests: world,
      cloudWatch: sick.replaceAll('0a1b2c3d4e/', 'ffffffffff/'),
      notEvaluated: [],
    },
    {
      name: 'no target is registered at all',
      closed: true,
      manifests: world,
      cloudWatch: watch(series('HealthyHostCount', [0, 0, 0])),
      notEvaluated: [],
    },
    { name: 'CloudWatch was not asked', manifests: world, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
