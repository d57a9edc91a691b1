import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asList, asObject, asText, type JsonObject, valueAt } from '../../src/lib/json.ts';
import { bootstrapOf, capturedDump, clusterOf, part, rescueFrom } from './rescued.ts';

const story = 'test/lab/stories/healthy/manifests';
const objects = readdirSync(story)
  .map((name) => readFileSync(`${story}/${name}`, 'utf8'))
  .join('\n---\n');
const healthy = () => capturedDump('envoy-1.40.0-healthy');
const self = 'cds_ingress_shop_edge_shop_self_redirect_http_15001';

const routesOf = (bootstrap: JsonObject): readonly JsonObject[] =>
  asList(
    valueAt(
      bootstrap,
      '/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/routes',
    ),
  ).map(asObject);
const toSelf = (routes: readonly JsonObject[]): number =>
  routes.filter((route) => asObject(route.route).cluster === self).length;

describe('--fold', () => {
  it('makes one pass of two, proved equal; what the second pass would normalise keeps two', () => {
    const result = rescueFrom([healthy()], { fold: true, trial: 500 });
    const routes = routesOf(bootstrapOf(result));
    expect(result.changed.join()).toMatch(/folded \d+ routes into one pass, proved equal for every request/);
    const cart = routes.find((route) => asObject(route.match).prefix === '/cart/');
    expect(cart?.route).toMatchObject({
      cluster: 'cds_egress_shop_cart_shop_http_8080',
      prefix_rewrite: '/',
      host_rewrite_literal: 'cart.shop.svc.cluster.local',
    });
    expect(routes.some((route) => asObject(route.match).path === '/cart')).toBe(true);
    expect(toSelf(routes)).toBeLessThan(toSelf(routesOf(bootstrapOf(rescueFrom([healthy()])))));
    expect(result.trial?.cases).toHaveLength(500);
  });

  it('leaves limits where they are: a connection pool on the self-redirect stays', () => {
    const dump = healthy();
    const clusters = part(dump, 'ClustersConfigDump').dynamic_active_clusters as { cluster: Record<string, unknown> }[];
    const found = clusters.find(({ cluster }) => cluster.name === self);
    if (found) found.cluster.circuit_breakers = { thresholds: [{ max_connections: 100 }] };
    const result = rescueFrom([dump], { fold: true });
    expect(result.gaps.join()).toContain('nothing was folded');
    expect(result.gaps.join()).toContain('the limits of its connection pool');
  });

  it('takes the shorter of two timeouts, and keeps what it cannot compose', () => {
    const dump = healthy();
    const hosts = asList(valueAt(part(dump, 'RoutesConfigDump'), '/dynamic_route_configs')).map((config) =>
      asObject(asObject(config).route_config),
    );
    const egress = hosts.find(({ name }) => asText(name)?.includes('egress')) ?? {};
    for (const host of asList(egress.virtual_hosts).map(asObject)) {
      const [route] = asList(host.routes) as { route: Record<string, unknown>; match: JsonObject }[];
      if (host.name === 'cart.shop.svc.cluster.local' && route) route.route.timeout = '3s';
      if (host.name === 'users.shop.svc.cluster.local' && route) route.match = { safe_regex: { regex: '/u.*' } };
    }
    const result = rescueFrom([dump], { fold: true });
    const routes = routesOf(bootstrapOf(result));
    expect(routes.find((route) => asObject(route.match).prefix === '/cart/')?.route).toMatchObject({ timeout: '3s' });
    expect(routes.find((route) => asObject(route.match).prefix === '/users/')?.route).toMatchObject({ cluster: self });
    expect(result.changed.join()).toContain('a route behind it matches paths by a regex');
  });
});

const mobile = `
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: mobile, namespace: shop }
spec:
  httpRoute:
    match: { prefix: /v2/mobile, method: GET }
    action: { target: { virtualService: { virtualServiceRef: { name: mobile } } } }`;
