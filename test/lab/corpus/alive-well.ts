import { route, service, target, workload } from './parts.ts';
import type { CorpusStory } from './story.ts';

const listener = { portMapping: { port: 8080, protocol: 'http' } };
const node = (name: string, more: object) => ({
  [`VirtualNode shop/${name}`]: { spec: { listeners: [{ ...listener, ...more }] } },
});
const action = (rewrite: object, to: string) => ({
  spec: { httpRoute: { action: { rewrite, target: { virtualService: { virtualServiceRef: { name: to } } } } } },
});
const blog = `
apiVersion: v1
kind: Namespace
metadata: {name: blog}
`;

/** Routes that look like faults of matching, and are none. */
const routes: readonly CorpusStory[] = [
  {
    name: 'alive-header-range',
    says: 'Clients of a range of versions go elsewhere, by a number in a header.',
    apply: route(
      'cart-old',
      '{prefix: /cart, headers: [{name: x-version, match: {range: {start: 1, end: 5}}}]}',
      'web',
      'shop',
      'priority: 10',
    ),
  },
  {
    name: 'alive-header-absent',
    says: 'Requests that do not say who they are go to the page that asks.',
    apply: route(
      'cart-guest',
      '{prefix: /cart, headers: [{name: x-user, invert: true}]}',
      'users',
      'shop',
      'priority: 10',
    ),
  },
  {
    name: 'alive-query-parameter',
    says: 'A parameter of the query chooses the page of a test.',
    apply: route(
      'cart-try',
      '{prefix: /cart, queryParameters: [{name: try, match: {exact: new}}]}',
      'web',
      'shop',
      'priority: 10',
    ),
  },
  {
    name: 'alive-nested-prefixes',
    says: 'A longer prefix lies within a shorter one: the longer is tried first.',
    apply: route('cart-items', '{prefix: /cart/items/}', 'orders'),
  },
  {
    name: 'alive-nested-by-priority',
    says: 'A page and the prefix around it have priorities in the order in which they are meant.',
    apply: [
      route('faq', '{path: {exact: /help/faq}}', 'web', 'shop', 'priority: 10'),
      route('help', '{prefix: /help/}', 'users', 'shop', 'priority: 20'),
    ].join('---'),
  },
  {
    name: 'alive-one-path-two-hosts',
    says: 'Two names of hosts have routes for one path: neither takes what the other wants.',
    apply: [
      route('help-de', '{prefix: /help/, hostname: {exact: de.shop.example.com}}', 'web'),
      route('help-fr', '{prefix: /help/, hostname: {exact: fr.shop.example.com}}', 'users'),
    ].join('---'),
  },
  {
    name: 'alive-disjoint-patterns',
    says: 'Two patterns of one priority have no path in common; every other route comes after them.',
    apply: [
      route('by-number', "{path: {regex: '/items/[0-9]+'}}", 'web', 'shop', 'priority: 10'),
      route('by-word', "{path: {regex: '/items/[a-z]+'}}", 'orders', 'shop', 'priority: 10'),
    ].join('---'),
  },
  {
    name: 'alive-pattern-anchored',
    says: 'A pattern carries anchors that change nothing, for it takes the whole path.',
    apply: route('years', "{path: {regex: '^/years/[0-9]{4}$'}}", 'web'),
  },
  {
    name: 'alive-method-beside-all',
    says: 'One method of a prefix has a route of its own with a smaller priority, all others the next.',
    apply: route('cart-delete', '{prefix: /cart, method: DELETE}', 'orders', 'shop', 'priority: 10'),
  },
  {
    name: 'alive-prefix-kept',
    says: 'A route keeps the prefix in the path of its target.',
    merge: { 'GatewayRoute shop/cart': action({ prefix: { defaultPrefix: 'DISABLED' } }, 'cart') },
  },
  {
    name: 'alive-prefix-replaced',
    says: 'A route writes another prefix for its target.',
    merge: { 'GatewayRoute shop/cart': action({ prefix: { value: '/v2/basket/' } }, 'cart') },
  },
  {
    name: 'alive-host-kept',
    says: 'A route leaves the host as the client wrote it.',
    merge: { 'GatewayRoute shop/cart': action({ hostname: { defaultTargetHostname: 'DISABLED' } }, 'cart') },
  },
  {
    name: 'alive-two-routes-one-target',
    says: 'An old and a new path lead to one target.',
    apply: route('basket', '{prefix: /basket}', 'cart'),
  },
];

