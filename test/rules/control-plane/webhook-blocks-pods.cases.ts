import { afterTheEnd, deployment, virtualGateway } from '../../support/frozen.ts';
import { namespace, webhook as hook } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const rules =
  ', rules: [{ apiGroups: [""], resources: [pods], operations: [CREATE] }], namespaceSelector: { matchExpressions: [{ key: appmesh.k8s.aws/sidecarInjectorWebhook, operator: In, values: [enabled, disabled] }] }';
const webhook = (more = ', failurePolicy: Fail', name = 'mpod.appmesh.k8s.aws') => hook(name, rules + more);
const configuration = 'MutatingWebhookConfiguration appmesh-controller-mutating-webhook-configuration';
const service = `
apiVersion: v1
kind: Service
metadata: { name: hook, namespace: appmesh-system }
spec: { selector: { app: controller }, ports: [{ port: 443 }] }
---
`;
const slice = (ready: boolean | null) => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: hook-1, namespace: appmesh-system, labels: { kubernetes.io/service-name: hook } }
endpoints: [${ready === null ? '' : `{ addresses: [10.0.0.1], conditions: { ready: ${ready} } }`}]
---
`;
const event = `
apiVersion: v1
kind: Event
metadata: { name: cart-1.x, namespace: shop }
involvedObject: { kind: ReplicaSet, namespace: shop, name: cart-6c9d }
reason: FailedCreate
message: 'Error creating: Internal error occurred: failed calling webhook "mpod.appmesh.k8s.aws": no endpoints available for service "hook"'
---
`;
const now = afterTheEnd;

export default {
  fires: [
    {
      name: 'the controller is down, and pods are refused',
      manifests: namespace() + webhook() + service + slice(null) + event,
      now,
      finds: [configuration],
      says: 'No new pod starts in namespace shop: webhook mpod.appmesh.k8s.aws must agree to each, and its Service appmesh-system/hook has no ready endpoint.',
      effect: 'latent',
      severity: 'error',
    },
    {
      name: 'it is what stops the rollout of a frozen gateway: that is stopped first',
      manifests:
        namespace() +
        webhook() +
        service +
        slice(null) +
        virtualGateway +
        deployment().replace('updatedReplicas: 2', 'updatedReplicas: 1'),
      now,
      finds: [configuration],
      severity: 'warning',
    },
    {
      name: 'nobody was refused yet; Fail is the default',
      manifests: webhook('') + service + slice(false),
      now,
      finds: [configuration],
      severity: 'warning',
    },
    {
      name: 'its Service is gone',
      manifests: webhook(),
      closed: true,
      now,
      finds: [configuration],
      says: 'does not exist',
    },
    {
      name: 'another webhook, while App Mesh lives',
      manifests: webhook('', 'policy.example.com') + service + slice(false),
      finds: [configuration],
    },
    {
      name: 'a Service without any slice',
      manifests: webhook() + service,
      closed: true,
      finds: [configuration],
      says: 'has no ready endpoint',
    },
  ],
  quiet: [
    { name: 'it answers', manifests: webhook() + service + slice(true), now, notEvaluated: [] },
    {
      name: 'failurePolicy Ignore',
      manifests: webhook(', failurePolicy: Ignore') + service + slice(false),
      now,
      notEvaluated: [],
    },
    {
      name: 'it is not asked about pods',
      manifests: webhook().replace('pods', 'meshes') + service + slice(false),
      now,
      notEvaluated: [],
    },
    { name: 'its endpoints were not read', manifests: webhook() + service, now, notEvaluated: [configuration] },
    {
      name: 'one of two slices has a ready endpoint',
      manifests: webhook() + service + slice(false) + slice(true).replace('hook-1', 'hook-2'),
      now,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
