import { sidecarPod, target } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualService } from '../../support/shop.ts';

const pay = 'VirtualNode shop/pay';
const name = 'cds_egress_shop_pay_shop_http_8080';
const policy = (tls: string) =>
  gateway.replace('spec: { ', `spec: { backendDefaults: { clientPolicy: { tls: ${tls} } }, `);
const enforcing = policy('{ validation: { trust: { file: { certificateChain: /ca.pem } } } }');
const behind = gatewayRoute('pay') + virtualService('pay', { node: 'pay' });
const strict = target('pay', ', tls: { mode: STRICT }');
const plainPod = sidecarPod('pay', 'pay-1').replace('name: envoy', 'name: other');
const secured = `clusterTls: { ${name}: { validation_context: { trusted_ca: { filename: /ca.pem } } } }`;
const envoy = (more: string) => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: ${name} }] } }
clusters: { ${name}: ['pay.shop.svc.cluster.local.:8080'] }
${more}
`;
const errors = (from: number, to: number) =>
  `stats: [${[from, to].map((count) => `{ cluster.${name}.ssl.connection_error: ${count}, cluster.${name}.upstream_cx_total: ${count * 2} }`).join(', ')}]`;
const works = `stats: [{ cluster.${name}.upstream_rq_2xx: 1 }, { cluster.${name}.upstream_rq_2xx: 50 }]`;
const now = '2026-11-24T00:00:00Z';

export default {
  fires: [
    {
      name: 'the gateway enforces TLS, the listener offers none',
      manifests: enforcing + behind + target('pay'),
      finds: [pay],
      says: 'enforces TLS towards port 8080 of VirtualNode shop/pay, whose listener offers none',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a frozen gateway begins with TLS',
      manifests: enforcing + behind + target('pay', ', tls: { mode: DISABLED }'),
      envoy: envoy(secured),
      now,
      finds: [pay],
      effect: 'traffic',
    },
    {
      name: 'the policy was written after the end: the frozen gateway speaks plain text',
      manifests: enforcing + behind + target('pay'),
      envoy: envoy(''),
      now,
      finds: [pay],
      effect: 'latent',
    },
    {
      name: 'the listener is STRICT, the running gateway plain',
      manifests: gateway + behind + strict + sidecarPod('pay', 'pay-1'),
      envoy: envoy(''),
      finds: [pay],
      says: 'takes TLS only',
      effect: 'traffic',
    },
    {
      name: 'handshakes fail, without any object',
      envoy: envoy(`${secured}\n${errors(0, 40)}`),
      finds: [pay],
      says: '40 of 80 TLS handshakes',
      effect: 'traffic',
    },
    {
      name: 'in two pods: told once',
      manifests: target('pay'),
      envoy: [envoy(`${secured}\n${errors(0, 15)}`), envoy(`${secured}\n${errors(0, 15)}`)],
      finds: [pay],
      says: '30 of 60',
    },
  ],
  quiet: [
    {
      name: 'both speak TLS',
      closed: true,
      manifests: enforcing + behind + strict,
      envoy: envoy(secured),
      notEvaluated: [],
    },
    {
      name: 'both speak plain text',
      closed: true,
      manifests: gateway + behind + target('pay'),
      envoy: envoy(''),
      notEvaluated: [],
    },
    {
      name: 'PERMISSIVE takes both',
      closed: true,
      manifests: gateway + behind + target('pay', ', tls: { mode: PERMISSIVE }'),
      envoy: envoy(''),
      notEvaluated: [],
    },
    {
      name: 'TLS is not enforced',
      closed: true,
      manifests: policy('{ enforce: false }') + behind + target('pay'),
      notEvaluated: [],
    },
    {
      name: 'it is enforced on other ports',
      closed: true,
      manifests: policy('{ ports: [443] }') + behind + target('pay'),
      notEvaluated: [],
    },
    {
      name: 'no route of the gateway leads there',
      closed: true,
      manifests: enforcing + target('pay'),
      notEvaluated: [],
    },
    {
      name: 'requests are answered: the application speaks TLS itself',
      manifests: enforcing + behind + target('pay'),
      envoy: envoy(`${secured}\n${works}`),
      notEvaluated: [],
    },
    {
      name: 'the pods left their Envoy behind, and with it STRICT',
      closed: true,
      manifests: gateway + behind + strict + plainPod,
      envoy: envoy(''),
      notEvaluated: [],
    },
    { name: 'old failures that do not grow', envoy: envoy(`${secured}\n${errors(40, 40)}`), notEvaluated: [pay] },
  ],
} satisfies RuleCases;
