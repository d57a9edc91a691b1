import type { Model } from '../model/model.ts';
import { decisionJson, unmet } from '../report/decision-json.ts';
import type { Decided, ExplainRequest, Unexplained } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';
import { describeClause } from '../routing/match/describe.ts';
import { routesOf } from '../routing/origins.ts';
import { routeKey } from '../routing/translate/translation.ts';
import { refText } from '../snapshot/object.ts';
import { answer, decidedOf } from './answered.ts';
import { CannotExplain, type Decider } from './deciders.ts';
import { cannot, decidersFor } from './explain.ts';
import { Lines } from './lines.ts';
import type { DecidedLines, DecideOptions } from './protocol.ts';
import { readRequestLine } from './requests/lines.ts';
import { findWay } from './way.ts';

/**
 * Decides requests written as JSON, one a line, and writes the decisions the same way: a file of them can be long, so
 * each is read, decided, written down and let go.
 */
export function decideLines(model: Model, options: DecideOptions): DecidedLines {
  const { text, file, firstLine, gateway, envoyVersion, coverage } = options;
  const deciders = decidersFor(model, gateway, envoyVersion);
  if (deciders instanceof CannotExplain) return { ...nothing, trouble: deciders.message };
  const reached = new Set<string>();
  const out = new Lines(text.length);
  const errors: string[] = [];
  const failed: string[] = [];
  for (const [index, line] of new TextDecoder().decode(text).split('\n').entries()) {
    if (line.trim() === '') continue;
    const at = `${file}:${firstLine + index}`;
    const read = readRequestLine(line, at);
    const one = 'error' in read ? read : decideOne(deciders, read);
    out.add(decisionJson(one));
    if ('error' in one) errors.push(one.error);
    if ('error' in one || 'error' in read) continue;
    if (coverage) for (const { decision } of [one, ...one.replicas]) gatherRoutes(decision, reached);
    const wrong = read.expect ? unmet(one, read.expect) : [];
    if (wrong.length > 0) failed.push(`request ${read.id ?? at} (${read.url}): ${wrong.join('; ')}`);
  }
  return {
    trouble: null,
    bytes: out.bytes(),
    requests: out.count,
    errors,
    unmet: failed,
    ...(coverage ? covered(deciders, reached) : { uncovered: [], routes: 0 }),
  };
}

const nothing: Omit<DecidedLines, 'trouble'> = {
  bytes: new Uint8Array(),
  requests: 0,
  errors: [],
  unmet: [],
  uncovered: [],
  routes: 0,
};

function decideOne(deciders: readonly Decider[], request: ExplainRequest): Decided | Unexplained {
  const way = cannot(() => findWay(deciders, request));
  if (way instanceof CannotExplain) return { id: request.id, error: way.message };
  return decidedOf(answer(way, request, null), request);
}

function gatherRoutes({ hops, candidates }: Decision, reached: Set<string>): void {
  for (const { route } of hops) if (route) reached.add(routeKey(route));
  for (const one of candidates) gatherRoutes(one, reached);
}

/** Every route of the tables that decide, and those in no hop of any decision; the same route of two replicas is one. */
function covered(
  deciders: readonly Decider[],
  reached: ReadonlySet<string>,
): Pick<DecidedLines, 'uncovered' | 'routes'> {
  const routes = new Map<string, boolean>();
  for (const { gateway, tables } of deciders) {
    for (const { table, originOf } of tables) {
      const seen = new Set<object>();
      for (const { host, route } of routesOf(table)) {
        // Two listeners may share a route configuration: its routes are the same objects.
        if (seen.has(route)) continue;
        seen.add(route);
        const origin = originOf(route.place);
        const name = `route ${route.name || `#${route.index}`}${origin ? ` (${refText(origin.ref)})` : ''}`;
        const clauses = route.clauses.map(describeClause).join(' and ');
        const said = `${name} of virtual host ${host.name}: ${clauses}`;
        const key = deciders.length > 1 ? `${refText(gateway.ref)}: ${said}` : said;
        routes.set(key, routes.get(key) === true || reached.has(routeKey(route.place)));
      }
    }
  }
  return { uncovered: [...routes].flatMap(([said, hit]) => (hit ? [] : [said])), routes: routes.size };
}
