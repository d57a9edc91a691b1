import { wellStories } from './alive-well.ts';
import { node, route, router, service, target, workload } from './parts.ts';
import type { CorpusStory, Group } from './story.ts';

/** Before the end of App Mesh, and after the pods were started. */
const now = '2026-09-01T10:00:00Z';

const healthy: readonly CorpusStory[] = [
  { name: 'alive-calm', says: 'Before the end: the control plane is connected, everything serves.' },
  {
    name: 'alive-under-traffic',
    says: 'The same with requests going on.',
    requests: ['/cart/1', '/catalog/2', '/orders/3', '/users/4', '/search/5', '/payments/6'].map((path) => ({ path })),
  },
  {
    name: 'alive-canary-half',
    says: 'A canary takes half of the requests.',
    apply: router('catalog', { 'catalog-v1': 50, 'catalog-v2': 50 }),
  },
  {
    name: 'alive-canary-off',
    says: 'A canary is kept at weight 0, ready to take requests.',
    apply: router('catalog', { 'catalog-v1': 100, 'catalog-v2': 0 }),
  },
  {
    name: 'alive-new-route',
    says: 'A target and its route were added, and the gateway took them.',
    apply: target('wishlist', { match: '{prefix: /wishlist}' }),
  },
  {
    name: 'alive-beta-by-header',
    says: 'Requests of beta users go elsewhere, by a header and a smaller priority.',
    apply: route(
      'cart-beta',
      '{prefix: /cart, headers: [{name: x-user, match: {exact: beta}}]}',
      'web',
      'shop',
      'priority: 10',
    ),
  },
  {
    name: 'alive-exact-path',
    says: 'One page of a prefix has a route of its own, with a smaller priority.',
    apply: route('cart-help', '{path: {exact: /cart/help}}', 'web', 'shop', 'priority: 10'),
  },
  {
    name: 'alive-regex-path',
    says: 'A route takes the orders of a year by a pattern over the whole path.',
    apply: route('archive', "{path: {regex: '/archive/20[0-9][0-9]/.*'}}", 'orders', 'shop', 'priority: 10'),
  },
  {
    name: 'alive-hosts',
    says: 'Two names of hosts have routes of their own, one exact, one by suffix.',
    apply: [
      route('help', '{prefix: /, hostname: {exact: help.shop.example.com}}', 'web'),
      route('partners', '{prefix: /, hostname: {suffix: .partners.example.com}}', 'users'),
    ].join('---'),
  },
  {
    name: 'alive-methods',
    says: 'Reading and writing of one path go to two targets, by method.',
    apply: [
      route('notes-read', '{prefix: /notes, method: GET}', 'web'),
      route('notes-write', '{prefix: /notes, method: POST}', 'orders'),
    ].join('---'),
  },
  {
    name: 'alive-other-namespace',
    says: 'A second namespace is in the mesh, and its route leads to a target of its own.',
    apply: `
apiVersion: v1
kind: Namespace
metadata: {name: blog, labels: {mesh: shop, gateway: edge, appmesh.k8s.aws/sidecarInjectorWebhook: disabled}}
---${target('posts', { match: '{prefix: /posts}', namespace: 'blog' })}`,
  },
  {
    name: 'alive-router-timeouts',
    says: 'A target has a longer time for its answers, on the route of its router and on its node.',
    merge: {
      'VirtualNode shop/orders': {
        spec: {
          listeners: [
            {
              portMapping: { port: 8080, protocol: 'http' },
              timeout: { http: { perRequest: { unit: 's', value: 10 }, idle: { unit: 's', value: 60 } } },
            },
          ],
        },
      },
    },
  },
  {
    name: 'alive-outlier-detection',
    says: 'A node behind a headless Service ejects hosts that fail; none does.',
    merge: {
      'VirtualNode shop/orders': {
        spec: {
          listeners: [
            {
              portMapping: { port: 8080, protocol: 'http' },
              outlierDetection: {
                maxServerErrors: 20,
                interval: { unit: 's', value: 10 },
                baseEjectionDuration: { unit: 's', value: 30 },
                maxEjectionPercent: 50,
              },
            },
          ],
        },
      },
    },
  },
  {
    name: 'alive-connection-pool',
    says: 'A target has a connection pool that is wide enough.',
    merge: {
      'VirtualNode shop/cart': {
        spec: {
          listeners: [
            {
              portMapping: { port: 8080, protocol: 'http' },
              connectionPool: { http: { maxConnections: 1000, maxPendingRequests: 1000 } },
            },
          ],
        },
      },
    },
  },
  {
    name: 'alive-node-without-route',
    says: 'A target for a route of next week stands there already, scaled to 0.',
    apply: target('loyalty', { replicas: 0 }),
  },
  {
    name: 'alive-json-access-log',
    says: 'The gateway writes its access log as JSON, with the response flags.',
    merge: {
      'VirtualGateway shop/edge': {
        spec: {
          logging: {
            accessLog: {
              file: {
                path: '/dev/stdout',
                format: {
                  json: [
                    { key: 'time', value: '%START_TIME%' },
                    { key: 'status', value: '%RESPONSE_CODE%' },
                    { key: 'flags', value: '%RESPONSE_FLAGS%' },
                    { key: 'path', value: '%REQ(:PATH)%' },
                  ],
                },
              },
            },
          },
        },
      },
    },
  },
];

