import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { compareTables } from '../../../src/routing/compare/compare.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import type { Decision } from '../../../src/routing/match/decision.ts';
import { compileTable } from '../../../src/routing/table/compile.ts';
import type { Table } from '../../../src/routing/table/table.ts';
import { type Random, randomFrom } from '../../lab/routing/random.ts';
import { everyRequest } from '../../support/small-world.ts';

/** A gateway as App Mesh builds one: every request passes an ingress listener, and by its new host an egress listener. */
interface Gateway {
  readonly ingress: readonly JsonObject[];
  readonly egress: readonly JsonObject[];
  readonly manager: JsonObject;
  readonly version: string;
}

function tableOf({ ingress, egress, manager, version }: Gateway): Table {
  const listener = (name: string, port: number, virtual_hosts: readonly JsonObject[]) => ({
    place: { document: 'config_dump', pointer: `/${name}` },
    body: {
      name,
      address: { socket_address: { address: '0.0.0.0', port_value: port } },
      filter_chains: [
        {
          filters: [
            {
              typed_config: {
                '@type': 'x/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                route_config: { name, virtual_hosts },
                ...manager,
              },
            },
          ],
        },
      ],
    },
  });
  const clusters = new Map(
    ['one', 'two', 'three'].map((name) => [name, { targets: [] as { host: string; port: number }[] }]),
  );
  clusters.set('self', { targets: [{ host: '127.0.0.1', port: 15001 }] });
  return compileTable({
    envoyVersion: version,
    runtime: new Map(),
    listeners: [
      listener('ingress', 8088, [{ name: 'self_redirect', domains: ['*'], routes: ingress }]),
      listener('egress', 15001, egress),
    ],
    routeConfigs: [],
    clusters,
  });
}

const services = ['s1', 's2'];

function randomIngress(random: Random): JsonObject {
  const prefix = random.pick(['/', '/a', '/a/', '/b', '/ab']);
  const match = random.pick<JsonObject>([{ prefix }, { prefix }, { path: prefix }, { safe_regex: { regex: '/a.*' } }]);
  const service = random.pick(services);
  const headers = random.below(3) === 0 ? [{ name: 'x', string_match: { exact: random.pick(['a', 'b']) } }] : [];
  const rewrite = random.pick<JsonObject>([
    { prefix_rewrite: '/' },
    { prefix_rewrite: '/' },
    {},
    { prefix_rewrite: '/b/' },
  ]);
  const keepsHost = random.below(4) === 0;
  const header = { header: { key: 'x-app-mesh-virtual-service', value: service } };
  return {
    match: { ...match, headers },
    route: { cluster: 'self', ...rewrite, ...(keepsHost ? {} : { host_rewrite_literal: service }), timeout: '15s' },
    ...(keepsHost ? { request_headers_to_add: [header] } : {}),
  };
}

function randomEgress(random: Random): readonly JsonObject[] {
  const route = (only: readonly JsonObject[]): JsonObject => ({
    match: {
      ...random.pick<JsonObject>([
        { prefix: '/' },
        { prefix: '/' },
        { prefix: '/a' },
        { path: '/b' },
        { safe_regex: { regex: '/[ab]+' } },
      ]),
      headers: [
        ...only,
        ...(random.below(4) === 0
          ? [{ name: 'y', string_match: { exact: 'a' }, invert_match: random.below(2) === 0 }]
          : []),
      ],
    },
    route: { cluster: random.pick(['one', 'two', 'three']), timeout: '15s' },
  });
  const hosts = services.map((name) => ({
    name,
    domains: [name, `${name}:15001`],
    routes: Array.from({ length: random.below(3) }, () => route([])),
  }));
  const byHeader = services.map((name) =>
    route([{ name: 'x-app-mesh-virtual-service', string_match: { exact: name } }]),
  );
  return [...hosts, { name: 'default_backend', domains: ['*'], routes: byHeader }];
}

const changes: Readonly<Record<string, (gateway: Gateway, random: Random) => Gateway>> = {
  nothing: (gateway) => gateway,
  'an ingress route again behind': (gateway, random) => ({
    ...gateway,
    ingress: [...gateway.ingress, random.pick(gateway.ingress)],
  }),
  'an ingress route left out': (gateway) => ({ ...gateway, ingress: gateway.ingress.slice(1) }),
  'other egress routes': (gateway, random) => ({ ...gateway, egress: randomEgress(random) }),
  'another ingress route first': (gateway, random) => ({
    ...gateway,
    ingress: [randomIngress(random), ...gateway.ingress],
  }),
};

function seen({ outcome, status, cluster, hops }: Decision): string {
  return JSON.stringify([outcome === 'no-virtual-host' ? 'no-route' : outcome, status, cluster, hops.at(-1)?.rewrite]);
}

describe.each(Object.entries(changes))('%s', (name, change) => {
  test.each(['1.36.2', '1.40.0'])('agrees with brute force on %s', (version) => {
    const random = randomFrom(name.length + version.length);
    const requests = everyRequest().flatMap((request, at) =>
      at % 12 === 0
        ? [
            request,
            { ...request, authority: 's1' },
            { ...request, headers: new Map([...request.headers, ['x-app-mesh-virtual-service', ['s2']]]) },
          ]
        : [],
    );
    let different = 0;
    for (let round = 0; round < 12; round += 1) {
      const gateway: Gateway = {
        ingress: Array.from({ length: 2 + random.below(3) }, () => randomIngress(random)),
        egress: randomEgress(random),
        manager: random.pick<JsonObject>([{}, { normalize_path: true, merge_slashes: true }]),
        version,
      };
      const changed = change(gateway, random);
      const [one, other] = [tableOf(gateway), tableOf(changed)];
      const comparison = compareTables(one, other, 'drift');
      const told = JSON.stringify({ gateway, changed, comparison });
      const differing = requests.find((request) => seen(decide(one, request)) !== seen(decide(other, request)));
      if (differing)
        expect(comparison.verdict, `${told} ${JSON.stringify([differing, [...differing.headers]])}`).not.toBe('equal');
      for (const { request, one: first, other: second } of comparison.differences) {
        expect(seen(first), `${told} ${JSON.stringify(request)}`).not.toBe(seen(second));
      }
      for (const { why } of comparison.undecided) expect(why, told).toMatch(/unusual|rewrites/);
      if (comparison.verdict === 'different') different += 1;
      if (name === 'nothing' || name.includes('again')) expect(comparison.verdict, told).toBe('equal');
    }
    if (name.includes('other')) expect(different).toBeGreaterThan(2);
  });
});
