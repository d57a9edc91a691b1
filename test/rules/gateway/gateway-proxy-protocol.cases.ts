import { gateway, service, written } from '../../support/edge.ts';
import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const aws = 'service.beta.kubernetes.io/aws-load-balancer-';
const balanced = (annotation: string, type = 'LoadBalancer'): string =>
  gateway + written() + service({ type, metadata: `annotations: { ${aws}${annotation} }` });
const header = { request: '- -', ends: '400 DPE', count: 200 } as const;
const served = { request: 'GET /cart/1', ends: '200 -', served: true, count: 100, everyMs: 100 } as const;
const expecting = `
connected: false
listeners: [{ name: lds_ingress_0.0.0.0_8088, port: 8088, rds: main, filters: [envoy.filters.listener.proxy_protocol] }]
routes: { main: { self_redirect: [{ prefix: /, cluster: cart }] } }
clusters: { cart: ['10.0.0.9:8080'] }
`;

export default {
  fires: [
    {
      name: 'by its own annotation',
      envoy: loggedGateway,
      manifests: balanced("proxy-protocol: '*'"),
      finds: [edge],
      says: 'The load balancer of Service edge begins each connection with a PROXY protocol header',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'among the attributes of the target group',
      envoy: loggedGateway,
      manifests: balanced("target-group-attributes: 'preserve_client_ip.enabled=true,proxy_protocol_v2.enabled=true'"),
      finds: [edge],
    },
    {
      name: 'the log alone shows it',
      manifests: balanced("proxy-protocol: '*'"),
      accessLog: logOf(header),
      finds: [edge],
    },
  ],
  quiet: [
    { name: 'the listener expects it', envoy: expecting, manifests: balanced("proxy-protocol: '*'"), notEvaluated: [] },
    {
      name: 'turned off among the attributes',
      envoy: loggedGateway,
      manifests: balanced('target-group-attributes: proxy_protocol_v2.enabled=false'),
      notEvaluated: [],
    },
    {
      name: 'no load balancer takes the annotation',
      envoy: loggedGateway,
      manifests: balanced("proxy-protocol: '*'", 'NodePort'),
      notEvaluated: [],
    },
    {
      name: 'no listener was read, and half of the requests are served',
      manifests: balanced("proxy-protocol: '*'"),
      accessLog: logOf(header, served, { ...served, request: 'GET /pay/2' }),
    },
    { name: 'neither listener nor log', manifests: balanced("proxy-protocol: '*'"), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
