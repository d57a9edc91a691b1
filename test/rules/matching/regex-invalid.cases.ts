import { edge, matching, router } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const path = (regex: string) => edge('http 8088') + matching(`path: { regex: '${regex}' }`);
const refused = (why: string, rest = '') => `
connected: false
listeners: [{ name: lds_ingress_0.0.0.0_8088, refused: "${why}" }]
routes: { rds_ingress_http_8088: { self_redirect: [{ prefix: /users, hostRewrite: users.shop }${rest}] } }
`;

export default {
  fires: [
    {
      name: 'look-ahead',
      manifests: path('/api/(?!internal).*'),
      finds: ['GatewayRoute shop/cart'],
      says: 'the regex for the path is not RE2: invalid or unsupported Perl syntax: "(?!"',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a class that does not end, in a header',
      manifests: matching("prefix: /, headers: [{ name: x-user, match: { regex: '[a-z' } }]"),
      finds: ['GatewayRoute shop/cart'],
      says: 'the regex for header x-user is not RE2',
    },
    {
      name: 'of a VirtualRouter, in metadata',
      manifests: router(['grpc 8080'], "serviceName: a.B, metadata: [{ name: x, match: { regex: 'a{2000}' } }]", {
        type: 'grpcRoute',
      }),
      finds: ['VirtualRouter shop/cart'],
      says: 'the regex for metadata x is not RE2',
    },
    {
      name: 'after the end, no Envoy read',
      manifests: path('*'),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'the frozen Envoy lacks the route',
      manifests: path('(a'),
      envoy: `
connected: false
routes: { rds_ingress_http_8088: { self_redirect: [{ prefix: /users, hostRewrite: users.shop }] } }`,
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'too large by far',
      manifests: path('/.{1,300}'),
      finds: ['GatewayRoute shop/cart'],
      says: 'instructions long when compiled, far above the limit of 1000: Envoy will refuse it',
      severity: 'warning',
    },
    {
      name: 'near the limit: more letters than one would think',
      manifests: path('/\\pL+'),
      finds: ['GatewayRoute shop/cart'],
      says: 'above the limit of 1000',
      severity: 'warning',
    },
    {
      name: 'Envoy itself says that it is too large',
      manifests: path('/x/.{1,200}'),
      envoy: refused(
        "Error adding listener: regex '/x/.{1,200}' RE2 program size of 1806 > max program size of 1000 set",
      ),
      finds: ['GatewayRoute shop/cart'],
      says: 'was refused by Envoy: 1806 instructions when compiled, above the limit of 1000',
      severity: 'error',
    },
    {
      name: 'Envoy alone tells: not RE2',
      envoy: refused('Error adding listener: missing ]: [a-z'),
      finds: ['VirtualGateway shop/edge'],
      says: 'the regex "[a-z" is not RE2',
      effect: 'latent',
    },
    {
      name: 'a refusal that fits no pattern written: the gateway alone',
      manifests: path('/api/.*'),
      envoy: refused('no argument for repetition operator: *'),
      finds: ['VirtualGateway shop/edge'],
    },
  ],
  quiet: [
    {
      name: 'RE2, anchors and groups and all',
      manifests: path('^/api/v(?P<n>[0-9]+)/(?:users|orders)(/.*)?$'),
      notEvaluated: [],
    },
    {
      name: 'long but far from the limit',
      manifests: path('/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.*'),
      notEvaluated: [],
    },
    {
      name: 'large by the count of App Mesh, but an Envoy runs it',
      manifests: path('/\\pL+') + virtualService('cart'),
      envoy: `
connected: false
routes: { rds_ingress_http_8088: { self_redirect: [{ match: { safe_regex: { regex: '/\\pL+' } }, hostRewrite: cart.shop }] } }`,
      notEvaluated: [],
    },
    {
      name: 'an Envoy that counts bytes (1.40) takes letters easily',
      manifests: path('/\\pL+'),
      envoy: 'version: 1.40.0\nroutes: { rds_ingress_http_8088: { self_redirect: [] } }',
      notEvaluated: [],
    },
    { name: 'what RE2 in C++ knows and this engine does not', manifests: path('/a\\C'), notEvaluated: [] },
    { name: 'a refusal for another reason', envoy: refused('no such field: tls'), notEvaluated: [] },
  ],
} satisfies RuleCases;
