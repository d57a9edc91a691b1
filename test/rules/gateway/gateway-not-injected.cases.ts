import { gateway, written } from '../../support/edge.ts';
import { afterTheEnd, pod } from '../../support/frozen.ts';
import { namespace, webhook } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const key = 'appmesh.k8s.aws/sidecarInjectorWebhook';
const bare = (more: { annotations?: string; ready?: boolean } = {}, name = 'edge-1') =>
  pod(name, { ready: false, ...more, identity: "''" }).replace('envoy:v1', 'aws-appmesh-envoy:v1.34');

export default {
  fires: [
    {
      name: 'the namespace does not ask for it',
      manifests: gateway + namespace('team: shop') + bare(),
      finds: [edge],
      says: 'Pod edge-1 of gateway edge carries no name of a gateway',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'no container is named envoy',
      manifests: gateway + namespace() + bare().replaceAll('name: envoy', 'name: proxy'),
      finds: [edge],
      says: 'Pod edge-1 of gateway edge has no container named envoy',
    },
    {
      name: 'an annotation skips it',
      manifests: gateway + namespace() + bare({ annotations: `${key}: disabled` }),
      finds: [edge],
    },
    {
      name: 'the webhook is gone, and so is App Mesh',
      manifests: gateway + namespace() + webhook('other') + bare() + bare({}, 'edge-2'),
      closed: true,
      now: afterTheEnd,
      finds: [edge],
      says: '2 pods of gateway edge carry no name of a gateway',
    },
  ],
  quiet: [
    { name: 'configured', manifests: gateway + namespace() + webhook() + pod('edge-1'), notEvaluated: [] },
    {
      name: 'configured, and not ready for another reason',
      manifests: gateway + pod('edge-1', { ready: false }),
      notEvaluated: [],
    },
    {
      name: 'ready all the same: it has its configuration from elsewhere',
      manifests: gateway + bare({ ready: true }),
      notEvaluated: [],
    },
    {
      name: 'started with its own command: made from a rescue copy',
      manifests:
        gateway +
        bare().replace('{ name: envoy, image', "{ name: envoy, command: [envoy, '-c', /etc/envoy.yaml], image"),
      notEvaluated: [],
    },
    { name: 'written by hand: the webhook comes later', manifests: gateway + written(), notEvaluated: ['rule'] },
    {
      name: 'a pod of something else',
      manifests: gateway + bare().replace('app: edge', 'app: cart'),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
