import { gateway, service, written } from '../../support/edge.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const balancer = (status = 'loadBalancer: {}', createdAt = '2026-05-01T00:00:00Z') =>
  service({ type: 'LoadBalancer', status, metadata: `uid: u-1, creationTimestamp: '${createdAt}'` });
const justMade = balancer('loadBalancer: {}', '2026-06-01T11:57:00Z');
const event = (type: string, name = 'edge') => `
apiVersion: v1
kind: Event
metadata: { name: edge.1, namespace: shop }
involvedObject: { kind: Service, name: ${name}, namespace: shop }
type: ${type}
reason: FailedBuildModel
message: 'unable to resolve at least one subnet'
lastTimestamp: '2026-06-01T11:59:00Z'
---
`;

export default {
  fires: [
    {
      name: 'no address since a month',
      manifests: gateway + written() + balancer(),
      finds: [edge],
      says: 'Service edge of gateway edge is of type LoadBalancer and has no address.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'just made, and the controller says why it fails',
      manifests: gateway + written() + justMade + event('Warning'),
      finds: [edge],
      says: 'has no address: FailedBuildModel',
    },
    { name: 'its status is empty', manifests: gateway + balancer('conditions: []'), finds: [edge] },
  ],
  quiet: [
    {
      name: 'it has an address',
      manifests:
        gateway + written() + balancer('loadBalancer: { ingress: [{ hostname: a.elb.test }] }') + event('Warning'),
      notEvaluated: [],
    },
    { name: 'just made', closed: true, manifests: gateway + justMade, notEvaluated: [] },
    {
      name: 'just made, and all goes well',
      closed: true,
      manifests: gateway + justMade + event('Normal'),
      notEvaluated: [],
    },
    {
      name: 'events of another Service',
      closed: true,
      manifests: gateway + justMade + event('Warning', 'cart'),
      notEvaluated: [],
    },
    {
      name: 'a Service without load balancer',
      manifests: gateway + service({ status: 'loadBalancer: {}' }),
      notEvaluated: [],
    },
    { name: 'written by hand', manifests: gateway + service({ type: 'LoadBalancer' }), notEvaluated: [edge] },
    {
      name: 'the load balancer of something else',
      manifests: gateway + balancer().replace('app: edge', 'app: cart'),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
