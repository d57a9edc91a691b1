import { hostSeen } from '../match/arrive.ts';
import { normalised } from '../space/path-domain.ts';
import { findHost } from '../table/host-index.ts';
import type { Listener, Manager, Route, RouteConfig, Table, VirtualHost } from '../table/table.ts';
import { type Cube, cubeOf, pathCondition } from '../space/cube.ts';
import { type Condition, wordCondition } from '../space/field.ts';
import { hostLanguage } from '../space/host-domain.ts';
import { type Language, patternLanguage, textLanguage } from '../space/language.ts';
import type { Scene } from '../space/scene.ts';
import { after, type Ending, endingOf, noRoute, unknownEnding } from './ending.ts';
import { compose, keepPath, type PathFunction, pathFunctionOf } from './path-function.ts';
import { type Handed, readHanded } from './second-hop.ts';
import { isLoopback } from '../table/input.ts';

/** One way through the tables: the requests that take it, where no way before it does, and how they end. */
export interface Way {
  readonly cube: Cube;
  readonly ending: Ending;
  /** The routes on it, first hop first. */
  readonly routes: readonly Route[];
}

/** Requests are followed from listener to listener of one Envoy so far. */
const mostHops = 3;

/**
 * All ways of the requests of one virtual host, in order: where a route hands its requests to another listener of the same
 * Envoy (App Mesh's self-redirect), its way is split by what decides there, put in terms of the request as it first came.
 * The last way takes what is left.
 */
export function flatten(table: Table, scene: Scene, config: RouteConfig, host: VirtualHost): readonly Way[] {
  const first: Handed = {
    hop: 0,
    path: keepPath,
    read: '',
    host: null,
    mutations: [],
    overwritesForwardedProto: false,
  };
  const way: Walk = { conditions: [], connect: false, ending: null, routes: [], handed: first };
  const manager = scene.manager;
  return throughHost(table, scene, { manager, config, host }, way);
}

/** Where requests are: behind which connection manager, in which virtual host. */
interface Place {
  readonly manager: Manager;
  readonly config: RouteConfig;
  readonly host: VirtualHost;
}

/** How they came there. */
interface Walk {
  readonly conditions: readonly Condition[];
  readonly connect: boolean;
  /** The ending of the passes before, still open; null on the first pass. */
  readonly ending: Ending | null;
  readonly routes: readonly Route[];
  readonly handed: Handed;
}

function throughHost(table: Table, scene: Scene, place: Place, walk: Walk): readonly Way[] {
  const { host } = place;
  if (host.matcher) return [end(walk, unknownEnding(`virtual host ${host.name} routes by a matcher tree`))];
  const ways: Way[] = [];
  if (host.requireTls !== 'none') {
    const secure = patternLanguage('https', (word) => word === 'https', ['https']);
    const plain = wordCondition(scene.header('x-forwarded-proto'), secure, false, false);
    const ending = host.requireTls === 'all' ? answer('redirect to https') : unknownEnding('require_tls EXTERNAL_ONLY');
    ways.push(end({ ...walk, conditions: [...walk.conditions, plain] }, ending));
  }
  for (const route of host.routes) {
    const cube = walk.ending === null ? cubeOf(scene, route) : handedCube(scene, walk, route);
    if (cube.impossible !== null) continue;
    const further: Walk = { ...walk, conditions: [...walk.conditions, ...cube.conditions], connect: cube.connect };
    ways.push(...throughRoute(table, scene, place, route, further));
  }
  const rest = end(walk, noRoute);
  return [...ways, rest, ...(walk.ending === null ? [{ ...rest, cube: { ...rest.cube, connect: true } }] : [])];
}

function answer(detail: string): Ending {
  return { ...noRoute, kind: 'answer', detail };
}

/** A later pass of a CONNECT request is not followed: Envoy's own tables have none. */
function handedCube(scene: Scene, { handed }: Walk, route: Route): Cube {
  const conditions: Condition[] = [];
  for (const clause of route.clauses) {
    const read = readHanded(scene, handed, clause);
    if (read === false) return { connect: false, conditions: [], impossible: 'a clause that holds for no request' };
    if (read !== true) conditions.push(...read);
  }
  return { connect: false, conditions, impossible: null };
}

function end({ conditions, connect, ending, routes, handed }: Walk, last: Ending): Way {
  return {
    cube: { connect, conditions, impossible: null },
    ending: ending === null ? last : after(ending, handed.path, last),
    routes,
  };
}

function throughRoute(table: Table, scene: Scene, place: Place, route: Route, walk: Walk): readonly Way[] {
  const ending = endingOf(table, place.manager, place.config, place.host, route);
  const here: Walk = { ...walk, routes: [...walk.routes, route] };
  const next = nextListener(table, route);
  if (!next || walk.connect || ending.kind !== 'forward') return [end(here, ending)];
  const [chain, ...others] = next.chains;
  const manager = chain?.manager ?? null;
  if (here.routes.length >= mostHops || !chain || others.length > 0 || !manager?.routes) {
    return [end(here, unknownEnding(`what listener ${next.name} does is not followed`))];
  }
  const open = walk.ending === null ? ending : after(walk.ending, walk.handed.path, ending);
  return variants(scene, place, route, here, manager).flatMap(({ conditions, path, read }) => {
    const handed: Handed = {
      hop: here.routes.length,
      path,
      read,
      host: hostAfter(walk.handed, route, next, manager),
      mutations: [...walk.handed.mutations, route.headers, place.host.headers, place.config.headers],
      overwritesForwardedProto: manager.overwritesForwardedProto,
    };
    const onward: Walk = { ...here, conditions: [...here.conditions, ...conditions], ending: open, handed };
    return throughConfig(table, scene, manager, onward);
  });
}

