import { gateway, service, written } from '../../support/edge.ts';
import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const served = { request: 'GET /cart/1', ends: '200 -', served: true, count: 500, everyMs: 100 } as const;
const check = { request: 'GET /', ends: '404 NR', agent: 'ELB-HealthChecker/2.0', count: 60, everyMs: 10_000 } as const;
const balanced = (codes: string): string =>
  gateway +
  written() +
  service({
    type: 'LoadBalancer',
    metadata: `annotations: { service.beta.kubernetes.io/aws-load-balancer-healthcheck-success-codes: '${codes}' }`,
  });

export default {
  fires: [
    {
      name: 'a load balancer asks for / and no route takes it',
      envoy: loggedGateway,
      accessLog: logOf(served, check),
      finds: ['VirtualGateway shop/edge'],
      says: '60 health checks (GET /) were answered 404 by gateway edge',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'a kubelet',
      envoy: loggedGateway,
      accessLog: logOf(served, { ...check, request: 'GET /healthz', agent: 'kube-probe/1.29', count: 5 }),
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'only 200 to 299 count as good',
      envoy: loggedGateway,
      manifests: balanced('200-299'),
      accessLog: logOf(served, check),
      finds: ['VirtualGateway shop/edge'],
    },
  ],
  quiet: [
    { name: 'four', envoy: loggedGateway, accessLog: logOf(served, { ...check, count: 4 }), notEvaluated: [] },
    {
      name: 'clients ask for it, no checker',
      envoy: loggedGateway,
      accessLog: logOf(served, { ...check, agent: 'curl/8.1' }),
      notEvaluated: [],
    },
    {
      name: 'the application itself answers 404',
      envoy: loggedGateway,
      accessLog: logOf(served, { ...check, request: 'GET /cart/health', ends: '404 -', served: true }),
      notEvaluated: [],
    },
    {
      name: '404 counts as good',
      envoy: loggedGateway,
      manifests: balanced('200,404'),
      accessLog: logOf(served, check),
      notEvaluated: [],
    },
    {
      name: '404 is in the range that counts as good',
      envoy: loggedGateway,
      manifests: balanced('200-499'),
      accessLog: logOf(served, check),
      notEvaluated: [],
    },
    { name: 'no log was read', envoy: loggedGateway, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