const faulty: readonly CorpusStory[] = [
  {
    name: 'alive-target-typo',
    says: 'A route names a VirtualService that does not exist, one letter off.',
    planted: ['target-service-missing GatewayRoute shop/cart'],
    apply: route('cart', '{prefix: /cart}', 'carts'),
  },
  {
    name: 'alive-no-provider',
    says: 'A VirtualService has no provider: its requests get 404.',
    planted: ['target-service-no-provider VirtualService shop/search'],
    merge: { 'VirtualService shop/search': { spec: { provider: null } } },
    requests: [{ path: '/search/1' }, { path: '/cart/1' }],
  },
  {
    name: 'alive-router-missing',
    says: 'A VirtualService names a router that does not exist.',
    planted: ['router-missing VirtualService shop/users'],
    merge: {
      'VirtualService shop/users': {
        spec: { provider: { virtualNode: null, virtualRouter: { virtualRouterRef: { name: 'user' } } } },
      },
    },
  },
  {
    name: 'alive-router-typo',
    says: 'A VirtualService names its router by a wrong word: the gateway gets an empty virtual host.',
    planted: ['router-missing VirtualService shop/catalog'],
    merge: {
      'VirtualService shop/catalog': {
        spec: { provider: { virtualRouter: { virtualRouterRef: { name: 'catalogs' } } } },
      },
    },
  },
  {
    name: 'alive-access-log-off',
    says: 'The access log of the gateway was switched off.',
    planted: ['access-log-disabled VirtualGateway shop/edge'],
    merge: { 'VirtualGateway shop/edge': { spec: { logging: null } } },
  },
  {
    name: 'alive-gateway-port-changed',
    says: 'The Service of the gateway leads to a port on which nothing listens.',
    planted: ['gateway-port-not-exposed VirtualGateway shop/edge'],
    merge: {
      'Service shop/edge': { spec: { ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] } },
    },
  },
  {
    name: 'alive-router-empty',
    says: 'The routes of a router were taken away: its requests get 404.',
    planted: ['router-without-routes VirtualRouter shop/orders'],
    merge: { 'VirtualRouter shop/orders': { spec: { routes: null } } },
  },
  {
    name: 'alive-node-missing',
    says: 'A canary was given a node that does not exist.',
    planted: ['node-missing VirtualRouter shop/catalog'],
    apply: router('catalog', { 'catalog-v1': 90, 'catalog-v3': 10 }),
  },
  {
    name: 'alive-port-mismatch',
    says: 'A VirtualNode listens on 9090, its pods on 8080: requests get 503.',
    planted: ['node-port-mismatch VirtualNode shop/payments'],
    merge: {
      'VirtualNode shop/payments': { spec: { listeners: [{ portMapping: { port: 9090, protocol: 'http' } }] } },
    },
    requests: [{ path: '/payments/1' }, { path: '/payments/2' }, { path: '/cart/1' }],
  },
  {
    name: 'alive-shadowed',
    says: 'A route of a page lies behind one that takes the whole prefix, for it has no smaller priority.',
    planted: ['route-shadowed GatewayRoute shop/cart-help'],
    apply: [
      route('cart', '{prefix: /cart}', 'cart', 'shop', 'priority: 10'),
      route('cart-help', '{path: {exact: /cart/help}}', 'web', 'shop', 'priority: 20'),
    ].join('---'),
  },
  {
    name: 'alive-duplicate',
    says: 'Two routes ask for the same and lead to two targets.',
    planted: ['route-duplicate GatewayRoute shop/cart'],
    apply: route('basket', '{prefix: /cart}', 'web'),
  },
  {
    name: 'alive-order-undefined',
    says: 'Two patterns of one priority overlap: which one takes such a request is nowhere written.',
    planted: ['order-undefined GatewayRoute shop/by-id'],
    apply: [
      route('by-id', "{path: {regex: '/items/[0-9]+'}}", 'web'),
      route('by-word', "{path: {regex: '/items/[0-9a-z]+'}}", 'orders'),
    ].join('---'),
  },
  {
    name: 'alive-regex-partial',
    says: 'A pattern was written as if the beginning of a path were enough; it has to fit all of it.',
    planted: ['regex-not-full-match GatewayRoute shop/versions'],
    apply: route('versions', "{path: {regex: '^/versions/'}}", 'web'),
  },
  {
    name: 'alive-impossible',
    says: 'A route asks for a path with a question mark, which no request has.',
    planted: ['match-impossible GatewayRoute shop/find'],
    apply: route('find', "{path: {exact: '/find?q=1'}}", 'search'),
  },
  {
    name: 'alive-deletion-waits',
    says: 'A VirtualService is being deleted while a route still needs it.',
    planted: [],
    doom: ['VirtualService shop/users'],
  },
  {
    name: 'alive-not-taken',
    says: 'The controller has not taken the last change of a route.',
    planted: ['condition-stale GatewayRoute shop/users'],
    status: { 'GatewayRoute shop/users': { observedGeneration: 0 } },
  },
  {
    name: 'alive-webhook-silent',
    says: 'The controller is down: its webhook refuses every new pod.',
    planted: ['webhook-blocks-pods MutatingWebhookConfiguration appmesh-controller-mutating-webhook-configuration'],
    remove: ['EndpointSlice', 'Pod', 'ReplicaSet', 'Deployment'].map((kind) => `${kind} appmesh-system/*`),
  },
  {
    name: 'alive-service-port-changed',
    says: 'The Service of a target moved to another port than its node says.',
    planted: ['node-port-mismatch VirtualNode shop/cart'],
    merge: {
      'Service shop/cart': { spec: { ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] } },
    },
  },
  {
    name: 'alive-two-faults',
    says: 'A misspelt target and a VirtualService without provider at once.',
    planted: ['target-service-missing GatewayRoute shop/cart', 'target-service-no-provider VirtualService shop/search'],
    apply: route('cart', '{prefix: /cart}', 'carts'),
    merge: { 'VirtualService shop/search': { spec: { provider: null } } },
  },
  {
    name: 'alive-service-without-node',
    says: 'A new route leads to a VirtualService whose node nobody made.',
    planted: ['node-missing VirtualService shop/gifts'],
    apply: [route('gifts', '{prefix: /gifts}', 'gifts'), service('gifts'), ...workload('gifts')].join('---'),
  },
  {
    name: 'alive-target-in-other-namespace',
    says: 'A route leaves out the namespace of its target, which lies in another one.',
    planted: ['target-service-missing GatewayRoute shop/posts'],
    apply: `
apiVersion: v1
kind: Namespace
metadata: {name: blog, labels: {mesh: shop, gateway: edge, appmesh.k8s.aws/sidecarInjectorWebhook: disabled}}
---${[service('posts', 'blog'), node('posts', 'blog'), ...workload('posts', 'blog'), route('posts', '{prefix: /posts}', 'posts')].join('---')}`,
  },
];

/** Before the end: whatever changes reaches the gateway. */
export const aliveGroups: readonly Group[] = [
  {
    name: 'alive',
    envoyVersion: '1.40.0',
    replicas: 1,
    controlPlane: 'alive',
    stories: [...healthy, ...wellStories, ...faulty].map((story) => ({ now, ...story })),
  },
];
