import { gateway, service, written } from '../../support/edge.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const ingress = (name: string, port: string, more = '') => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: front, namespace: shop }
spec: { rules: [{ host: shop.test, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: ${name}, port: { ${port} } } } }${more}] } }] }
---
`;
const base = gateway + written() + service();
const other = (name: string) =>
  `, { path: /x, pathType: Prefix, backend: { service: { name: ${name}, port: { number: 80 } } } }`;

export default {
  fires: [
    {
      name: 'a port the Service does not have',
      manifests: base + ingress('edge', 'number: 8088'),
      finds: [edge],
      says: 'Ingress front sends shop.test/ to port 8088 of Service edge, which has no such port',
      effect: 'traffic',
      severity: 'error',
    },
    { name: 'a port name it does not have', manifests: base + ingress('edge', 'name: web'), finds: [edge] },
    {
      name: 'a Service that does not exist, of the name of the gateway',
      manifests: base + ingress('edge-gateway', 'number: 80'),
      closed: true,
      finds: [edge],
      says: 'Service edge-gateway, which does not exist',
    },
    {
      name: 'one of two names of the gateway is wrong',
      manifests: base + ingress('edge', 'number: 80', other('front-door')),
      closed: true,
      finds: [edge],
    },
    {
      name: 'the gateway has no Service at all',
      manifests: gateway + written() + ingress('edge', 'number: 80'),
      closed: true,
      finds: [edge],
    },
  ],
  quiet: [
    { name: 'by number', manifests: base + ingress('edge', 'number: 80'), closed: true, notEvaluated: [] },
    { name: 'by name', manifests: base + ingress('edge', 'name: http'), closed: true, notEvaluated: [] },
    {
      name: 'the Service may lie elsewhere',
      manifests: base + ingress('edge-gateway', 'number: 80'),
      notEvaluated: [edge],
    },
    {
      name: 'a missing Service of something else',
      manifests: base + ingress('cart', 'number: 80'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'a redirect of the load balancer is no Service',
      manifests: base + ingress('ssl-redirect', 'name: use-annotation', other('edge')),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'a wrong port of something else',
      manifests: base + service({ name: 'cart', selector: 'app: cart' }) + ingress('cart', 'number: 99'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'an Ingress of another namespace',
      manifests: base + ingress('edge', 'number: 99').replace('namespace: shop', 'namespace: other'),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
