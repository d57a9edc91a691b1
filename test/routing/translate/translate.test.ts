import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAdminFiles } from '../../../src/collect/admin-files.ts';
import { manifestHarvest } from '../../../src/collect/manifests/harvest.ts';
import { buildModel, type Model } from '../../../src/model/model.ts';
import { tableOf } from '../../../src/routing/from-envoy.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import { describeClause } from '../../../src/routing/match/describe.ts';
import { compileTable } from '../../../src/routing/table/compile.ts';
import type { Table } from '../../../src/routing/table/table.ts';
import { translate } from '../../../src/routing/translate/translate.ts';
import type { Translation } from '../../../src/routing/translate/translation.ts';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import { requestFor } from '../../support/routing.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';

function translated(model: Model): Translation {
  const [gateway] = model.virtualGateways;
  if (!gateway) throw new Error('the case has no VirtualGateway');
  return translate(model, gateway, '1.40.0');
}

/** A table in words: per virtual host its routes, as clauses, host rewrite and path rewrite. */
function words(table: Table, config: string): readonly string[] {
  const manager = table.listeners
    .flatMap(({ chains }) => chains)
    .map((chain) => chain.manager)
    .find((one) => one?.routeConfigName === config);
  return (manager?.routes?.hosts ?? []).flatMap((host) => [
    `${host.name} [${host.domains.join(' ')}]`,
    ...host.routes.map(({ clauses, action }) => {
      const said = clauses.map(describeClause).join(' and ');
      if (action.type !== 'forward') return `  ${said}: ${action.type}`;
      const path = action.path.kind === 'prefix' ? ` path ${action.path.value}` : '';
      const to = action.host.kind === 'literal' ? ` host ${action.host.value}` : '';
      const target =
        action.target.kind === 'weighted'
          ? action.target.clusters.map(({ name, weight }) => `${name}*${weight}`).join('+')
          : action.target.kind === 'cluster'
            ? action.target.name
            : '';
      return `  ${said}:${path}${to} > ${target} ${action.timeoutMs}`;
    }),
  ]);
}

