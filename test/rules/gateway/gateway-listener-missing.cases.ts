import type { RuleCases } from '../../support/rule-table.ts';

const gateway = (...ports: readonly number[]) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec:
  listeners: [${ports.map((port) => `{ portMapping: { port: ${port}, protocol: http } }`).join(', ')}]
`;
const open = 'lds_ingress_0.0.0.0_8088';

export default {
  fires: [
    {
      name: 'the second of two listeners is not there',
      manifests: gateway(8088, 9443),
      envoy: `listeners: [{ name: ${open} }]`,
      finds: ['VirtualGateway shop/edge'],
      says: 'port 9443',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'configured and not bound',
      manifests: gateway(80),
      envoy:
        "listeners: [{ name: lds_ingress_0.0.0.0_80, bound: false, refused: 'cannot bind 0.0.0.0:80: Permission denied' }]",
      finds: ['VirtualGateway shop/edge'],
      says: 'port 80',
    },
    {
      name: 'only the config dump was saved',
      manifests: gateway(8088),
      envoy: 'listeners: []\nwithout: [listeners]',
      finds: ['VirtualGateway shop/edge'],
    },
  ],
  quiet: [
    { name: 'open', manifests: gateway(8088), envoy: `listeners: [{ name: ${open} }]`, notEvaluated: [] },
    {
      name: 'under another name, on that port',
      manifests: gateway(8088),
      envoy: 'listeners: [{ name: mine, port: 8088 }]',
      notEvaluated: [],
    },
    { name: 'no Envoy was read', manifests: gateway(8088), notEvaluated: ['rule'] },
    {
      name: 'another gateway is not this one',
      manifests: gateway(8088),
      envoy: 'node: mesh/shop/virtualGateway/other_shop\nlisteners: []',
      notEvaluated: [],
    },
    {
      name: 'neither page was read',
      manifests: gateway(8088),
      envoy: 'without: [listeners, config_dump]',
      notEvaluated: ['rule'],
    },
  ],
} satisfies RuleCases;
