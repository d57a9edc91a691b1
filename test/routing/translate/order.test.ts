import { describe, expect, it } from 'vitest';
import { asList, asObject } from '../../../src/lib/json.ts';
import { within } from '../../../src/snapshot/object.ts';
import { buildModel } from '../../../src/model/model.ts';
import { surelyBefore } from '../../../src/routing/translate/order.ts';
import { translate } from '../../../src/routing/translate/translate.ts';
import type { Translation } from '../../../src/routing/translate/translation.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';

const frame = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: {name: m}
spec: {namespaceSelector: {}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: {name: edge, namespace: shop}
spec: {namespaceSelector: {}, listeners: [{portMapping: {port: 8088, protocol: http}}]}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: a, namespace: shop}
spec: {}
`;

/** Each route as `name match priority`. */
function translated(routes: readonly (readonly [string, string, number?])[], extreme?: 'reversed'): Translation {
  const manifests = routes.map(
    ([name, match, priority]) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: ${name}, namespace: shop}
spec: {${priority === undefined ? '' : `priority: ${priority}, `}httpRoute: {match: ${match}, action: {target: {virtualService: {virtualServiceRef: {name: a}}}}}}
`,
  );
  const model = buildModel(snapshotOf({ manifests: [frame, ...manifests].join('---'), closed: true }));
  const [gateway] = model.virtualGateways;
  if (!gateway) throw new Error('no gateway');
  return translate(model, gateway, '1.40.0', extreme);
}

const names = ({ origins, input }: Translation): string[] =>
  input.routeConfigs
    .filter(({ place }) => place.document.includes('rds_ingress'))
    .flatMap(({ place, body }) => {
      const routes = asList(asObject(asList(body.virtual_hosts)[0]).routes);
      return routes.map((_, at) => origins.get(within(place, `/virtual_hosts/0/routes/${at}`))?.ref.name ?? '');
    });
const free = ({ origins, undefinedOrder }: Translation): string[] =>
  [...undefinedOrder].map((key) => {
    const [document = '', pointer = ''] = key.split(' ');
    return origins.get({ document, pointer })?.ref.name ?? '';
  });

describe('order of routes', () => {
  it('is by priority, 0 first and 1000 where none is written, then by the longer prefix', () => {
    const made = translated([
      ['short', '{prefix: /a/}'],
      ['long', '{prefix: /a/b/}'],
      ['last', '{prefix: /a/b/c/}', 1000],
      ['first', '{prefix: /}', 0],
    ]);
    expect(names(made)).toEqual(['first', 'last', 'long', 'short']);
    expect(free(made)).toEqual([]);
  });

  it('keeps the two routes of a prefix without trailing slash in order, and takes them for no tie', () => {
    const made = translated([['one', '{prefix: /a}']]);
    expect(names(made)).toEqual(['one', 'one']);
    expect(free(made)).toEqual([]);
    expect(names(translated([['one', '{prefix: /a}']], 'reversed'))).toEqual(['one', 'one']);
  });

  it('is undefined between equal prefixes of one priority, and both ways round can be asked for', () => {
    const routes = [
      ['beta', '{prefix: /a/, headers: [{name: x-user, match: {exact: beta}}]}'],
      ['all', '{prefix: /a/}'],
      ['other', '{prefix: /a/}', 7],
      ['long', '{prefix: /a/b/}'],
    ] as const;
    expect(names(translated(routes))).toEqual(['other', 'long', 'beta', 'all']);
    expect(names(translated(routes, 'reversed'))).toEqual(['other', 'long', 'all', 'beta']);
    expect(free(translated(routes)).sort()).toEqual(['all', 'beta']);
  });

  it('is undefined between an exact path or a regex and anything of its priority: no document ranks them', () => {
    const routes = [
      ['prefix', '{prefix: /a/}'],
      ['exact', '{path: {exact: /a/b}}'],
      ['regex', '{path: {regex: "/a/.*"}}', 1],
    ] as const;
    expect(names(translated(routes))).toEqual(['regex', 'exact', 'prefix']);
    expect(names(translated(routes, 'reversed'))).toEqual(['regex', 'prefix', 'exact']);
    expect(free(translated(routes)).sort()).toEqual(['exact', 'prefix']);
  });

  it('gives each route what it is ordered by', () => {
    const made = translated([
      ['exact', '{path: {exact: /a/b}}', 3],
      ['prefix', '{prefix: /a/}'],
    ]);
    const orders = [...made.origins.values()].map(({ order }) => order);
    expect(orders).toEqual([
      { priority: 3, prefixLength: null },
      { priority: 1000, prefixLength: 3 },
    ]);
    const [exact, prefix] = orders;
    if (!exact || !prefix) throw new Error('two orders');
    expect([surelyBefore(exact, prefix), surelyBefore(prefix, exact)]).toEqual([true, false]);
    const level = { ...exact, priority: 1000 };
    expect([surelyBefore(level, prefix), surelyBefore(prefix, level)]).toEqual([false, false]);
  });
});