const shop = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {mesh: shop, gateway: edge}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: {name: shop}
spec: {namespaceSelector: {matchLabels: {mesh: shop}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: {name: edge, namespace: shop}
spec:
  namespaceSelector: {matchLabels: {gateway: edge}}
  listeners: [{portMapping: {port: 8088, protocol: http}}]
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: cart, namespace: shop}
spec:
  httpRoute:
    match: {prefix: /cart}
    action: {target: {virtualService: {virtualServiceRef: {name: cart}}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: beta, namespace: shop}
spec:
  priority: 1
  httpRoute:
    match: {prefix: /, headers: [{name: x-user, match: {exact: beta}}]}
    action:
      target: {virtualService: {virtualServiceRef: {name: cart}}}
      rewrite: {prefix: {defaultPrefix: DISABLED}, hostname: {defaultTargetHostname: DISABLED}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: empty, namespace: shop}
spec:
  httpRoute:
    match: {prefix: /empty/}
    action: {target: {virtualService: {virtualServiceRef: {name: empty}}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec: {provider: {virtualRouter: {virtualRouterRef: {name: cart}}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: empty, namespace: shop}
spec: {}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: {name: cart, namespace: shop}
spec:
  listeners: [{portMapping: {port: 8080, protocol: http}}]
  routes:
  - name: all
    httpRoute:
      match: {prefix: /}
      timeout: {perRequest: {unit: s, value: 30}}
      action: {weightedTargets: [{virtualNodeRef: {name: old}, weight: 90}, {virtualNodeRef: {name: new}, weight: 10}]}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: {name: old, namespace: shop}
spec: {listeners: [{portMapping: {port: 8080, protocol: http}}], serviceDiscovery: {dns: {hostname: old.shop}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: {name: new, namespace: shop}
spec: {listeners: [{portMapping: {port: 8080, protocol: http}}], serviceDiscovery: {dns: {hostname: new.shop}}}
`;

describe('translation of a gateway', () => {
  const translation = translated(buildModel(snapshotOf({ manifests: shop, closed: true })));
  const table = compileTable(translation.input);

  it('has the shape of the one real dump: self redirect, doubled prefix, rewrites, no timeout without routes', () => {
    const self = 'cds_ingress_shop_edge_shop_self_redirect_http_15001';
    expect(words(table, 'rds_ingress_http_8088')).toEqual([
      'self_redirect [*]',
      `  path starts with "/" and header x-user is "beta": > ${self} 15000`,
      `  path starts with "/empty/": path / host empty.shop > ${self} 15000`,
      `  path starts with "/cart/": path / host cart.shop > ${self} 15000`,
      `  path starts with "/cart": path / host cart.shop > ${self} 15000`,
    ]);
    const ingress = JSON.stringify(translation.input.routeConfigs[0]?.body);
    expect(ingress.match(/"timeout":"15s"/g)).toHaveLength(3);
  });

  it('has a virtual host for each VirtualService, without the key where it has no routes, and the default backend', () => {
    const weighted = 'cds_egress_shop_old_shop_http_8080*90+cds_egress_shop_new_shop_http_8080*10';
    expect(words(table, 'rds_egress_http_15001')).toEqual([
      'cart.shop [cart.shop cart.shop:15001]',
      `  path starts with "/": > ${weighted} 30000`,
      'empty.shop [empty.shop empty.shop:15001]',
      'default_backend [*]',
      `  path starts with "/" and header x-app-mesh-virtual-service is "cart.shop": > ${weighted} 30000`,
    ]);
    expect(JSON.stringify(translation.input.routeConfigs[1]?.body)).not.toContain(
      '"name":"empty.shop","domains":["empty.shop","empty.shop:15001"],"routes"',
    );
  });

  it('decides through both listeners, and says where to edit', () => {
    const decision = decide(table, requestFor('GET a.test/cart/7'));
    expect(decision).toMatchObject({ outcome: 'forward', hops: [{ rewrite: { path: '/7', host: 'cart.shop' } }, {}] });
    const at = decision.hops[0]?.route;
    expect(at && translation.origins.get(at)).toMatchObject({
      ref: { kind: 'GatewayRoute', name: 'cart' },
      pointer: '/3/spec/httpRoute',
      grade: 'observed',
    });
    const beta = decide(table, requestFor('GET a.test/cart/7', { 'x-user': 'beta' }));
    expect(beta.hops.map(({ virtualHost }) => virtualHost)).toEqual(['self_redirect', 'default_backend']);
    expect(decide(table, requestFor('GET a.test/empty/'))).toMatchObject({
      outcome: 'no-route',
      status: 404,
      responseFlag: 'NR',
    });
  });

  it('leaves out a route whose VirtualService does not exist, and only then', () => {
    const gone = shop.replace('virtualServiceRef: {name: empty}', 'virtualServiceRef: {name: emty}');
    expect(translated(buildModel(snapshotOf({ manifests: gone, closed: true }))).leftOut).toMatchObject([
      { ref: { name: 'empty' } },
    ]);
    const open = translated(buildModel(snapshotOf({ manifests: gone })));
    expect(open.leftOut).toEqual([]);
    expect(open.unknownServices).toEqual(['emty.shop']);
  });
});

describe('the captured gateway of the lab', () => {
  const now = '2026-11-24T12:00:00Z';
  const folder = 'test/lab/stories/incident/manifests';
  const files = readdirSync(folder).map((name, index) => ({
    id: `manifests/${index}-${name}`,
    origin: `${folder}/${name}`,
    text: readFileSync(`${folder}/${name}`, 'utf8'),
    reported: true,
    readAt: now,
  }));
  const capture = readAdminFiles({
    configDump: ['test/fixtures/envoy-1.40.0-incident/config_dump.json'],
    clusters: [],
    listeners: [],
    stats: [],
    certs: [],
    serverInfo: ['test/fixtures/envoy-1.40.0-incident/server_info.json'],
    runtime: [],
    keyFrom: 0,
    keep: false,
    now,
  });
  const manifests = manifestHarvest(files, { defaultNamespace: 'default', closed: true, keep: true });
  const model = buildModel(assembleSnapshot([manifests, capture], now));
  const [envoy] = model.envoys;
  const read = envoy ? tableOf(envoy) : null;
  const running = read?.state === 'table' ? read.table : null;
  const table = compileTable(translated(model).input);

  it('was made by a stand-in that shares no code with us, and decides alike', () => {
    if (!running) throw new Error('the capture holds no table');
    const paths = [
      '/',
      '/cart',
      '/cart/',
      '/cart/1?x=1',
      '/cartoon',
      '/catalog/a',
      '/catalogue',
      '/payments/1',
      '/orders',
      '/search/x',
      '/reviews/',
      '/recommendations',
      '/users/me',
      '/web',
      '/nothing',
    ];
    const hosts = ['shop.example.com', 'www.shop.example.com', 'cart.shop'];
    const answers = (by: Table): readonly unknown[] =>
      paths.flatMap((path) =>
        hosts.map((host) => {
          const { outcome, cluster, clusters, status, hops } = decide(by, requestFor(`GET ${host}${path}`));
          return {
            request: `${host}${path}`,
            outcome,
            cluster,
            clusters,
            status,
            rewrite: hops.map(({ rewrite }) => rewrite),
          };
        }),
      );
    expect(answers(table)).toEqual(answers(running));
  });
});
