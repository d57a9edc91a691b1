import type { RoutingRequest } from '../routing/match/request.ts';
import { requestFor, requestThrough } from '../routing/sample.ts';
import { isInner } from '../routing/gateway-tables.ts';
import type { FilterChain, Listener, Table } from '../routing/table/table.ts';
import { type Random, seeded } from './random.ts';

/** A request of which everything is known that goes over the wire. */
export interface AskedRequest extends RoutingRequest {
  readonly port: number;
  readonly tls: boolean;
  readonly method: string;
  readonly authority: string;
  readonly target: string;
}

/**
 * Makes requests for every route a client can reach, those of a second pass too: one that fits it, then ones that miss
 * it by a small edit of path, host, method, header or query. Deterministic; made up, never copied from traffic.
 */
export function makeRequests(table: Table, count: number): readonly AskedRequest[] {
  const bases = [...fitting(table)];
  const random = seeded(bases.length);
  const requests = bases.slice(0, count);
  while (bases.length > 0 && requests.length < count) {
    for (const base of bases) if (requests.length < count) requests.push(edited(base, random));
  }
  return requests;
}

/** The listeners clients use: not those that only take what another listener of the same Envoy hands over. */
export function clientListeners(table: Table): readonly Listener[] {
  const handedOver = innerPorts(table);
  const open = table.listeners.filter((listener) => !handedOver.has(listener.port) && !isInner(listener));
  return open.length > 0 ? open : table.listeners;
}

function innerPorts(table: Table): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const { targets } of table.clusters?.values() ?? []) {
    const [only, ...others] = targets;
    if (only && others.length === 0 && /^(127\.|::1$|localhost$)/.test(only.host)) ports.add(only.port);
  }
  return ports;
}

/**
 * A request for each route of the outer listeners, one near no route, and one through them for each route of the inner
 * ones.
 */
function* fitting(table: Table): Generator<AskedRequest> {
  const outer = clientListeners(table);
  const entries = outer.flatMap((listener) => entriesOf(listener));
  for (const entry of entries) {
    const request = requestFor(entry);
    if (request) yield* asked(request);
  }
  for (const listener of outer) {
    for (const chain of chainsOf(listener)) {
      const sni = chain.tls ? (chain.serverNames[0]?.replace(/^\*/, 'www') ?? 'absent') : 'absent';
      yield { ...nowhere, port: listener.port, tls: chain.tls, sni };
    }
  }
  const leading = new Map<string, (typeof entries)[number]>();
  for (const entry of entries) {
    const { action } = entry.route;
    if (action.type === 'forward' && action.host.kind === 'literal' && !leading.has(action.host.value))
      leading.set(action.host.value, entry);
  }
  for (const listener of table.listeners.filter((one) => !outer.includes(one))) {
    for (const entry of entriesOf(listener)) {
      const way = entry.host.domains.map((domain) => leading.get(domain)).find((found) => found !== undefined);
      const inner = requestFor(entry);
      const request = way && inner ? requestThrough(way, inner) : null;
      if (request) yield* asked(request);
    }
  }
}

const nowhere: AskedRequest = {
  port: 0,
  protocol: 'http1',
  sni: 'absent',
  tls: false,
  method: 'GET',
  authority: 'nobody.test',
  target: '/no-such-path',
  headers: new Map(),
  otherHeaders: 'absent',
};

function chainsOf({ chains, defaultChain }: Listener): readonly FilterChain[] {
  return defaultChain ? [...chains, defaultChain] : chains;
}

function entriesOf(listener: Listener) {
  return chainsOf(listener).flatMap((chain) =>
    (chain.manager?.routes?.hosts ?? []).flatMap((host) =>
      host.routes.map((route) => ({ listener, chain, host, route })),
    ),
  );
}

function asked(request: RoutingRequest): readonly AskedRequest[] {
  const { port, tls, method, authority, target } = request;
  if (port === null || tls === null || method === null || method === 'CONNECT') return [];
  if (authority === null || target === null || !target.startsWith('/')) return [];
  return [{ ...request, protocol: 'http1', port, tls, method, authority, target }];
}

const pathEdits: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => path.replace(/\/$/, '') || '/',
  (path) => `${path}x`,
  (path) => `${path}/a/b`,
  (path) => path.slice(0, -1) || '/',
  (path) => path.toUpperCase(),
  (path) => path.replace('/', '//'),
  (path) => `/x/..${path}`,
  (path) => `${path}/../y`,
  (path) => `${path}../y`,
  (path) => path.replace(/(?<=.)\//, '%2F'),
  (path) => `/z${path}`,
];

function edited(request: AskedRequest, random: Random): AskedRequest {
  const at = request.target.indexOf('?');
  const path = at < 0 ? request.target : request.target.slice(0, at);
  const query = at < 0 ? '' : request.target.slice(at);
  switch (random(8)) {
    case 0:
    case 1:
    case 2:
      return { ...request, target: (pathEdits[random(pathEdits.length)] ?? String)(path) + query };
    case 3:
      return { ...request, method: ['POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'][random(5)] ?? 'POST' };
    case 4:
      return { ...request, authority: editedHost(request.authority, random) };
    case 5:
      return { ...request, headers: editedHeaders(request.headers, random) };
    case 6:
      return { ...request, target: `${path}${query === '' ? `?q=${random(9)}` : `${query}&q=${random(9)}`}` };
    default:
      return { ...request, target: `${path.replace(/\/$/, '')}/${random(1000)}${query}` };
  }
}

function editedHost(host: string, random: Random): string {
  return [host.toUpperCase(), `${host}:80`, `x.${host}`, 'nobody.test', `${host}:8443`][random(5)] ?? host;
}

function editedHeaders(headers: RoutingRequest['headers'], random: Random): RoutingRequest['headers'] {
  const copy = new Map(headers);
  const names = [...copy.keys()];
  const name = names[random(Math.max(1, names.length))];
  if (name === undefined) return copy.set('x-user', ['beta']);
  if (random(2) === 0) copy.delete(name);
  else copy.set(name, [`${copy.get(name)?.[0] ?? ''}x`]);
  return copy;
}
