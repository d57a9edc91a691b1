import { workload } from './parts.ts';
import type { CorpusStory } from './story.ts';

const controller = ['EndpointSlice', 'Pod', 'ReplicaSet', 'Deployment'].map((kind) => `${kind} appmesh-system/*`);
const unready = { ready: false, serving: false, terminating: false };

/** Frozen gateways that serve, each with something that tempts to a false accusation. */
export const wellStories: readonly CorpusStory[] = [
  {
    name: 'frozen-controller-removed',
    says: 'The controller was removed, and its webhook before it.',
    remove: controller,
  },
  {
    name: 'frozen-budget-by-minimum',
    says: 'The budget asks for both pods of the gateway, so that none may go.',
    merge: { 'PodDisruptionBudget shop/edge': { spec: { maxUnavailable: null, minAvailable: 2 } } },
  },
  {
    name: 'frozen-budget-by-share',
    says: 'The budget says the same by a share: all of the pods.',
    merge: { 'PodDisruptionBudget shop/edge': { spec: { maxUnavailable: null, minAvailable: '100%' } } },
  },
  {
    name: 'frozen-labelled-route',
    says: 'Somebody wrote a label on a route after the end: what it asks for is as before.',
    merge: { 'GatewayRoute shop/cart': { metadata: { labels: { team: 'checkout' } } } },
  },
  {
    name: 'frozen-annotated-gateway',
    says: 'Somebody wrote a note on the VirtualGateway after the end.',
    merge: {
      'VirtualGateway shop/edge': { metadata: { annotations: { 'example.com/do-not-touch': 'see runbook 12' } } },
    },
  },
  {
    name: 'frozen-target-scaled-out',
    says: 'A target got more pods behind the Service that Envoy asks.',
    merge: {
      'Deployment shop/users': { spec: { replicas: 4 } },
      'EndpointSlice shop/users-*': {
        endpoints: [1, 2, 3, 4].map((at) => ({
          addresses: [`10.244.9.${at}`],
          conditions: { ready: true, serving: true, terminating: false },
        })),
      },
    },
    status: { 'Deployment shop/users': { replicas: 4, readyReplicas: 4, availableReplicas: 4, updatedReplicas: 4 } },
  },
  {
    name: 'frozen-target-half-ready',
    says: 'One of two pods of a target is not ready; the other serves.',
    merge: {
      'EndpointSlice shop/users-*': {
        endpoints: [
          { addresses: ['10.244.9.1'], conditions: { ready: true, serving: true, terminating: false } },
          { addresses: ['10.244.9.2'], conditions: unready },
        ],
      },
    },
  },
  {
    name: 'frozen-ingress',
    says: 'An Ingress leads to the Service of the gateway.',
    apply: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: edge, namespace: shop}
spec: {rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: edge, port: {number: 80}}}}]}}]}
status: {loadBalancer: {ingress: [{hostname: edge-1.eu-west-1.elb.amazonaws.com}]}}
`,
  },
  {
    name: 'frozen-second-service',
    says: 'A second Service leads to the gateway: the successor’s weights are tried with it.',
    apply: `
apiVersion: v1
kind: Service
metadata: {name: edge-internal, namespace: shop}
spec: {selector: {app: edge}, ports: [{name: http, port: 8088, targetPort: 8088}]}
`,
  },
  {
    name: 'frozen-policy-on-a-target',
    says: 'A NetworkPolicy lets the gateway and nobody else reach a target.',
    apply: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec: {podSelector: {matchLabels: {app: cart}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: edge}}}], ports: [{port: 8080, protocol: TCP}]}]}
`,
  },
  {
    name: 'frozen-other-node-cordoned',
    says: 'A node is cordoned on which no pod of the gateway runs.',
    apply: `
apiVersion: v1
kind: Node
metadata: {name: ip-10-0-3-99.eu-west-1.compute.internal}
spec: {unschedulable: true}
status: {conditions: [{type: Ready, status: 'True', reason: KubeletReady, lastHeartbeatTime: '2026-11-26T20:00:00Z', lastTransitionTime: '2026-08-14T09:30:00Z'}]}
`,
  },
  {
    name: 'frozen-new-application',
    says: 'A new application came to the namespace, without Envoy and without the mesh.',
    apply: workload('newsletter', 'shop', 2).join('---'),
  },
  {
    name: 'frozen-job-done',
    says: 'A job of the night is done: its pod stands there, not ready, and that is well.',
    apply: `
apiVersion: v1
kind: Pod
metadata: {name: report-29374, namespace: shop, labels: {job-name: report-29374}}
spec: {nodeName: ip-10-0-1-17.eu-west-1.compute.internal, restartPolicy: Never, containers: [{name: report, image: 'registry.example.com/shop/report:1.0.0'}]}
status:
  phase: Succeeded
  conditions: [{type: Ready, status: 'False', reason: PodCompleted}]
  containerStatuses: [{name: report, image: report, imageID: '', ready: false, restartCount: 0, state: {terminated: {exitCode: 0, reason: Completed, finishedAt: '2026-11-26T03:00:00Z'}}}]
`,
  },
  {
    name: 'frozen-old-warning',
    says: 'An event of a target’s start still lies there: its probe had failed once.',
    say: {
      'Pod shop/cart-*0': {
        reason: 'Unhealthy',
        message:
          'Readiness probe failed: Get "http://10.244.1.7:8080/healthz": dial tcp 10.244.1.7:8080: connect: connection refused',
        component: 'kubelet',
        count: 1,
      },
    },
  },
  {
    name: 'frozen-target-rollout',
    says: 'A target is being rolled out: one pod of the next version is ready beside the old ones, without a sidecar.',
    merge: {
      'Deployment shop/cart': {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'cart',
                  image: 'registry.example.com/shop/cart:1.9.0',
                  ports: [{ name: 'http', containerPort: 8080 }],
                },
              ],
            },
          },
        },
      },
    },
    status: {
      'Deployment shop/cart': {
        observedGeneration: 2,
        replicas: 3,
        updatedReplicas: 1,
        readyReplicas: 3,
        availableReplicas: 3,
      },
    },
  },
  {
    name: 'frozen-target-rollout-paused',
    says: 'The rollout of a target is paused; what runs serves.',
    merge: { 'Deployment shop/orders': { spec: { paused: true } } },
  },
  {
    name: 'frozen-target-autoscaled',
    says: 'An autoscaler scales a target, whose pods need no sidecar.',
    apply: `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: users, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: users}, minReplicas: 2, maxReplicas: 6}
status: {currentReplicas: 2, desiredReplicas: 3}
`,
  },
];
