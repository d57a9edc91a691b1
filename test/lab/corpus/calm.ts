import type { Changes, Group } from './story.ts';

/** What a careful operator has done in the healthy shop, and what ran beside a gateway before App Mesh ended. */
export function calm({ controlPlane }: Group): Changes {
  return controlPlane === 'alive' ? { apply: budget } : { apply: budget, remove: [webhook] };
}

const webhook = 'MutatingWebhookConfiguration appmesh-controller-mutating-webhook-configuration';

/** Nobody evicts a pod of the gateway. */
const budget = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: edge, namespace: shop}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: edge}}}
`;
