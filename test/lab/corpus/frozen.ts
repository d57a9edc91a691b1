import { wellStories } from './frozen-well.ts';
import { route, service, target, withSidecar, workload } from './parts.ts';
import type { CorpusStory, Group } from './story.ts';

const webhook = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: appmesh-controller-mutating-webhook-configuration}
webhooks:
  - name: mpod.appmesh.k8s.aws
    admissionReviewVersions: [v1beta1]
    clientConfig: {service: {name: appmesh-controller-webhook-service, namespace: appmesh-system, path: /mutate-v1-pod}}
    failurePolicy: Fail
    namespaceSelector: {matchExpressions: [{key: appmesh.k8s.aws/sidecarInjectorWebhook, operator: In, values: [enabled, disabled]}]}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
    sideEffects: None
`;
const injecting = {
  'Namespace shop': { metadata: { labels: { 'appmesh.k8s.aws/sidecarInjectorWebhook': 'enabled' } } },
};
const hook = 'webhook-blocks-pods MutatingWebhookConfiguration appmesh-controller-mutating-webhook-configuration';
const controller = ['EndpointSlice', 'Pod', 'ReplicaSet', 'Deployment'].map((kind) => `${kind} appmesh-system/*`);
const restart = 'restart-loses-config VirtualGateway shop/edge';

const healthy: readonly CorpusStory[] = [
  {
    name: 'frozen-calm',
    says: 'App Mesh has ended, the gateway serves, and nothing is about to restart it.',
    copies: 'fresh',
  },
  { name: 'frozen-nobody-asked-for-copies', says: 'The same, and meshdoctor is not told where rescue copies lie.' },
  {
    name: 'frozen-under-traffic',
    says: 'A frozen gateway that serves, with requests going on.',
    requests: ['/cart/1', '/catalog/2', '/orders/3', '/users/4', '/search/5'].map((path) => ({ path })),
  },
  {
    name: 'frozen-scanners',
    says: 'Scanners ask for pages that never were: 404s that are nobody’s fault.',
    requests: ['/wp-login.php', '/.env', '/phpmyadmin/', '/cart/1'].map((path) => ({ path })),
  },
  {
    name: 'frozen-unused-workload-at-0',
    says: 'A Deployment that no route leads to is scaled to 0.',
    apply: workload('legacy', 'shop', 0).join('---'),
  },
  {
    name: 'frozen-other-namespace',
    says: 'Another namespace has its own applications, an Ingress and an autoscaler, and nothing to do with the mesh.',
    apply: `
apiVersion: v1
kind: Namespace
metadata: {name: blog}
---${workload('wordpress', 'blog', 2).join('---')}---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: blog, namespace: blog}
spec: {rules: [{host: blog.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: wordpress, port: {number: 8080}}}}]}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: wordpress, namespace: blog}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wordpress}, minReplicas: 2, maxReplicas: 8}
`,
  },
  {
    name: 'frozen-network-policy-allows',
    says: 'A NetworkPolicy lets everybody reach the port of the gateway, and nothing else.',
    apply: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: edge, namespace: shop}
spec: {podSelector: {matchLabels: {app: edge}}, policyTypes: [Ingress], ingress: [{ports: [{port: 8088, protocol: TCP}]}]}
`,
  },
  {
    name: 'frozen-successor-beside',
    says: 'Pods built from a rescue copy run beside the gateway, with a Service of their own: the hand-over is being prepared.',
    apply: workload('edge-static', 'shop', 2).join('---'),
  },
  {
    name: 'frozen-controller-runs',
    says: 'The controller still runs and answers its webhook; the namespace asks for no injection.',
    apply: webhook,
  },
  {
    name: 'frozen-another-webhook',
    says: 'A webhook of another product asks about pods, and its failurePolicy is Ignore.',
    apply: `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: labeller}
webhooks: [{name: pods.labeller.example.com, admissionReviewVersions: [v1], clientConfig: {service: {name: labeller, namespace: labeller}}, failurePolicy: Ignore, rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}], sideEffects: None}]
`,
  },
  {
    name: 'frozen-no-cluster-rights',
    says: 'Only the admin endpoints of the Envoys can be asked: nothing is known of the objects.',
    envoyAlone: true,
  },
];

const faulty: readonly CorpusStory[] = [
  {
    name: 'frozen-no-copy',
    says: 'Nobody has taken a rescue copy of the frozen gateway.',
    planted: ['rescue-copy-missing VirtualGateway shop/edge'],
    copies: 'none',
  },
  {
    name: 'frozen-route-typo-after-the-end',
    says: 'After the end somebody pointed the cart route at a name that does not exist; Envoy never heard of it.',
    planted: ['frozen-object-edited GatewayRoute shop/cart', 'target-service-missing GatewayRoute shop/cart'],
    merge: {
      'GatewayRoute shop/cart': {
        spec: { httpRoute: { action: { target: { virtualService: { virtualServiceRef: { name: 'carts' } } } } } },
      },
    },
  },
  {
    name: 'frozen-route-added-after-the-end',
    says: 'A whole new target and its route were applied after the end: no Envoy has them.',
    planted: ['frozen-object-edited GatewayRoute shop/wishlist', 'route-never-applied GatewayRoute shop/wishlist'],
    apply: target('wishlist', { match: '{prefix: /wishlist}' }),
  },
  {
    name: 'frozen-weights-changed-after-the-end',
    says: 'After the end the canary was given half of the requests; Envoy goes on with a tenth.',
    planted: ['frozen-object-edited VirtualRouter shop/catalog', 'config-drift VirtualRouter shop/catalog'],
    merge: {
      'VirtualRouter shop/catalog': {
        spec: {
          routes: [
            {
              name: 'canary',
              httpRoute: {
                match: { prefix: '/' },
                action: {
                  weightedTargets: [
                    { virtualNodeRef: { name: 'catalog-v1' }, weight: 50 },
                    { virtualNodeRef: { name: 'catalog-v2' }, weight: 50 },
                  ],
                },
              },
            },
          ],
        },
      },
    },
  },
  {
    name: 'frozen-route-deleted-after-the-end',
    says: 'A route was deleted after the end: Envoy still serves it.',
    planted: ['config-drift VirtualGateway shop/edge'],
    remove: ['GatewayRoute shop/users'],
  },
  {
    name: 'frozen-provider-gone-after-the-end',
    says: 'After the end the VirtualNode of a target was deleted; requests go on.',
    planted: ['node-missing VirtualService shop/users'],
    remove: ['VirtualNode shop/users'],
  },
  {
    name: 'frozen-deletion-stuck',
    says: 'Somebody deletes the route of the search; its finalizer waits for a service that has ended.',
    planted: ['deletion-stuck GatewayRoute shop/search'],
    doom: ['GatewayRoute shop/search'],
    // The object is gone then, and the frozen Envoy serves its requests on.
    reveals: ['config-drift'],
    hoursLater: 3,
  },
  {
    name: 'frozen-nobody-watches',
    says: 'Nothing in the cluster gathers statistics or logs.',
    planted: ['metrics-not-exported VirtualGateway shop/edge'],
    remove: ['DaemonSet amazon-cloudwatch/*', 'Pod amazon-cloudwatch/*'],
  },
  {
    name: 'frozen-target-at-0',
    says: 'A target that a route leads to was scaled to 0.',
    planted: ['node-no-ready-endpoint VirtualNode shop/users'],
    merge: { 'Deployment shop/users': { spec: { replicas: 0 } }, 'EndpointSlice shop/users-*': { endpoints: [] } },
    status: { 'Deployment shop/users': { replicas: 0, readyReplicas: 0, availableReplicas: 0, updatedReplicas: 0 } },
    remove: ['Pod shop/users-*'],
  },
  {
    name: 'frozen-target-not-ready',
    says: 'Every pod of a target is up and not ready.',
    planted: ['node-no-ready-endpoint VirtualNode shop/users'],
    status: {
      'Pod shop/users-*': {
        conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
        containerStatuses: [
          {
            name: 'users',
            image: 'registry.example.com/shop/users:1.8.0',
            imageID: '',
            ready: false,
            started: true,
            restartCount: 0,
            state: { running: { startedAt: '2026-08-14T09:30:00Z' } },
          },
        ],
      },
    },
    merge: {
      'EndpointSlice shop/users-*': {
        endpoints: [
          { addresses: ['10.244.9.1'], conditions: { ready: false, serving: false, terminating: false } },
          { addresses: ['10.244.9.2'], conditions: { ready: false, serving: false, terminating: false } },
        ],
      },
    },
  },
  {
    name: 'frozen-target-service-gone',
    says: 'The Service that the name of a target stands for was deleted.',
    planted: ['node-hostname-unknown VirtualNode shop/users'],
    remove: ['Service shop/users', 'EndpointSlice shop/users-*'],
  },
  {
    name: 'frozen-gateway-rollout',
    says: 'A rollout of the gateway is under way: one of its next pods is up, and empty.',
    planted: [restart],
    merge: {
      'Deployment shop/edge': { spec: { template: { metadata: { annotations: { restartedAt: '2026-11-27' } } } } },
    },
    status: {
      'Deployment shop/edge': {
        observedGeneration: 2,
        replicas: 3,
        updatedReplicas: 1,
        readyReplicas: 2,
        availableReplicas: 2,
        unavailableReplicas: 1,
      },
    },
  },
  {
    name: 'frozen-gateway-autoscaled',
    says: 'An autoscaler scales the frozen gateway.',
    planted: [restart],
    apply: `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: edge, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: edge}, minReplicas: 1, maxReplicas: 5}
status: {currentReplicas: 2, desiredReplicas: 2}
`,
  },
  {
    name: 'frozen-no-budget',
    says: 'Nothing keeps a drain from evicting every pod of the gateway.',
    planted: [restart],
    remove: ['PodDisruptionBudget shop/edge'],
  },
  {
    name: 'frozen-lax-budget',
    says: 'The budget of the gateway lets one pod go.',
    planted: [restart],
    merge: { 'PodDisruptionBudget shop/edge': { spec: { maxUnavailable: 1 } } },
  },
  {
    name: 'frozen-node-cordoned',
    says: 'The node under one of the gateway’s pods is cordoned, as before a drain.',
    planted: [restart],
    merge: { 'Node ip-10-0-1-17.eu-west-1.compute.internal': { spec: { unschedulable: true } } },
  },
  {
    name: 'frozen-node-not-ready',
    says: 'A node under the gateway is not ready: its pods are about to be deleted.',
    planted: [restart],
    status: {
      'Node ip-10-0-2-42.eu-west-1.compute.internal': {
        conditions: [
          {
            type: 'Ready',
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            lastHeartbeatTime: '2026-11-26T20:00:00Z',
            lastTransitionTime: '2026-11-26T20:01:00Z',
          },
        ],
      },
    },
  },
  {
    name: 'frozen-webhook-left-behind',
    says: 'The controller was removed, and its webhook refuses every new pod.',
    planted: [hook],
    apply: webhook,
    remove: controller,
  },
  {
    name: 'frozen-pods-refused',
    says: 'The same, and a target that tried to scale was refused already.',
    planted: [hook],
    apply: webhook,
    remove: controller,
    say: {
      'ReplicaSet shop/cart-*0': {
        reason: 'FailedCreate',
        message:
          'Error creating: Internal error occurred: failed calling webhook "mpod.appmesh.k8s.aws": failed to call webhook: Post "https://appmesh-controller-webhook-service.appmesh-system.svc:443/mutate-v1-pod?timeout=10s": no endpoints available for service "appmesh-controller-webhook-service"',
        component: 'replicaset-controller',
        count: 14,
      },
    },
  },
  {
    name: 'frozen-injection-on',
    says: 'The namespace still asks for injection, and the controller that injects runs on.',
    planted: ['injection-breaks-new-pods Namespace shop'],
    merge: injecting,
    apply: webhook,
  },
  {
    name: 'frozen-sidecars-serve',
    says: 'The pods of a target have sidecars that serve on; injection is off, nothing is about to restart them.',
    remove: ['Pod shop/cart-*'],
    apply: [0, 1].map((at) => withSidecar('cart', at)).join('---'),
  },
  {
    name: 'frozen-sidecar-never-configured',
    says: 'A pod of a target came back after the end with a sidecar that waits for a configuration.',
    planted: ['sidecar-never-configured VirtualNode shop/cart'],
    remove: ['Pod shop/cart-*'],
    apply: [withSidecar('cart', 0), withSidecar('cart', 1, false)].join('---'),
  },
  {
    name: 'frozen-sidecars-autoscaled',
    says: 'An autoscaler scales a target whose sidecars serve, and injection is on.',
    planted: ['sidecar-restart-risk VirtualNode shop/cart', 'injection-breaks-new-pods Namespace shop'],
    remove: ['Pod shop/cart-*'],
    merge: injecting,
    apply: [
      ...[0, 1].map((at) => withSidecar('cart', at)),
      webhook,
      `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}, minReplicas: 2, maxReplicas: 6}
status: {currentReplicas: 2, desiredReplicas: 2}
`,
    ].join('---'),
  },
  {
    name: 'frozen-gateway-deleted',
    says: 'Somebody deletes the VirtualGateway; its finalizers wait for a service that has ended.',
    planted: ['deletion-stuck VirtualGateway shop/edge'],
    doom: ['VirtualGateway shop/edge'],
    hoursLater: 3,
  },
  {
    name: 'frozen-mesh-deleted',
    says: 'Somebody deletes the Mesh; its finalizers wait for its members, and for a service that has ended.',
    planted: ['deletion-stuck Mesh shop'],
    doom: ['Mesh shop'],
    hoursLater: 3,
  },
  {
    name: 'frozen-service-port-changed',
    says: 'The Service of a target was changed to another port; Envoy still asks for the old one.',
    planted: ['node-port-mismatch VirtualNode shop/cart'],
    merge: {
      'Service shop/cart': { spec: { ports: [{ name: 'http', port: 9090, targetPort: 8080, protocol: 'TCP' }] } },
    },
  },
  {
    name: 'frozen-route-to-added-service',
    says: 'After the end a route was added that sends a new path to an old target: it takes no effect.',
    planted: ['frozen-object-edited GatewayRoute shop/basket', 'route-never-applied GatewayRoute shop/basket'],
    apply: route('basket', '{prefix: /basket}', 'cart'),
  },
  {
    name: 'frozen-service-without-provider',
    says: 'A VirtualService was added after the end whose node is missing; nothing leads to it.',
    planted: ['frozen-object-edited VirtualService shop/gifts', 'node-missing VirtualService shop/gifts'],
    apply: service('gifts'),
  },
];

/** A frozen gateway, whole: what happens around it. */
export const frozenGroups: readonly Group[] = [
  {
    name: 'frozen',
    envoyVersion: '1.40.0',
    replicas: 2,
    controlPlane: 'dead',
    stories: [...healthy, ...wellStories, ...faulty],
  },
];
