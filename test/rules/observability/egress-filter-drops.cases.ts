import type { RuleCases } from '../../support/rule-table.ts';

const mesh = (spec: string): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop }
spec: { ${spec} }
---
`;
const sidecar = (from: number, to: number, all = to - from, node = 'virtualNode/cart_shop'): string => `
node: mesh/shop/${node}
stats: [{ http.egress.no_route: ${from}, http.egress.downstream_rq_total: 0 }, { http.egress.no_route: ${to}, http.egress.downstream_rq_total: ${all} }]
`;

export default {
  fires: [
    {
      name: 'DROP_ALL is the default',
      manifests: mesh(''),
      envoy: sidecar(5, 105, 400),
      finds: ['VirtualNode shop/cart'],
      says: 'refused 100 of 400 requests of its own application within 60 seconds',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'DROP_ALL is written',
      manifests: mesh('egressFilter: { type: DROP_ALL }'),
      envoy: sidecar(0, 40),
      finds: ['VirtualNode shop/cart'],
    },
  ],
  quiet: [
    {
      name: 'ALLOW_ALL',
      manifests: mesh('egressFilter: { type: ALLOW_ALL }'),
      envoy: sidecar(0, 400),
      notEvaluated: [],
    },
    { name: 'a few', manifests: mesh(''), envoy: sidecar(0, 6), notEvaluated: [] },
    { name: 'below one in a hundred', manifests: mesh(''), envoy: sidecar(0, 30, 9000), notEvaluated: [] },
    { name: 'an old count', manifests: mesh(''), envoy: sidecar(700, 700, 900), notEvaluated: [] },
    {
      name: 'a gateway has no egress filter',
      manifests: mesh(''),
      envoy: sidecar(0, 400, 400, 'virtualGateway/edge_shop'),
      notEvaluated: [],
    },
    { name: 'the mesh is not known', envoy: sidecar(0, 400), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