const behind = (discovery: string): string => `
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: { name: mobile, namespace: shop }
spec: { provider: { virtualNode: { virtualNodeRef: { name: mobile } } } }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: mobile, namespace: shop }
spec: { listeners: [{ portMapping: { port: 8080, protocol: http2 } }], serviceDiscovery: ${discovery} }`;
const dns = behind('{ dns: { hostname: mobile.shop.svc.cluster.local } }');

describe('--with', () => {
  const withMobile = { withRoutes: ['shop/mobile'] };

  it('adds a GatewayRoute that never arrived, with all behind it, says what it assumes and what it takes', () => {
    const result = rescueFrom([healthy()], { ...withMobile, manifests: objects + mobile + dns });
    const bootstrap = bootstrapOf(result);
    const routes = routesOf(bootstrap);
    const added = routes.findIndex((route) => asObject(route.match).prefix === '/v2/mobile/');
    expect(routes[added]?.route).toMatchObject({
      cluster: self,
      host_rewrite_literal: 'mobile.shop',
      prefix_rewrite: '/',
    });
    expect(added).toBeLessThan(routes.findIndex((route) => asObject(route.match).prefix === '/'));
    expect(clusterOf(bootstrap, 'cds_egress_shop_mobile_shop_http2_8080')).toMatchObject({
      type: 'LOGICAL_DNS',
      typed_extension_protocol_options: {},
    });
    expect(result.gaps.join('\n')).toContain('GatewayRoute shop/mobile was never applied');
    expect(result.gaps.join('\n')).toContain('assumed of App Mesh: method as a match of :method');
    expect([...result.gaps, ...result.changed].join('\n')).toMatch(/(new|moved) .*v2\/mobile/);
    expect(routes).toHaveLength(routesOf(bootstrapOf(rescueFrom([healthy()]))).length + 2);
  });

  it('refuses without the objects behind it, and says which', () => {
    const refused = (manifests: string): string =>
      rescueFrom([healthy()], { ...withMobile, manifests })
        .refused.map(({ missing, reason }) => `${missing}: ${reason}`)
        .join();
    expect(refused(objects)).toContain('GatewayRoute shop/mobile: it was not among what was read');
    expect(refused(objects + mobile)).toMatch(
      /VirtualService mobile\.shop: what answers for it was not read|does not exist/,
    );
    expect(refused(mobile + dns)).toContain('VirtualGateway edge: it was not among what was read');
    const cloudMap = behind('{ awsCloudMap: { namespaceName: n, serviceName: s } }');
    expect(refused(objects + mobile + cloudMap)).toContain('its VirtualNode is in Cloud Map');
  });

  it('refuses a target to which App Mesh would have begun with TLS, and no other', () => {
    const refused = (manifests: string): string =>
      rescueFrom([healthy()], { ...withMobile, manifests })
        .refused.map(({ missing }) => missing)
        .join();
    const policy = (tls: string): string =>
      objects.replace('\n  logging:', `\n  backendDefaults: { clientPolicy: { tls: ${tls} } }\n  logging:`);
    const offering = (mode: string): string =>
      dns.replace('protocol: http2 }', `protocol: http2 }, tls: { mode: ${mode} }`);
    const cluster = 'TLS to cds_egress_shop_mobile_shop_http2_8080';
    expect(refused(objects + mobile + offering('PERMISSIVE'))).toBe(cluster);
    expect(refused(objects + mobile + offering('DISABLED'))).toBe('');
    expect(refused(policy('{ validation: {} }') + mobile + dns)).toBe(cluster);
    expect(refused(policy('{ ports: [443], validation: {} }') + mobile + dns)).toBe('');
  });

  it('leaves a route that already runs alone', () => {
    const result = rescueFrom([healthy()], { withRoutes: ['shop/cart'], manifests: objects });
    expect(result.changed.join()).toContain('GatewayRoute shop/cart already runs on the gateway');
    expect(routesOf(bootstrapOf(result))).toHaveLength(routesOf(bootstrapOf(rescueFrom([healthy()]))).length);
  });
});
