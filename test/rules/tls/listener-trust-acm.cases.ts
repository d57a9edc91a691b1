import type { RuleCases } from '../../support/rule-table.ts';

const gateway = (tls: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec: { listeners: [{ portMapping: { port: 8443, protocol: http }, tls: ${tls} }] }
`;
const edge = 'VirtualGateway shop/edge';
const acm = gateway('{ mode: STRICT, validation: { trust: { acm: { certificateAuthorityARNs: [arn] } } } }');

export default {
  fires: [
    {
      name: 'acm in the trust of a listener',
      manifests: acm,
      finds: [edge],
      says: 'trusts client certificates by ACM',
      severity: 'error',
      now: '2026-09-01T00:00:00Z',
    },
    {
      name: 'after the end it changes nothing',
      manifests: acm,
      now: '2026-11-24T00:00:00Z',
      finds: [edge],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'a gateway of the same name that lives in another namespace is another',
      manifests: `${acm}---\n${acm.replace('namespace: shop', 'namespace: other').replace('acm: { certificateAuthorityARNs: [arn] }', 'file: { certificateChain: /ca.pem }')}`,
      envoy: 'connected: true\nnode: mesh/shop/virtualGateway/edge_other',
      now: '2026-11-24T00:00:00Z',
      finds: [edge],
      effect: 'latent',
    },
  ],
  quiet: [
    {
      name: 'a file',
      manifests: gateway('{ validation: { trust: { file: { certificateChain: /ca.pem } } } }'),
      notEvaluated: [],
    },
    {
      name: 'its own certificate may come from ACM',
      manifests: gateway('{ certificate: { acm: { certificateARN: arn } } }'),
      notEvaluated: [],
    },
    {
      name: 'a policy for clients may trust ACM',
      manifests: gateway('{}').replace(
        'spec: {',
        'spec: { backendDefaults: { clientPolicy: { tls: { validation: { trust: { acm: { certificateAuthorityARNs: [arn] } } } } } },',
      ),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
