import { gateway, service, written } from '../../support/edge.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const both = '{ name: http, port: 80, targetPort: 8088 }, { name: admin, port: 9901 }';
const ingress = (port: number) => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: front, namespace: shop }
spec: { defaultBackend: { service: { name: edge, port: { number: ${port} } } } }
---
`;

export default {
  fires: [
    {
      name: 'by a load balancer',
      manifests: gateway + written() + service({ type: 'LoadBalancer', ports: both }),
      finds: [edge],
      says: 'Port 9901 of the load balancer leads to the admin endpoint of gateway edge, through Service edge.',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'by the port of every node',
      manifests: gateway + service({ type: 'NodePort', ports: '{ port: 80, nodePort: 30080, targetPort: 9901 }' }),
      finds: [edge],
      says: 'Port 30080 of every node',
    },
    { name: 'by an Ingress', manifests: gateway + service({ ports: both }) + ingress(9901), finds: [edge] },
    {
      name: 'an Envoy of our own binds any address',
      envoy: 'node: edge-1\nadmin: 0.0.0.0',
      finds: ['Envoy edge-1'],
      says: 'listens on 0.0.0.0:9901',
      severity: 'warning',
    },
    {
      name: 'the image of App Mesh binds it so: a standing fact',
      envoy: 'connected: false\nadmin: 0.0.0.0',
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'a Service inside the cluster, for metrics',
      closed: true,
      manifests: gateway + written() + service({ ports: both }),
      notEvaluated: [],
    },
    {
      name: 'the load balancer leads to the listener',
      closed: true,
      manifests: gateway + service({ type: 'LoadBalancer' }),
      notEvaluated: [],
    },
    {
      name: 'the Ingress leads to the listener',
      closed: true,
      manifests: gateway + service({ ports: both }) + ingress(80),
      notEvaluated: [],
    },
    {
      name: 'a listener of the gateway on that port',
      closed: true,
      manifests: gateway.replace('8088', '9901') + service({ type: 'LoadBalancer', ports: both }),
      notEvaluated: [],
    },
    { name: 'loopback', manifests: '', closed: true, envoy: 'node: edge-1', notEvaluated: [] },
    { name: 'no Service was read', envoy: 'node: edge-1', notEvaluated: ['Envoy edge-1'] },
    {
      name: 'the load balancer of something else',
      closed: true,
      manifests: gateway + service({ type: 'LoadBalancer', ports: both, selector: 'app: cart' }),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
