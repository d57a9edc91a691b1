import type { JsonObject } from '../../../src/lib/json.ts';

/** A GatewayRoute whose VirtualService does not exist: what it brings is told by an Event. */
export const ghost = (prefix = '/ghost'): JsonObject => ({
  apiVersion: 'appmesh.k8s.aws/v1beta2',
  kind: 'GatewayRoute',
  metadata: { name: 'ghost', namespace: 'shop', labels: { gateway: 'edge' } },
  spec: {
    httpRoute: {
      match: { prefix },
      action: { target: { virtualService: { virtualServiceRef: { name: 'nobody' } } } },
    },
  },
});
