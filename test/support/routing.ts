import type { JsonObject } from '../../src/lib/json.ts';
import { decide } from '../../src/routing/match/decide.ts';
import type { Decision } from '../../src/routing/match/decision.ts';
import type { RoutingRequest } from '../../src/routing/match/request.ts';
import { compileTable } from '../../src/routing/table/compile.ts';
import type { TableInput } from '../../src/routing/table/input.ts';
import type { Table } from '../../src/routing/table/table.ts';

/** What a test says of a table. */
export interface TableStory {
  /** Routes of the one virtual host `*`; a match alone answers 200. */
  readonly routes?: readonly JsonObject[];
  readonly virtualHosts?: readonly JsonObject[];
  readonly manager?: JsonObject;
  readonly routeConfig?: JsonObject;
  readonly version?: string;
  readonly runtime?: Readonly<Record<string, string>>;
  readonly clusters?: TableInput['clusters'];
  readonly listener?: JsonObject;
}

/** A table with one listener on port 8088. */
export function tableFor(story: TableStory): Table {
  return compileTable(inputFor(story));
}

/** The input of such a table. */
export function inputFor({ version = '1.40.0', runtime, clusters = null, ...story }: TableStory): TableInput {
  const virtualHosts = story.virtualHosts ?? [{ name: 'all', domains: ['*'], routes: (story.routes ?? []).map(route) }];
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    route_config: { name: 'rc', virtual_hosts: virtualHosts, ...story.routeConfig },
    ...story.manager,
  };
  const body = {
    name: 'l',
    address: { socket_address: { address: '0.0.0.0', port_value: 8088 } },
    filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }],
    ...story.listener,
  };
  return {
    envoyVersion: version,
    runtime: runtime ? new Map(Object.entries(runtime)) : null,
    listeners: [{ place: { document: 'config_dump', pointer: '/l' }, body }],
    routeConfigs: [],
    clusters,
  };
}

function route(given: JsonObject): JsonObject {
  return given.match === undefined ? { match: given, direct_response: { status: 200 } } : given;
}

/** A request written as people write it: `GET a.test/path?x=1`, header lines beside it. */
export function requestFor(
  text: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): RoutingRequest {
  const [, method = '', authority = '', target = ''] = /^(\S+) ([^/ ]*)(.*)$/s.exec(text) ?? [];
  return {
    port: 8088,
    protocol: 'http1',
    sni: 'absent',
    tls: false,
    method,
    authority,
    target,
    headers: new Map(Object.entries(headers).map(([name, held]) => [name, typeof held === 'string' ? [held] : held])),
    otherHeaders: 'absent',
  };
}

/** Decides such a request. */
export function ask(table: Table, text: string, headers?: Parameters<typeof requestFor>[1]): Decision {
  return decide(table, requestFor(text, headers));
}

/** The outcome in a word: `r0` (the route that took it), the status, or `?`. */
export function verdict(decision: Decision): string {
  if (decision.outcome === 'undecided') return '?';
  const at = decision.hops.at(-1)?.route;
  if (at && decision.outcome !== 'rejected') return `r${at.index}`;
  return String(decision.status);
}
