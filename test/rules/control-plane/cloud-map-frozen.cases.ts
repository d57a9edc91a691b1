import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualNode, virtualService } from '../../support/shop.ts';

const edge = 'VirtualGateway shop/edge';
const cluster = 'cds_egress_shop_cart_shop_http_8080';
const eds = (more = '') => `
connected: false
clusters: { ${cluster}: ['10.0.4.17:8080'] }
eds: [${cluster}]
${more}
`;
const cloudMap = virtualNode('cart').replace(
  /serviceDiscovery: .*?\} \}/,
  'podSelector: { matchLabels: { app: cart } }, serviceDiscovery: { awsCloudMap: { namespaceName: shop.local, serviceName: cart } }',
);
const objects = `${gatewayRoute('cart')}${virtualService('cart', { node: 'cart' })}${cloudMap}---${gateway}---\n`;
const pod = (ip: string) => `
apiVersion: v1
kind: Pod
metadata: { name: cart-1, namespace: shop, labels: { app: cart } }
spec: { containers: [] }
status: { podIP: ${ip} }
`;
const failing = `stats: [{ cluster.${cluster}.upstream_cx_connect_fail: 3 }, { cluster.${cluster}.upstream_cx_connect_fail: 9 }]`;
const now = afterTheEnd;

export default {
  fires: [
    {
      name: 'an address that no pod has any more',
      manifests: objects + pod('10.0.9.9'),
      closed: true,
      envoy: eds(),
      now,
      finds: [edge],
      says: 'one target through Cloud Map, whose addresses nobody updates any more: cart; cart has addresses that do not answer.',
      effect: 'traffic',
      severity: 'error',
    },
    { name: 'connections fail', envoy: eds(failing), now, finds: [edge], effect: 'traffic', severity: 'error' },
    {
      name: 'all answer still',
      manifests: objects + pod('10.0.4.17'),
      closed: true,
      envoy: eds(),
      now,
      finds: [edge],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'nobody saw every pod: no address is called dead',
      manifests: objects + pod('10.0.9.9'),
      envoy: eds(),
      now,
      finds: [edge],
      effect: 'latent',
    },
    {
      name: 'by the objects, where no Envoy was read',
      manifests: objects,
      now,
      finds: [edge],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'found by DNS',
      manifests: objects,
      envoy: eds().replace('eds:', 'extra: {}\nother:'),
      now,
      notEvaluated: [],
    },
    {
      name: 'a control plane lives',
      manifests: objects,
      envoy: eds(failing).replace('connected: false', 'connected: true'),
      now,
      notEvaluated: [],
    },
    { name: 'DNS by the objects', manifests: objects.replace(cloudMap, virtualNode('cart')), now, notEvaluated: [] },
    { name: 'neither its Envoys nor VirtualNodes were read', manifests: gateway, now, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
