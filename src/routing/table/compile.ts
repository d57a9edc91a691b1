import { asBoolean, asList, asObject, asText, asTexts, isObject, type JsonObject } from '../../lib/json.ts';
import { type Place, within } from '../../snapshot/object.ts';
import { readAction, readHeaderMutation } from './read-action.ts';
import { type ClauseContext, readClauses } from './read-clauses.ts';
import { readMatcher } from './read-matcher.ts';
import { readPerFilter } from './filters.ts';
import { indexHosts } from './host-index.ts';
import type { RouteConfigInput, TableInput } from './input.ts';
import { readListener } from './listener.ts';
import type { Regex } from './regex.ts';
import type { Action } from './action.ts';
import type { MatcherTree, Route, RouteConfig, Semantics, Table, TableFault, VirtualHost } from './table.ts';

/** Compiles an Envoy's configuration; what is not understood is told in `faults`, and the rest decides. */
export function compileTable(input: TableInput): Table {
  const faults: TableFault[] = [];
  const semantics = semanticsOf(input);
  const regexes = new Map<string, Regex>();
  const actions = new Map<JsonObject, Action>();
  const readRoutes = (config: RouteConfigInput): RouteConfig =>
    readRouteConfig(config, { input, semantics, regexes, faults, actions });
  const named = new Map(input.routeConfigs.map((config) => [asText(config.body.name) ?? '', config]));
  const compiled = new Map<string, RouteConfig>();
  const byName = (name: string): RouteConfig | null => {
    const known = compiled.get(name);
    if (known) return known;
    const config = named.get(name);
    if (!config) return null;
    const read = readRoutes(config);
    compiled.set(name, read);
    return read;
  };
  const listeners = input.listeners.flatMap((listener) => readListener(listener, byName, readRoutes));
  return { semantics, listeners, clusters: input.clusters, faults };
}

/** Individual header lines are the default from 1.39 (flag match_headers_individually); regexes on bytes were seen on 1.40. */
function semanticsOf({ envoyVersion, runtime }: TableInput): Semantics {
  const [major = 1, minor = 34] = envoyVersion.split('.').map(Number);
  const atLeast = (wanted: number): boolean => major > 1 || minor >= wanted;
  const flag = runtime?.get('envoy.reloadable_features.match_headers_individually');
  const resumes = runtime?.get('envoy.reloadable_features.prefix_map_matcher_resume_after_subtree_miss');
  return {
    joinsHeaderLines: !atLeast(39) || flag === 'false',
    regexUnit: atLeast(40) ? 'byte' : 'utf8',
    // The flag is new in 1.35; 1.36.2 heeds it, 1.40.0 does not any more (both seen).
    afterNestedMiss: atLeast(35) ? (resumes === 'false' && !atLeast(40) ? 'next-but-in-prefix-maps' : 'next') : null,
    emptyRewriteKeepsPath: atLeast(40),
  };
}

interface ReadContext {
  readonly input: TableInput;
  readonly semantics: Semantics;
  readonly regexes: Map<string, Regex>;
  readonly faults: TableFault[];
  /** Of actions that forward. */
  readonly actions: Map<JsonObject, Action>;
}

function readRouteConfig(config: RouteConfigInput, context: ReadContext): RouteConfig {
  const { body, place } = config;
  const hostsPlace = within(place, '/virtual_hosts');
  const hosts = asList(body.virtual_hosts).map((value, index) =>
    readHost(asObject(value), within(hostsPlace, index), context),
  );
  return {
    place,
    name: asText(body.name) ?? '',
    ignorePort: asBoolean(body.ignore_port_in_host_matching) ?? false,
    hosts,
    index: indexHosts(hosts),
    headers: readHeaderMutation(body),
  };
}

const tlsNeeds = { ALL: 'all', EXTERNAL_ONLY: 'external' } as const;

function readHost(body: JsonObject, place: Place, context: ReadContext): VirtualHost {
  const need = asText(body.require_tls);
  const { matcher } = body;
  const routesPlace = within(place, '/routes');
  return {
    place,
    name: asText(body.name) ?? '',
    domains: asTexts(body.domains),
    routes: asList(body.routes).map((value, index) =>
      readRoute(asObject(value), index, within(routesPlace, index), context),
    ),
    requireTls: need === 'ALL' || need === 'EXTERNAL_ONLY' ? tlsNeeds[need] : 'none',
    matcher: isObject(matcher),
    tree: isObject(matcher) ? readTree(matcher, place, context) : null,
    headers: readHeaderMutation(body),
    perFilter: readPerFilter(body),
  };
}

/** A virtual host's matcher; its routes are counted in the order in which they stand. */
function readTree(matcher: JsonObject, place: Place, context: ReadContext): MatcherTree {
  let count = 0;
  const route = (body: JsonObject, at: string): Route => {
    count += 1;
    return readRoute(body, count - 1, within(place, at), context);
  };
  return readMatcher(matcher, '/matcher', { ...clauseContext(place, '', context), route });
}

function readRoute(body: JsonObject, index: number, place: Place, context: ReadContext): Route {
  return {
    place,
    name: asText(body.name) ?? '',
    index,
    clauses: readClauses(asObject(body.match), clauseContext(place, '/match', context)),
    action: readActionOnce(body, place, context),
    perFilter: readPerFilter(body),
    headers: readHeaderMutation(body),
  };
}

/** Routes to one target often hold the very same action: it is read once, but for one of which something is not understood. */
function readActionOnce(body: JsonObject, place: Place, context: ReadContext): Action {
  const { actions, faults } = context;
  const known = isObject(body.route) ? actions.get(body.route) : undefined;
  if (known) return known;
  const before = faults.length;
  const action = readAction(body, context.semantics.regexUnit, faultsAt(place, context));
  if (isObject(body.route) && faults.length === before) actions.set(body.route, action);
  return action;
}

function clauseContext(place: Place, below: string, context: ReadContext): ClauseContext {
  return {
    regexUnit: context.semantics.regexUnit,
    runtime: context.input.runtime,
    regexes: context.regexes,
    fault: faultsAt(within(place, below), context),
  };
}

function faultsAt(place: Place, { faults }: ReadContext): (at: string, message: string) => void {
  return (at, message) => {
    faults.push({ place: within(place, at), message });
  };
}
