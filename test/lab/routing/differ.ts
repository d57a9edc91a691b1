import { bytesOf } from '../../../src/lib/bytes.ts';
import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import { holds } from '../../../src/routing/match/clauses.ts';
import type { Decision } from '../../../src/routing/match/decision.ts';
import type { RoutingRequest } from '../../../src/routing/match/request.ts';
import { splitTarget } from '../../../src/routing/match/path.ts';
import type { Clause } from '../../../src/routing/table/clause.ts';
import { compileTable } from '../../../src/routing/table/compile.ts';
import type { Route, Table } from '../../../src/routing/table/table.ts';
import type { Answer } from './oracle.ts';
import { randomFrom } from './random.ts';
import { makeRequest, type WireRequest } from './requests.ts';
import { type MadeRoute, makeRoute } from './tables.ts';

/** One listener of a batch: its options, its virtual hosts, and the requests it will get. */
export interface Case {
  readonly port: number;
  readonly listener: JsonObject;
  readonly table: Table;
  readonly requests: readonly (WireRequest & { readonly host: string })[];
}

/** The connection managers and route configurations that are tried. */
const variants: readonly (readonly [JsonObject, JsonObject])[] = [
  [{}, {}],
  [{}, {}],
  [{ normalize_path: true }, {}],
  [{ merge_slashes: true }, {}],
  [{ normalize_path: true, merge_slashes: true }, {}],
  [{ normalize_path: true, path_with_escaped_slashes_action: 'REJECT_REQUEST' }, {}],
  [{ normalize_path: true, path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' }, {}],
  [{ normalize_path: true, merge_slashes: true, path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT' }, {}],
  [{ strip_any_host_port: true }, {}],
  [{ strip_matching_host_port: true }, {}],
  [{ strip_trailing_host_dot: true }, {}],
  [{}, { ignore_port_in_host_matching: true }],
];
export const variantCount = variants.length;

const managerType =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const routerType = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';

/** Makes a batch: for each variant its virtual hosts, with requests biased to near misses of their routes. */
export function makeBatch(
  seed: number,
  version: string,
  ports: readonly number[],
  size: { readonly hosts: number; readonly requests: number },
): readonly Case[] {
  const random = randomFrom(seed);
  return variants.map(([manager, config], variant) => {
    const port = ports[variant] ?? 0;
    const requests: WireRequest[] = [];
    const hosts = [...Array(size.hosts)].map((_, number) => {
      const host = `h${number}.test`;
      const routes: readonly MadeRoute[] = [...Array(1 + random.below(8))].map((_, index) =>
        makeRoute(random, host, index, version),
      );
      for (let left = size.requests; left > 0; left -= 1) {
        requests.push(makeRequest(random, random.pick(routes).wants, random.chance(0.05) ? `${host}:${port}` : host));
      }
      const extra = random.pick([
        [],
        [`*.${host}`],
        [`*.${host}`],
        [`h${number}.*`],
        [`${host}:80`],
        [`*x.${host}`],
        // Longer ones for the next host's names, so that length decides and not order.
        [`*.x.h${number + 1}.test`],
        [`h${number + 1}.f*`],
      ]);
      return {
        name: host,
        domains: [host, ...extra],
        routes: routes.map(({ json }) => json),
        ...(random.chance(0.03) ? { require_tls: 'ALL' } : {}),
      };
    });
    const any = random.chance(0.5)
      ? [{ name: 'any', domains: ['*'], routes: [makeRoute(random, 'any', 0, version).json] }]
      : [];
    const listener = listenerFor(port, manager, { ...config, virtual_hosts: [...hosts, ...any] });
    return { port, listener, table: compile(listener, version), requests };
  });
}

/** A listener with these routes. */
function listenerFor(port: number, manager: JsonObject, config: JsonObject): JsonObject {
  const typed_config = {
    '@type': managerType,
    stat_prefix: 's',
    upgrade_configs: [{ upgrade_type: 'CONNECT' }],
    ...manager,
    route_config: { name: 'rc', validate_clusters: false, ...config },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': routerType } }],
  };
  return {
    name: `l${port}`,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config }] }],
  };
}

/** Our table of a listener. */
export function compile(listener: JsonObject, version: string): Table {
  return compileTable({
    envoyVersion: version,
    runtime: new Map(),
    listeners: [{ place: { document: 'd', pointer: '' }, body: listener }],
    routeConfigs: [],
    clusters: new Map([['echo', { targets: [] }]]),
  });
}

/** A wire request as routing takes it. */
export function toRouting(request: WireRequest, port: number): RoutingRequest {
  const headers = new Map<string, string[]>();
  for (const [name, value] of request.headers) {
    const key = name.toLowerCase();
    // The codec trims blanks around a value.
    headers.set(key, [...(headers.get(key) ?? []), bytesOf(value.replace(/^[ \t]+|[ \t]+$/g, ''))]);
  }
  const { method, host, target } = request;
  return {
    port,
    protocol: 'http1',
    sni: 'absent',
    tls: false,
    method,
    authority: host,
    target: bytesOf(target),
    headers,
    otherHeaders: 'absent',
  };
}

