import type { Model } from '../../model/model.ts';
import type { Decision } from '../../routing/match/decision.ts';
import { describeClause } from '../../routing/match/describe.ts';
import { isInner } from '../../routing/gateway-tables.ts';
import { routesOf } from '../../routing/origins.ts';
import { routeKey } from '../../routing/translate/translation.ts';
import type { LogLine } from '../../snapshot/access-log/line.ts';
import type { SeenRoute } from '../../snapshot/access-log/traffic-view.ts';
import { type ObjectRef, refText } from '../../snapshot/object.ts';
import type { Classified, Classify } from '../../traffic/traffic.ts';
import { tellingLine } from '../../traffic/request.ts';
import type { Logged } from '../../routing/explained.ts';
import { alikeOf } from '../answered.ts';
import { CannotExplain, type Decider, type RunningTable } from '../deciders.ts';
import { cannot, decidersFor } from '../explain.ts';
import { decidingShape, isDecidedByShape, pathTextsOf } from './alike-paths.ts';
import { contradiction } from '../logged.ts';
import { requestOfLine } from '../request-of-line.ts';
import { findWay } from '../way.ts';

/** Decided requests are remembered: as many as this, then anew. */
const mostRemembered = 20_000;

/** Decides logged requests by the model; requests that cannot be told apart by what routes ask are decided once. */
export function classifyBy(model: Model, gateway: string | null, envoyVersion: string | null): Classify {
  const deciders = decidersFor(model, gateway, envoyVersion);
  if (deciders instanceof CannotExplain) return () => null;
  const asked = askedOf(deciders);
  const texts = pathTextsOf(deciders.flatMap(({ tables }) => tables.map(({ table }) => table)));
  const names = new Map<RunningTable, RouteLabels>();
  const known = new Map<string, Classified | null>();
  return ({ outer, inner }) => {
    const { status, flag } = tellingLine({ outer, inner });
    const target = asked.query ? outer.path : (outer.path?.split('?', 1)[0] ?? null);
    const shape = outer.pathCut ? null : decidingShape(target, texts);
    const ending = `${status} ${flag}`;
    const byShape = shape === null ? undefined : known.get(shapeKey(keyOf(outer, shape, ending, asked)));
    if (byShape !== undefined) return byShape;
    const key = keyOf(outer, target, ending, asked);
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
    const alike = target !== null && shape !== null && isDecidedByShape(target, shape, decision, texts);
    return remember(
      known,
      alike ? shapeKey(keyOf(outer, shape, ending, asked)) : key,
      classified(running, decision, labels, { status, flag }),
    );
  };
}

/** A path may be written as a shape is: their answers are kept apart. */
function shapeKey(key: string): string {
  return `shape ${key}`;
}

function remember(known: Map<string, Classified | null>, key: string, value: Classified | null): Classified | null {
  known.set(key, value);
  return value;
}

/** What the routes of all tables ask of a request beside host and path. */
interface Asked {
  readonly headers: readonly string[];
  readonly query: boolean;
}

function askedOf(deciders: readonly Decider[]): Asked {
  const headers = new Set<string>();
  let query = false;
  for (const { table } of deciders.flatMap(({ tables }) => tables)) {
    for (const { host, route } of routesOf(table)) {
      // A tree of matchers may ask for anything.
      if (host.matcher) query = true;
      for (const clause of route.clauses) {
        if (clause.field === 'header') headers.add(clause.name.toLowerCase());
        if (clause.field === 'cookie') headers.add('cookie');
        if (clause.field === 'grpc') headers.add('content-type');
        if (clause.field === 'query' || (clause.field === 'header' && clause.name === ':path')) query = true;
      }
    }
  }
  return { headers: [...headers].filter((name) => !name.startsWith(':')), query };
}

function keyOf(line: LogLine, target: string | null, ending: string, asked: Asked): string {
  const { method, authority, headers, protocol, sni, pathCut } = line;
  let told = '';
  for (const name of asked.headers) told += `${headers[name] ?? ''}\n`;
  return `${method} ${authority} ${target} ${ending} ${protocol} ${sni} ${pathCut} ${told}`;
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
    const asks = route.clauses.map(describeClause).join(' and ') || 'every request';
    const label = origin ? refText(origin.ref) : route.name || `#${route.index} ${asks}`;
    labels.set(routeKey(route.place), { label, ref: origin?.ref ?? null });
  }
  return labels;
}
