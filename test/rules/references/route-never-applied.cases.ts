import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualService } from '../../support/shop.ts';

const late = '2026-11-20T09:31:00Z';
const dated = (createdAt: string, more = ''): string =>
  gatewayRoute('mobile').replace(
    'namespace: shop',
    `namespace: shop, uid: u1, generation: 1, creationTimestamp: '${createdAt}'${more}`,
  );
const objects = (route: string): string => `${route}${virtualService('mobile', { node: 'mobile' })}---${gateway}`;
const running = (routes: string) => `
connected: false
routes:
  rds_ingress_http_8088: { self_redirect: [${routes}] }
  rds_egress_http_15001: {}
`;
const cart = '{ prefix: /cart/, hostRewrite: cart.shop }';
const given = { now: afterTheEnd, envoy: running(cart) };

export default {
  fires: [
    {
      ...given,
      name: 'created after the end, and in no Envoy',
      manifests: objects(dated(late)),
      finds: ['GatewayRoute shop/mobile'],
      says: 'GatewayRoute shop/mobile was created on 2026-11-20, after App Mesh ended, and is in no Envoy: requests for /mobile get another route or 404.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      ...given,
      name: 'the same path leads elsewhere there',
      manifests: objects(dated(late)),
      envoy: running('{ prefix: /mobile, hostRewrite: old.shop }'),
      finds: ['GatewayRoute shop/mobile'],
    },
    {
      ...given,
      name: 'the same service by another path',
      manifests: objects(dated(late)),
      envoy: running('{ prefix: /v1/mobile/, hostRewrite: mobile.shop }'),
      finds: ['GatewayRoute shop/mobile'],
    },
  ],
  quiet: [
    {
      ...given,
      name: 'Envoy has it',
      manifests: objects(dated(late)),
      envoy: running('{ prefix: /mobile, hostRewrite: mobile.shop }'),
      notEvaluated: [],
    },
    {
      ...given,
      name: 'Envoy has it, with the host kept',
      manifests: objects(dated(late)),
      envoy: running('{ prefix: /mobile/, addHeader: { x-app-mesh-virtual-service: mobile.shop } }'),
      notEvaluated: [],
    },
    {
      ...given,
      name: 'it was there before the end',
      manifests: objects(dated('2026-05-01T00:00:00Z')),
      notEvaluated: [],
    },
    {
      ...given,
      name: 'App Mesh gave it an ARN',
      manifests: objects(
        dated(late).replace('\n---', '\nstatus: { gatewayRouteARN: "arn:aws:appmesh:eu-west-1:1:mesh/shop/x" }\n---'),
      ),
      notEvaluated: [],
    },
    {
      ...given,
      name: 'a control plane lives',
      closed: true,
      manifests: objects(dated(late)),
      envoy: running(cart).replace('false', 'true'),
      notEvaluated: [],
    },
    {
      ...given,
      name: 'the routes of its gateway were not read',
      manifests: objects(dated(late)),
      envoy: `${running(cart)}node: mesh/shop/virtualGateway/other_shop`,
      notEvaluated: ['GatewayRoute shop/mobile'],
    },
  ],
} satisfies RuleCases;
