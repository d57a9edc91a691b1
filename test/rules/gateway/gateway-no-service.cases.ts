import { gateway, service, written } from '../../support/edge.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';

export default {
  fires: [
    {
      name: 'there is none',
      manifests: gateway + written(),
      closed: true,
      finds: [edge],
      says: 'No Service of namespace shop selects the pods of gateway edge.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the selector of its Service asks for a label the pods do not carry',
      manifests: gateway + written() + service({ selector: 'app: edge, tier: front' }),
      closed: true,
      finds: [edge],
      says: 'Service edge selects others',
    },
    {
      name: 'a Service of the same labels in another namespace is no Service of it',
      manifests: gateway + written() + service().replace('namespace: shop', 'namespace: other'),
      closed: true,
      finds: [edge],
    },
  ],
  quiet: [
    { name: 'one selects them', manifests: gateway + written() + service(), closed: true, notEvaluated: [] },
    {
      name: 'one selects them by a label of the pods only',
      manifests: gateway + written({ labels: 'app: edge, tier: front' }) + service({ selector: 'tier: front' }),
      closed: true,
      notEvaluated: [],
    },
    { name: 'the Services may lie elsewhere', manifests: gateway + written(), notEvaluated: ['rule'] },
    {
      name: 'a Service of something else was read, and not all of them',
      manifests: gateway + written() + service({ name: 'cart', selector: 'app: cart' }),
      notEvaluated: [edge],
    },
    {
      name: 'on the network of its nodes',
      manifests: gateway + written({ spec: 'hostNetwork: true,' }),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'endpoints written by hand',
      manifests: `${gateway}
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: shop, labels: { app: edge } }
spec: { containers: [{ name: envoy }] }
status: { podIP: 10.0.0.9 }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: edge-1, namespace: shop }
endpoints: [{ addresses: [10.0.0.9] }]
`,
      closed: true,
      notEvaluated: [],
    },
    { name: 'no pod and no workload of it', manifests: gateway, closed: true, notEvaluated: [] },
  ],
} satisfies RuleCases;
