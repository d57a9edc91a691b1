import type { RoutingRequest } from '../routing/match/request.ts';
import type { FilterChain, Listener, Route, Table, VirtualHost } from '../routing/table/table.ts';
import { fitHeaders, fitPath, fitQuery } from './fitting.ts';
import { type Random, seeded } from './random.ts';

/** A request as it goes over the wire, and what its makers know of it. */
export interface AskedRequest extends RoutingRequest {
  readonly port: number;
  readonly tls: boolean;
  readonly method: string;
  readonly authority: string;
  readonly target: string;
}

interface Spot {
  readonly listener: Listener;
  readonly chain: FilterChain;
  readonly host: VirtualHost;
  readonly route: Route | null;
}

/**
 * Makes requests for every route a client can reach: one that fits it, then ones that miss it by a small edit of path, host,
 * method, header or query. Deterministic; made up, never copied from traffic.
 */
export function makeRequests(table: Table, count: number): readonly AskedRequest[] {
  const spots = reachable(table);
  const random = seeded(spots.length);
  const requests: AskedRequest[] = [];
  for (let round = 0; spots.length > 0 && requests.length < count; round += 1) {
    for (const spot of spots) {
      if (requests.length >= count) break;
      const fitting = madeFor(spot, random);
      requests.push(round === 0 ? fitting : edited(fitting, random));
    }
  }
  return requests;
}

/** The listeners clients use: not those that only take what another listener of the same Envoy hands over. */
export function clientListeners(table: Table): readonly Listener[] {
  const handedOver = new Set<number>();
  for (const { targets } of table.clusters?.values() ?? []) {
    const [only, ...others] = targets;
    if (only && others.length === 0 && /^(127\.|::1$|localhost$)/.test(only.host)) handedOver.add(only.port);
  }
  const open = table.listeners.filter(({ port, name }) => !handedOver.has(port) && !name.startsWith('lds_egress_'));
  return open.length > 0 ? open : table.listeners;
}

function reachable(table: Table): readonly Spot[] {
  return clientListeners(table).flatMap((listener) => {
    const chains = [...listener.chains, ...(listener.defaultChain ? [listener.defaultChain] : [])];
    return chains.flatMap((chain) =>
      (chain.manager?.routes?.hosts ?? []).flatMap((host): readonly Spot[] =>
        [...host.routes, null].map((route) => ({ listener, chain, host, route })),
      ),
    );
  });
}

function madeFor({ listener, chain, host, route }: Spot, random: Random): AskedRequest {
  const clauses = route?.clauses ?? [];
  const { headers, method, authority } = fitHeaders(clauses, random);
  const path = route ? fitPath(clauses, random) : '/no-such-path';
  return {
    port: listener.port,
    protocol: 'http1',
    tls: chain.tls,
    sni: chain.tls ? serverName(chain) : 'absent',
    method: method ?? 'GET',
    authority: authority ?? hostName(host, random),
    target: path + fitQuery(clauses, random),
    headers,
    otherHeaders: 'absent',
  };
}

function serverName({ serverNames }: FilterChain): string | 'absent' {
  const [first] = serverNames;
  return first === undefined ? 'absent' : first.replace(/^\*/, 'www');
}

function hostName({ domains }: VirtualHost, random: Random): string {
  const domain = domains[random(domains.length)] ?? '*';
  return domain === '*' ? 'www.example.test' : domain.replace(/^\*/, 'www').replace(/\*$/, 'test');
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