const routerOf = (name: string, routes: string): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: {name: ${name}, namespace: shop}
spec:
  listeners: [{portMapping: {port: 8080, protocol: http}}]
  routes: ${routes}
`;
const to = (name: string): string => `{weightedTargets: [{virtualNodeRef: {name: ${name}}, weight: 100}]}`;

/** Targets that look slow, half there or oddly made, and serve. */
const targets: readonly CorpusStory[] = [
  {
    name: 'alive-router-by-header',
    says: 'A router sends testers to the next version, everybody else to this one.',
    apply: routerOf(
      'catalog',
      `[{name: testers, priority: 1, httpRoute: {match: {prefix: /, headers: [{name: x-tester, match: {exact: 'yes'}}]}, action: ${to('catalog-v2')}}}, {name: all, priority: 2, httpRoute: {match: {prefix: /}, action: ${to('catalog-v1')}}}]`,
    ),
  },
  {
    name: 'alive-router-retries',
    says: 'A router tries again when a server fails; none does.',
    apply: routerOf(
      'orders',
      `[{name: all, httpRoute: {match: {prefix: /}, action: ${to('orders')}, retryPolicy: {maxRetries: 2, perRetryTimeout: {unit: ms, value: 2000}, httpRetryEvents: [server-error, gateway-error], tcpRetryEvents: [connection-error]}}}]`,
    ),
  },
  {
    name: 'alive-target-scaled-out',
    says: 'A target runs on five pods.',
    apply: target('wishlist', { match: '{prefix: /wishlist}', replicas: 5 }),
  },
  {
    name: 'alive-target-half-ready',
    says: 'One of two pods of a target is not ready yet; the other serves.',
    merge: {
      'EndpointSlice shop/users-*': {
        endpoints: [
          { addresses: ['10.244.9.1'], conditions: { ready: true, serving: true, terminating: false } },
          { addresses: ['10.244.9.2'], conditions: { ready: false, serving: false, terminating: false } },
        ],
      },
    },
  },
  {
    name: 'alive-named-target-port',
    says: 'A Service names the port of its pods instead of numbering it.',
    merge: {
      'Service shop/cart': { spec: { ports: [{ name: 'http', port: 8080, targetPort: 'http', protocol: 'TCP' }] } },
    },
  },
  {
    name: 'alive-service-with-metrics-port',
    says: 'A Service has a second port, for statistics, that no VirtualNode knows.',
    merge: {
      'Service shop/cart': {
        spec: {
          ports: [
            { name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP' },
            { name: 'metrics', port: 9102, targetPort: 9102, protocol: 'TCP' },
          ],
        },
      },
    },
  },
  {
    name: 'alive-node-backends',
    says: 'A node lists the services that it calls.',
    merge: {
      'VirtualNode shop/web': { spec: { backends: [{ virtualService: { virtualServiceRef: { name: 'cart' } } }] } },
    },
  },
  {
    name: 'alive-health-check',
    says: 'Envoy asks a target for its health, and the target answers.',
    merge: node('cart', {
      healthCheck: {
        protocol: 'http',
        path: '/',
        healthyThreshold: 2,
        unhealthyThreshold: 3,
        timeoutMillis: 2000,
        intervalMillis: 5000,
      },
    }),
  },
  {
    name: 'alive-service-moved-on',
    says: 'A VirtualService nobody leads to any more keeps its node and its pods.',
    apply: [service('legacy'), ...workload('legacy')].join('---').concat('---', legacyNode()),
  },
  {
    name: 'alive-clients-err',
    says: 'Clients ask targets for things by paths that never were: 404s that are nobody’s fault.',
    requests: ['/wp-login.php', '/.env', '/phpmyadmin/', '/cart/1', '/orders/2'].map((path) => ({ path })),
  },
];

function legacyNode(): string {
  return `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: {name: legacy, namespace: shop}
