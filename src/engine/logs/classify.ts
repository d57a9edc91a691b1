import type { Model } from '../../model/model.ts';
import type { Decision } from '../../routing/match/decision.ts';
import { labelOfRoute } from '../../routing/match/describe.ts';
import { isInner } from '../../routing/gateway-tables.ts';
import { routesOf } from '../../routing/origins.ts';
import { routeKey } from '../../routing/translate/translation.ts';
import type { Route } from '../../routing/table/table.ts';
import type { LogLine } from '../../snapshot/access-log/line.ts';
import type { KindsBy } from '../../snapshot/access-log/row.ts';
import type { SeenRoute } from '../../snapshot/access-log/traffic-view.ts';
import { type ObjectRef, refText } from '../../snapshot/object.ts';
import type { Classified, Classify } from '../../traffic/traffic.ts';
import { tellingLine } from '../../traffic/request.ts';
import type { Logged } from '../../routing/explained.ts';
import { alikeOf } from '../answered.ts';
import { CannotExplain, type Decider, type RunningTable } from '../deciders.ts';
import { cannot, decidersFor } from '../explain.ts';
import { contradiction } from '../logged.ts';
import { requestOfLine } from '../request-of-line.ts';
import { findWay } from '../way.ts';
import { hasMatcher } from './path-askers.ts';
import { type PathClass, pathClassesOf } from './path-classes.ts';

/** Decided requests are remembered: as many as this, then anew. */
const mostRemembered = 20_000;

/** What decides logged requests, and what of their lines it asks for. */
export interface Classifier {
  readonly classify: Classify;
  readonly asks: KindsBy;
}

/** Decides logged requests by the model; requests that cannot be told apart by what routes ask are decided once. */
export function classifyBy(model: Model, gateway: string | null, envoyVersion: string | null): Classifier {
  const deciders = decidersFor(model, gateway, envoyVersion);
  if (deciders instanceof CannotExplain) return { classify: () => null, asks: { header: () => false, path: 'shape' } };
  const asked = askedOf(deciders);
  const names = new Map<RunningTable, RouteLabels>();
  const known = new Map<string, Classified | null>();
  const classify: Classify = ({ outer, inner }) => {
    const { status, flag } = tellingLine({ outer, inner });
    const key = keyOf(outer, `${status} ${flag}`, asked);
    const held = known.get(key);
    if (held !== undefined) return held;
    if (known.size >= mostRemembered) known.clear();
    const request = requestOfLine({ ...outer, status, flag });
    const way = cannot(() => findWay(deciders, request));
    if (way instanceof CannotExplain) return remember(known, key, null);
    const [{ running, decision }] = alikeOf(way, request, null);
    let labels = names.get(running);
    if (!labels) {
      labels = labelsOf(running);
      names.set(running, labels);
    }
    return remember(known, key, classified(running, decision, labels, { status, flag }));
  };
  return { classify, asks: { header: asked.header, path: asked.path ?? 'whole' } };
}

function remember(known: Map<string, Classified | null>, key: string, value: Classified | null): Classified | null {
  known.set(key, value);
  return value;
}

/** What the routes of all tables ask of a request beside its host. */
interface Asked {
  readonly header: (name: string) => boolean;
  readonly query: boolean;
  /** Null: of two paths nothing tells that they are decided alike. */
  readonly path: PathClass | null;
}

/** Headers that routing itself looks at, whatever routes ask. */
const alwaysAsked = ['content-type', 'x-forwarded-proto', 'host', 'connection', 'upgrade'];

function askedOf(deciders: readonly Decider[]): Asked {
  const headers = new Set(alwaysAsked);
  const tables = deciders.flatMap((decider) => decider.tables.map(({ table }) => table));
  // A tree of matchers may ask for anything.
  const tree = tables.some(hasMatcher);
  let query = tree;
  for (const { route } of tables.flatMap((table) => [...routesOf(table)])) {
    for (const clause of route.clauses) {
      if (clause.field === 'header') headers.add(clause.name.toLowerCase());
      if (clause.field === 'cookie') headers.add('cookie');
      if (clause.field === 'query' || (clause.field === 'header' && clause.name === ':path')) query = true;
    }
    for (const name of namedBy(route)) headers.add(name.toLowerCase());
  }
  return {
    header: (name) => tree || headers.has(name),
    query,
    path: query ? null : pathClassesOf(tables),
  };
}

/** Headers that choose a route's cluster or host. */
function namedBy({ action }: Route): readonly string[] {
  if (action.type !== 'forward') return [];
  const { target, host } = action;
  return [
    ...(target.kind === 'header' ? [target.name] : []),
    ...(target.kind === 'weighted' && target.header !== null ? [target.header] : []),
    ...(host.kind === 'header' ? [host.name] : []),
  ];
}

function keyOf(line: LogLine, ending: string, asked: Asked): string {
  const { method, authority, headers, protocol, sni, pathCut } = line;
  let told = '';
  for (const name of Object.keys(headers)) if (asked.header(name)) told += `${name}:${headers[name] ?? ''}\n`;
  return `${method} ${authority} ${pathKey(line, asked)} ${ending} ${protocol} ${sni} ${pathCut} ${told}`;
}

function pathKey({ path, pathCut }: LogLine, asked: Asked): string {
  if (path === null) return 'null';
  if (asked.path && !pathCut) {
    const bytes = Buffer.from(path);
    const number = asked.path(bytes, 0, bytes.length);
    if (number >= 0) return `class ${number}`;
  }
  return asked.query ? path : (path.split('?', 1)[0] ?? '');
}

function classified({ table }: RunningTable, decision: Decision, labels: RouteLabels, logged: Logged): Classified {
  const all = decision.candidates.length > 0 ? decision.candidates : [decision];
  const routes = new Map<string, ObjectRef | null>();
  for (const { hops } of all) {
    const route = hops.find((hop) => hop.route !== null)?.route;
    if (!route) continue;
    const known = labels.get(routeKey(route));
    routes.set(known?.label ?? route.name, known?.ref ?? null);
  }
  const timeouts = all.flatMap(({ hops }) => hops.flatMap(({ timeoutMs }) => (timeoutMs ? [timeoutMs] : [])));
  const hosts = new Set(all.map(({ hops }) => hops.at(-1)?.virtualHost ?? null));
  const [virtualHost = null] = hosts;
  return {
    listener: decision.hops[0]?.listener ?? all[0]?.hops[0]?.listener ?? null,
    inner: table.listeners.find(isInner)?.name ?? null,
    virtualHost: hosts.size === 1 ? virtualHost : null,
    routes: [...routes.keys()],
    refs: [...routes.values()],
    unknown: decision.unknown,
    cluster: all.length === 1 ? decision.cluster : null,
    timeoutMs: timeouts.length > 0 ? Math.min(...timeouts) : null,
    contradiction: decision.candidates.length > 0 ? null : contradiction(decision, logged),
  };
}

/** Routes by what people call them, and the objects they were made from; by `routeKey`. */
export type RouteLabels = ReadonlyMap<string, SeenRoute>;

/** What people call a route: the object it was made from, its own name, or what it asks for. */
export function labelsOf({ table, originOf }: RunningTable): RouteLabels {
  const labels = new Map<string, SeenRoute>();
  for (const { route } of routesOf(table)) {
    const origin = originOf(route.place);
    const label = origin ? refText(origin.ref) : labelOfRoute(route);
    labels.set(routeKey(route.place), { label, ref: origin?.ref ?? null });
  }
  return labels;
}