/** The listener of this Envoy that a route's cluster leads to; null: it leaves the Envoy. */
function nextListener(table: Table, { action }: Route): Listener | null {
  if (action.type !== 'forward' || action.target.kind !== 'cluster') return null;
  const [target, ...others] = table.clusters?.get(action.target.name)?.targets ?? [];
  if (!target || others.length > 0 || !isLoopback(target.host)) return null;
  return table.listeners.find(({ port }) => port === target.port) ?? null;
}

/** The host after a route's rewrite; null: as it came. What is made of headers or paths is not followed, as `''`. */
function hostAfter(handed: Handed, { action }: Route, next: Listener, manager: Manager): string | null {
  if (action.type !== 'forward') return handed.host;
  if (action.host.kind === 'literal') return hostSeen(action.host.value, next, manager);
  return action.host.kind === 'keep' ? handed.host : '';
}

interface Variant {
  readonly conditions: readonly Condition[];
  readonly path: PathFunction;
  readonly read: string | null;
}

/**
 * The paths a route hands on, as the next connection manager leaves them. It normalises again: what a rewrite puts together
 * (`/` + `/x`, `/` + `./x`) becomes `/x`, which is a rewrite of its own; earlier variants go first.
 */
function variants(
  scene: Scene,
  { manager: before }: Place,
  route: Route,
  walk: Walk,
  manager: Manager,
): readonly Variant[] {
  const { handed } = walk;
  const own = route.action.type === 'forward' ? pathFunctionOf(route, route.action.path) : keepPath;
  const path = compose(handed.path, own);
  const test = route.clauses.find((clause) => clause.field === 'path')?.test;
  const matched = test?.kind === 'prefix' || test?.kind === 'segments' ? (test.ignoreCase ? null : test.value) : '';
  const read = readBy(handed, own, matched);
  if (path.kind === 'constant') {
    const value = normalised(path.value, manager);
    return [{ conditions: [], path: value === null ? opaque(`400: ${path.value}`) : { ...path, value }, read }];
  }
  const alike = (['normalizePath', 'mergeSlashes', 'escapedSlashes'] as const).every(
    (one) => before[one] === manager[one],
  );
  if (path.kind === 'opaque' || !alike)
    return [
      {
        conditions: [],
        path: alike ? path : opaque(`${JSON.stringify(path)} normalised by ${manager.place.pointer}`),
        read,
      },
    ];
  const joins = path.prepend.endsWith('/') && path.count > 0 && read !== null && !read.endsWith('/');
  if (!joins || read === null) return [{ conditions: [], path, read }];
  const begins = (text: string, again: string): Variant => ({
    conditions: [pathCondition(scene, textPath('prefix', read + text), true)],
    path: {
      ...path,
      count: path.count + text.length,
      prepend: normalised(path.prepend + again, manager) ?? path.prepend,
    },
    read: read + text,
  });
  const is = (text: string): Variant => ({
    conditions: [pathCondition(scene, textPath('exact', read + text), true)],
    path: { kind: 'constant', value: normalised(path.prepend + text, manager) ?? path.prepend },
    read,
  });
  return [
    ...(manager.normalizePath ? [is('.'), is('..'), begins('./', './'), begins('../', '../')] : []),
    ...(manager.mergeSlashes ? [begins('/', '')] : []),
    { conditions: [], path, read },
  ];
}

function textPath(kind: 'exact' | 'prefix', value: string): Language {
  const has = (path: string): boolean => (kind === 'exact' ? path === value : path.startsWith(value));
  return textLanguage({ kind, value, ignoreCase: false }, has, 'byte');
}

function opaque(id: string): PathFunction {
  return { kind: 'opaque', id };
}

/** The beginning that the passes so far and this route cut off together. */
function readBy({ path, read }: Handed, own: PathFunction, matched: string | null): string | null {
  if (own.kind !== 'strip' || path.kind !== 'strip') return null;
  if (own.count === 0) return read;
  if (read === null || matched === null) return null;
  return read + matched.slice(path.prepend.length);
}

function throughConfig(table: Table, scene: Scene, manager: Manager, walk: Walk): readonly Way[] {
  const config = manager.routes;
  if (!config) return [];
  const { host } = walk.handed;
  if (host === '') return [end(walk, unknownEnding('the host is made from headers or the path'))];
  if (host !== null) {
    const found = findHost(config.index, host.toLowerCase());
    if (!found) return [end(walk, noRoute)];
    return throughHost(table, scene, { manager, config, host: found }, walk);
  }
  const ways = config.hosts.flatMap((one) => {
    const here = wordCondition(scene.host, hostLanguage(config, one), true, false);
    return throughHost(
      table,
      scene,
      { manager, config, host: one },
      { ...walk, conditions: [...walk.conditions, here] },
    );
  });
  return [...ways, end(walk, noRoute)];
}