spec:
  podSelector: {matchLabels: {app: legacy}}
  listeners: [{portMapping: {port: 8080, protocol: http}}]
  serviceDiscovery: {dns: {hostname: legacy.shop.svc.cluster.local}}
`;
}

/** What happens around a gateway whose control plane lives: any of it would hurt a frozen one. */
const around: readonly CorpusStory[] = [
  {
    name: 'alive-gateway-autoscaled',
    says: 'An autoscaler scales the gateway: new pods get their configuration.',
    apply: `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: edge, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: edge}, minReplicas: 1, maxReplicas: 5}
status: {currentReplicas: 1, desiredReplicas: 1}
`,
  },
  {
    name: 'alive-no-budget',
    says: 'No budget keeps pods of the gateway: another one gets its configuration.',
    remove: ['PodDisruptionBudget shop/edge'],
  },
  {
    name: 'alive-ingress',
    says: 'An Ingress leads to the Service of the gateway.',
    apply: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: edge, namespace: shop}
spec: {rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: edge, port: {name: http}}}}]}}]}
status: {loadBalancer: {ingress: [{hostname: edge-1.eu-west-1.elb.amazonaws.com}]}}
`,
  },
  {
    name: 'alive-second-service',
    says: 'A second Service leads to the gateway from within the cluster.',
    apply: `
apiVersion: v1
kind: Service
metadata: {name: edge-internal, namespace: shop}
spec: {selector: {app: edge}, ports: [{name: http, port: 8088, targetPort: 8088}]}
`,
  },
  {
    name: 'alive-network-policy-allows',
    says: 'A NetworkPolicy opens the port of the gateway to the balancer’s subnets and to the kubelet.',
    apply: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: edge, namespace: shop}
spec: {podSelector: {matchLabels: {app: edge}}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/16}}], ports: [{port: 8088, protocol: TCP}]}]}
`,
  },
  {
    name: 'alive-namespace-outside',
    says: 'Another namespace has applications, routes of its own kind, and nothing to do with the mesh.',
    apply: `${blog}---${workload('wordpress', 'blog', 2).join('---')}`,
  },
  {
    name: 'alive-job-done',
    says: 'A job of the night is done: its pod stands there, not ready, and that is well.',
    apply: `
apiVersion: v1
kind: Pod
metadata: {name: report-29374, namespace: shop, labels: {job-name: report-29374}}
spec: {nodeName: ip-10-0-1-17.eu-west-1.compute.internal, restartPolicy: Never, containers: [{name: report, image: 'registry.example.com/shop/report:1.0.0'}]}
status:
  phase: Succeeded
  conditions: [{type: Ready, status: 'False', reason: PodCompleted}]
  containerStatuses: [{name: report, image: report, imageID: '', ready: false, restartCount: 0, state: {terminated: {exitCode: 0, reason: Completed, finishedAt: '2026-08-14T03:00:00Z'}}}]
`,
  },
  {
    name: 'alive-egress-open',
    says: 'The mesh lets services call hosts outside of it.',
    merge: { 'Mesh shop': { spec: { egressFilter: { type: 'ALLOW_ALL' } } } },
  },
];

/** Healthy gateways before the end of App Mesh, each with something that tempts to a false accusation. */
export const wellStories: readonly CorpusStory[] = [...routes, ...targets, ...around];
