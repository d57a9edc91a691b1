import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { compareTables } from '../../../src/routing/compare/compare.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import type { RoutingRequest } from '../../../src/routing/match/request.ts';
import { requestOf } from '../../../src/routing/space/request-of.ts';
import { surveyOf } from '../../../src/routing/space/survey.ts';
import { compileTable } from '../../../src/routing/table/compile.ts';
import type { Table } from '../../../src/routing/table/table.ts';
import { everyRequest, randomMatch, split } from '../../support/small-world.ts';
import { toWire } from '../../support/wire.ts';
import { envoyBinary, type EnvoyVersion } from '../install/install.ts';
import type { Answer } from './answers.ts';
import { freePorts } from '../ports.ts';
import { type Oracle, startOracle } from './oracle.ts';
import { type Random, randomFrom } from './random.ts';

/**
 * What is said of all requests, asked of a real Envoy: of requests that a dead route asks for none comes to it, every witness
 * does what it says, and of two tables called different each witness gets two answers. `MESHDOCTOR_PER_DEAD` requests for each
 * dead route (`npm run test:lab:full` asks more).
 */
const perDead = Number(process.env.MESHDOCTOR_PER_DEAD ?? 40);
const hostCount = Number(process.env.MESHDOCTOR_SPACE_HOSTS ?? 60);
const seed = Number(process.env.MESHDOCTOR_SEED ?? Date.now() % 1_000_000);
const managers: readonly JsonObject[] = [{}, { normalize_path: true, merge_slashes: true }, { merge_slashes: true }];

const type = 'type.googleapis.com/envoy.extensions.filters';

describe.each<EnvoyVersion>(['1.40.0', '1.36.2'])('what is said of all requests is true on Envoy %s', (version) => {
  it(`seed ${seed}`, { timeout: 7_200_000 }, async () => {
    const random = randomFrom(seed);
    const ports = await freePorts(managers.length * 2);
    const listeners = managers.flatMap((manager, at) => {
      const hosts = Array.from({ length: hostCount }, (_, number) => randomHost(random, number));
      const changed = hosts.map((host) => ({ ...host, routes: change(random, host.routes) }));
      return [listenerFor(ports[2 * at] ?? 0, manager, hosts), listenerFor(ports[2 * at + 1] ?? 0, manager, changed)];
    });
    const oracle = await startOracle(await envoyBinary(version), listeners);
    const counts = { alive: 0, dead: 0, union: 0, impossible: 0, undecided: 0, unusual: 0, asked: 0, different: 0 };
    try {
      for (const at of managers.keys()) {
        const [one, other] = [ports[2 * at] ?? 0, ports[2 * at + 1] ?? 0];
        const tables = [0, 1].map((index) => tableOf(listeners[2 * at + index] ?? {}, version));
        const [table, changed] = tables;
        if (!table || !changed) throw new Error('no table');
        await reaches(random, oracle, one, table, counts);
        await differences(oracle, [one, other], [table, changed], counts);
      }
    } finally {
      await oracle.stop();
    }
    console.log(`Envoy ${version}, seed ${seed}: ${JSON.stringify(counts)}`);
    expect(counts.dead).toBeGreaterThan(hostCount);
    expect(counts.union).toBeGreaterThan(hostCount / 12);
    expect(counts.asked).toBeGreaterThan(5_000);
    expect(counts.different).toBeGreaterThan(hostCount / 3);
    expect(counts.undecided / (counts.alive + counts.dead)).toBeLessThan(0.005);
  });
});

type Counts = Record<
  'alive' | 'dead' | 'union' | 'impossible' | 'undecided' | 'unusual' | 'asked' | 'different',
  number
>;

async function reaches(random: Random, oracle: Oracle, port: number, table: Table, counts: Counts): Promise<void> {
  const witnesses: { readonly request: RoutingRequest; readonly verdict: string }[] = [];
  for (const { host, scene, analysis } of surveyOf(table)) {
    for (const route of host.routes) {
      const reach = analysis.reach(route.index);
      // Over HTTP/2 paths can hold bytes that no person sends; a connection manager that normalises encodes them.
      const unusual = reach.kind === 'undecided' && reach.budget.includes('unusual') && !scene.manager.normalizePath;
      counts[unusual ? 'unusual' : reach.kind] += 1;
      const verdict = `${host.name}/${route.index}`;
      if (reach.kind === 'alive') {
        const request = requestOf(scene, analysis.solver, reach.point, false);
        if (request) witnesses.push({ request, verdict });
      }
      if (reach.kind !== 'dead' && reach.kind !== 'impossible') continue;
      if (reach.kind === 'dead' && reach.by.length > 1) counts.union += 1;
      // Each route by itself: in the full run these are many.
      const dead = askedBy(random, host.name, route.index, table);
      counts.asked += dead.length;
      const answers = await oracle.ask(port, dead.map(toWire));
      const arrived = dead.filter((_, at) => answers[at]?.verdict === verdict);
      expect(arrived.map(({ headers, ...request }) => ({ ...request, headers: [...headers] })).slice(0, 3)).toEqual([]);
    }
  }
  const shown = await oracle.ask(
    port,
    witnesses.map(({ request }) => toWire(request)),
  );
  for (const [at, { request, verdict }] of witnesses.entries()) {
    expect(shown[at]?.verdict, JSON.stringify({ ...request, headers: [...request.headers] })).toBe(verdict);
  }
}

