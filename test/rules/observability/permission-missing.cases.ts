import type { RuleCases } from '../../support/rule-table.ts';

const event = (message: string): string => `
apiVersion: v1
kind: Event
metadata: { name: edge.1, namespace: shop }
involvedObject: { kind: ReplicaSet, namespace: shop, name: edge-1 }
reason: FailedCreate
message: ${JSON.stringify(message)}
---
`;
const account = 'system:serviceaccount:shop:operator';

export default {
  fires: [
    {
      name: 'a controller may not create pods',
      manifests: event(
        `pods is forbidden: User "${account}" cannot create resource "pods" in API group "" in the namespace "shop"`,
      ),
      finds: ['ReplicaSet shop/edge-1'],
      says: `${account} may not create pods in namespace shop`,
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'this tool may not list a kind',
      manifests: '',
      refused: [
        {
          kind: 'EndpointSlice',
          reason: 'not allowed: list endpointslices.discovery.k8s.io in namespace shop',
          namespace: 'shop',
        },
      ],
      finds: ['Kind shop/EndpointSlice'],
      says: 'This tool may not list endpointslices.discovery.k8s.io in namespace shop',
      severity: 'info',
    },
    {
      name: 'AWS refuses an action',
      cloudWatch: 'refused: [{ action: cloudwatch:GetMetricData, message: User is not authorized }]',
      finds: ['IAMAction cloudwatch:GetMetricData'],
      says: 'AWS refuses this tool cloudwatch:GetMetricData',
      severity: 'warning',
    },
    {
      name: 'in the words of the API server, for the whole cluster',
      manifests: '',
      refused: [
        {
          kind: 'Node',
          namespace: '*',
          reason: 'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
        },
      ],
      finds: ['Kind Node'],
      says: 'This tool may not list nodes in the whole cluster',
    },
  ],
  quiet: [
    {
      name: 'forbidden by a quota is no matter of rights',
      manifests: event('pods "x" is forbidden: exceeded quota: q, requested: pods=1'),
      notEvaluated: [],
    },
    {
      name: 'not read for another reason',
      manifests: '',
      refused: [{ kind: 'Pod', namespace: '*', reason: 'list pods: no answer in time' }],
      notEvaluated: [],
    },
    { name: 'nothing was refused', manifests: event('Created pod: edge-1'), notEvaluated: [] },
  ],
} satisfies RuleCases;