/** What our decision says the client and the upstream should see; null: undecided. */
export function expected(decision: Decision, request: WireRequest): Answer | null {
  const hop = decision.hops.at(-1);
  const verdict = hop?.route ? `${hop.virtualHost}/${hop.route.index}` : null;
  const nothing = { location: null, path: null, host: null, grpcStatus: decision.grpcStatus };
  switch (decision.outcome) {
    case 'undecided':
      return null;
    case 'redirect':
      return { ...nothing, status: decision.status ?? 0, verdict, location: decision.location };
    case 'forward': {
      const [, query] = splitTarget(request.target);
      return {
        ...nothing,
        status: 200,
        verdict,
        path: `${hop?.rewrite?.path}${query}`,
        host: hop?.rewrite?.host ?? null,
      };
    }
    case 'direct-response':
      return { ...nothing, status: decision.status ?? 0, verdict, location: decision.location };
    default:
      return { ...nothing, status: decision.status ?? 0, verdict: null };
  }
}

/** True when Envoy answered as we said; of answers that no route gave, the status counts. */
export function agrees(ours: Answer, real: Answer): boolean {
  if (ours.status !== real.status || ours.grpcStatus !== real.grpcStatus) return false;
  if (ours.verdict !== null && ours.verdict !== real.verdict) return false;
  if (ours.location !== real.location) return false;
  return ours.path === null || (ours.path === real.path && ours.host === real.host);
}

/** Counts clause kinds: how many decisions had a clause true, false, and false by one edit of a request that fitted. */
export class Tally {
  readonly counts = new Map<string, { yes: number; no: number; near: number }>();

  add(table: Table, request: WireRequest, routing: RoutingRequest, hostName: string): void {
    const manager = table.listeners[0]?.chains[0]?.manager;
    const host = manager?.routes?.hosts.find(({ name }) => name === hostName);
    if (!host) return;
    const facts = factsOf(table, routing);
    for (const route of host.routes) this.addRoute(route, facts, request.edit !== '');
  }

  private addRoute(route: Route, facts: Parameters<typeof holds>[1], edited: boolean): void {
    const truths = route.clauses.map((clause) => holds(clause, facts));
    const refusals = truths.filter((truth) => truth === false).length;
    for (const [at, clause] of route.clauses.entries()) {
      const kind = kindOf(clause);
      const count = this.counts.get(kind) ?? { yes: 0, no: 0, near: 0 };
      if (truths[at] === true) count.yes += 1;
      else count.no += 1;
      if (truths[at] === false && edited && refusals === 1) count.near += 1;
      this.counts.set(kind, count);
    }
  }
}

function factsOf(table: Table, request: RoutingRequest): Parameters<typeof holds>[1] {
  const [path, query] = splitTarget(request.target ?? '');
  const { method, authority, headers } = request;
  return {
    semantics: table.semantics,
    method,
    authority,
    scheme: 'http',
    path,
    query,
    tls: false,
    headers,
    otherHeaders: 'absent',
  };
}

/** The kind of a clause, as the tally names it. */
function kindOf(clause: Clause): string {
  if (clause.field === 'header') {
    const name = clause.name.startsWith(':') ? clause.name : clause.test.kind;
    return `header ${name}${clause.invert ? ' inverted' : ''}`;
  }
  return 'test' in clause ? `${clause.field} ${clause.test.kind}` : clause.field;
}

/** Makes a failing case small: drops routes while `fails` holds for what is left. */
export async function shrink(
  listener: JsonObject,
  request: WireRequest,
  hostName: string,
  fails: (listener: JsonObject, request: WireRequest) => Promise<boolean>,
): Promise<readonly [JsonObject, WireRequest]> {
  const chain = asObject(asList(listener.filter_chains)[0]);
  const filter = asObject(asList(chain.filters)[0]);
  const manager = asObject(filter.typed_config);
  const config = asObject(manager.route_config);
  const rebuild = (hosts: readonly unknown[]): JsonObject => ({
    ...listener,
    filter_chains: [
      { filters: [{ ...filter, typed_config: { ...manager, route_config: { ...config, virtual_hosts: hosts } } }] },
    ],
  });
  const hosts = asList(config.virtual_hosts).map(asObject);
  const mine = hosts.filter(({ name }) => name === hostName || name === 'any');
  let best = listener;
  if (await fails(rebuild(mine), request)) best = rebuild(mine);
  let left = request;
  for (let at = left.headers.length - 1; at >= 0; at -= 1) {
    const fewer = { ...left, headers: left.headers.filter((_, index) => index !== at) };
    if (await fails(best, fewer)) left = fewer;
  }
  const own = mine.find(({ name }) => name === hostName);
  let routes = asList(own?.routes);
  for (let at = routes.length - 1; at >= 0 && own; at -= 1) {
    const fewer = routes.filter((_, index) => index !== at);
    const smaller = rebuild([{ ...own, routes: fewer }]);
    if (await fails(smaller, left)) {
      routes = fewer;
      best = smaller;
    }
  }
  return [best, left];
}