/** Requests that a route asks for, whoever takes them: those that a table of this route alone gives it. */
function askedBy(random: Random, hostName: string, index: number, table: Table): readonly RoutingRequest[] {
  const [listener] = table.listeners;
  const [chain] = listener?.chains ?? [];
  const host = chain?.manager?.routes?.hosts.find(({ name }) => name === hostName);
  if (!listener || !chain?.manager?.routes || !host) return [];
  const alone = { ...host, routes: host.routes.filter((route) => route.index === index) };
  const routes = {
    ...chain.manager.routes,
    hosts: [alone],
    index: { exact: new Map([[hostName, alone]]), suffixes: [], prefixes: [], any: null },
  };
  const single: Table = {
    ...table,
    listeners: [{ ...listener, chains: [{ ...chain, manager: { ...chain.manager, routes } }] }],
  };
  const asks = (request: RoutingRequest): boolean => decide(single, request).hops.at(-1)?.route !== null;
  const found: RoutingRequest[] = [];
  for (const request of everyRequest()) {
    const asked = { ...request, authority: hostName, port: listener.port };
    if (asks(asked)) found.push(asked);
    if (found.length >= perDead) return found;
  }
  const seeds = found.length;
  for (let tries = 0; seeds > 0 && found.length < perDead && tries < perDead * 4; tries += 1) {
    const varied = vary(random, found[random.below(seeds)]);
    if (varied && asks(varied)) found.push(varied);
  }
  return found;
}

/** The same request with something more or else, where a route may look. */
function vary(random: Random, request: RoutingRequest | undefined): RoutingRequest | null {
  if (!request) return null;
  const text = (): string =>
    Array.from({ length: random.below(5) }, () => random.pick(['a', 'b', ',', '1', 'x', '.'])).join('');
  const headers = new Map(request.headers);
  for (let left = random.below(3); left > 0; left -= 1) {
    headers.set(random.pick(['x', 'y', 'z']), Array.from({ length: 1 + random.below(2) }, text));
  }
  const target =
    request.target + random.pick(['', 'a', 'b/', '.', `${text()}`]) + random.pick(['', '?q=a', '?q', `?${text()}`]);
  return { ...request, headers, target, method: random.pick(['GET', 'POST', 'PUT']) };
}

async function differences(
  oracle: Oracle,
  ports: readonly [number, number],
  tables: readonly [Table, Table],
  counts: Counts,
): Promise<void> {
  const { differences: found } = compareTables(...tables, 'drift');
  counts.different += found.length;
  const ask = async (port: number): Promise<readonly Answer[]> =>
    oracle.ask(
      port,
      found.map(({ request }) => toWire(request)),
    );
  const [one, other] = [await ask(ports[0]), await ask(ports[1])];
  for (const [at, { request }] of found.entries()) {
    const told = JSON.stringify({ ...request, headers: [...request.headers] });
    expect(one[at]?.status, told).not.toBe(other[at]?.status);
  }
}

function tableOf(listener: JsonObject, version: string): Table {
  // Both are compared as one port: the same requests come to both.
  const body = { ...listener, address: { socket_address: { address: '127.0.0.1', port_value: 8088 } } };
  return compileTable({
    envoyVersion: version,
    runtime: new Map(),
    listeners: [{ place: { document: 'd', pointer: '' }, body }],
    routeConfigs: [],
    clusters: null,
  });
}

function randomHost(random: Random, number: number): { readonly name: string; readonly routes: readonly JsonObject[] } {
  const matches = Array.from({ length: 2 + random.below(6) }, () => randomMatch(random)).flatMap((match) =>
    random.below(6) === 0 ? split(random, match) : [match],
  );
  return { name: `h${number}.test`, routes: matches.map((match) => ({ match, status: 200 + random.below(3) })) };
}

/** One small change, or none. */
function change(random: Random, routes: readonly JsonObject[]): readonly JsonObject[] {
  const at = random.below(routes.length);
  return random.pick([
    () => routes,
    () => routes.filter((_, index) => index !== at),
    () => routes.map((route, index) => (index === at ? { ...route, status: 203 } : route)),
    () => [...routes.slice(at), ...routes.slice(0, at)],
  ])();
}

function listenerFor(
  port: number,
  manager: JsonObject,
  hosts: readonly { readonly name: string; readonly routes: readonly JsonObject[] }[],
): JsonObject {
  const verdict = (value: string, key: string): JsonObject => ({ header: { key, value } });
  const typed_config = {
    '@type': `${type}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 's',
    ...manager,
    route_config: {
      name: 'rc',
      virtual_hosts: hosts.map(({ name, routes }) => ({
        name,
        domains: [name],
        routes: routes.map(({ match, status }, index) => ({
          match,
          direct_response: { status },
          response_headers_to_add: [verdict(`${name}/${index}`, 'x-verdict')],
        })),
      })),
    },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': `${type}.http.router.v3.Router` } }],
  };
  return {
    name: `l${port}`,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config }] }],
  };
}
