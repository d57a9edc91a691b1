import { afterTheEnd, deployment, virtualGateway } from '../../support/frozen.ts';
import { namespace, target, webhook, workload } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const shop = 'Namespace shop';
const two = target('cart') + workload('cart') + target('pay') + workload('pay');
const off = 'appmesh.k8s.aws/sidecarInjectorWebhook: disabled';
export default {
  fires: [
    {
      name: 'two targets whose next pods will be dead',
      manifests: namespace() + two,
      now: afterTheEnd,
      finds: [shop],
      says: 'Each next pod of 2 workloads in namespace shop gets an Envoy that nobody configures and never becomes ready: cart, pay',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'TLS is spoken on the way: no label comes off',
      manifests: namespace() + target('cart', ', tls: { mode: STRICT }') + workload('cart'),
      now: afterTheEnd,
      finds: [shop],
      says: 'one workload',
    },
    {
      name: 'a gateway enforces TLS towards its backends',
      manifests:
        namespace() +
        two +
        virtualGateway.replace('spec: {', 'spec: { backendDefaults: { clientPolicy: { tls: { validation: {} } } },'),
      now: afterTheEnd,
      finds: [shop],
    },
    {
      name: 'the namespace says disabled, and one pod template overrides it',
      manifests: namespace(off) + two + workload('cart', off.replace('disabled', 'enabled')),
      now: afterTheEnd,
      finds: [shop],
      says: 'one workload in namespace shop',
    },
    {
      name: 'the webhook is installed',
      manifests: namespace() + two + webhook('mpod.appmesh.k8s.aws'),
      closed: true,
      now: afterTheEnd,
      finds: [shop],
    },
  ],
  quiet: [
    { name: 'the label is gone', manifests: namespace('team: shop') + two, now: afterTheEnd, notEvaluated: [] },
    {
      name: 'every workload has turned it off',
      manifests: namespace() + target('cart') + workload('cart', off),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'the webhook is not installed any more',
      manifests: namespace() + two + webhook('other'),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'no VirtualNode selects them',
      manifests: namespace() + target('cart') + workload('other'),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'only the gateway itself: restart-loses-config speaks of it',
      manifests: namespace() + virtualGateway + deployment() + target('edge'),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'other workloads may not have been read',
      manifests: namespace() + target('cart') + workload('other'),
      now: afterTheEnd,
      notEvaluated: [shop],
    },
    { name: 'before the end', manifests: namespace() + two, notEvaluated: [] },
    {
      name: 'a control plane lives',
      manifests: namespace() + two,
      envoy: 'connected: true',
      now: afterTheEnd,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
