import { afterTheEnd, calm } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const copyOf = (nodeId: string, takenAt: string, fault: string | null = null) => ({
  path: `/backup/${takenAt}.rescue.tar.gz`,
  takenAt,
  fault,
  envoys: [{ nodeId, listeners: 2, routes: 43 }],
});
const mine = 'mesh/shop/virtualGateway/edge_shop';
const fresh = '2026-11-24T01:00:00Z';
const old = '2026-11-15T01:00:00Z';
const given = { manifests: calm, now: afterTheEnd };
const running =
  'connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_8088 }]\nroutes: { rds_ingress_http_8088: { self_redirect: [{ prefix: /cart }] } }';

export default {
  fires: [
    {
      ...given,
      name: 'nobody took a copy',
      rescueCopies: [],
      finds: [edge],
      says: 'there is no usable rescue copy of it',
      effect: 'latent',
      severity: 'warning',
    },
    { ...given, name: 'the newest is old', rescueCopies: [copyOf(mine, old)], finds: [edge], says: '9 days old' },
    {
      ...given,
      name: 'the fresh one cannot be used',
      rescueCopies: [copyOf(mine, fresh, 'no Envoy in it has both listeners and routes')],
      finds: [edge],
      says: 'no Envoy in it has both listeners and routes',
    },
    {
      name: 'copies of other gateways only; its Envoy is known',
      envoy: running,
      now: afterTheEnd,
      rescueCopies: [
        copyOf('mesh/shop/virtualGateway/partner_shop', fresh),
        copyOf('mesh/shop/virtualNode/edge_shop', fresh),
      ],
      finds: [edge],
    },
  ],
  quiet: [
    {
      ...given,
      name: 'a fresh copy among old ones',
      rescueCopies: [copyOf(mine, old), copyOf(mine, fresh)],
      notEvaluated: [],
    },
    { ...given, name: 'nobody said where copies lie', notEvaluated: ['rule'] },
    {
      name: 'a gateway whose control plane lives',
      envoy: running.replace('false', 'true'),
      now: afterTheEnd,
      rescueCopies: [],
      notEvaluated: [],
    },
    {
      name: 'by the full ARN',
      envoy: running,
      now: afterTheEnd,
      rescueCopies: [copyOf(`arn:aws:appmesh:eu-west-1:123456789012:${mine}`, fresh)],
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
