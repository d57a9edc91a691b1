import type { JsonObject } from '../../../src/lib/json.ts';
import { type MadeRoute, values, type Wants } from './made-matches.ts';
import type { Random } from './random.ts';

/** A matcher tree as it is generated, and the routes in it. */
export interface MadeTree {
  readonly matcher: JsonObject;
  readonly routes: readonly MadeRoute[];
}

const type = 'type.googleapis.com/';
const inputs = ['x-a', 'x-a', 'x-b', 'X-User', 'accept', ':path', ':method', 'host'];

/** Makes a matcher tree of a few levels; `route` makes the routes that it leads to. */
export function makeTree(random: Random, route: () => MadeRoute, depth = 0): MadeTree {
  const kind = random.below(3);
  const made: MadeRoute[] = [];
  const name = random.pick(inputs);
  const leads = (fit: string | null, input: string): JsonObject => {
    const { onMatch, routes } = makeLeads(random, route, depth);
    made.push(...routes.map((one) => asWanted(one, input, fit)));
    return onMatch;
  };
  const otherwise = random.chance(0.6) ? { on_no_match: leads(null, name) } : {};
  const input = { name: 'input', typed_config: headerInput(name) };
  const count = 1 + random.below(4);
  if (kind < 2) {
    const map: Record<string, unknown> = {};
    for (const key of keysFor(random, name, count)) {
      map[key] = leads(`${key}${kind === 1 && name !== ':method' ? random.pick(['', 'x', '/']) : ''}`, name);
    }
    const field = kind === 0 ? 'exact_match_map' : 'prefix_match_map';
    return { matcher: { matcher_tree: { input, [field]: { map } }, ...otherwise }, routes: made };
  }
  const matchers = [...Array(count)].map(() => {
    const { predicate, fit, of } = makePredicate(random, 0);
    return { predicate, on_match: leads(fit, of) };
  });
  return { matcher: { matcher_list: { matchers }, ...otherwise }, routes: made };
}

function headerInput(header_name: string): JsonObject {
  return { '@type': `${type}envoy.type.matcher.v3.HttpRequestHeaderMatchInput`, header_name };
}

/** Keys near each other: one is often the beginning of another. */
function keysFor(random: Random, name: string, count: number): readonly string[] {
  const from =
    name === ':path'
      ? ['/', '/a', '/a/', '/ab', '/a/b', '/a?k=v', '/foo']
      : name === ':method'
        ? ['GET', 'POST', 'PUT', 'P']
        : name === 'host'
          ? ['h', 'h1', 'h2.test', 'h3.test', 'H4.test', 'h1.test']
          : values.filter((value) => value !== 'é');
  return [...new Set([...Array(count)].map(() => random.pick(from)))];
}

function makeLeads(
  random: Random,
  route: () => MadeRoute,
  depth: number,
): { readonly onMatch: JsonObject; readonly routes: readonly MadeRoute[] } {
  if (depth < 2 && random.chance(0.3)) {
    const { matcher, routes } = makeTree(random, route, depth + 1);
    return { onMatch: { matcher }, routes };
  }
  const routes = [...Array(random.chance(0.7) ? 1 : 2)].map(route);
  const [first] = routes;
  const config =
    routes.length === 1 && first
      ? { '@type': `${type}envoy.config.route.v3.Route`, ...first.json }
      : { '@type': `${type}envoy.config.route.v3.RouteList`, routes: routes.map(({ json }) => json) };
  return { onMatch: { action: { name: 'action', typed_config: config } }, routes };
}

/** A route's wants, and with it what its branch asks for; where that is the path, the route must fit on its own. */
function asWanted(route: MadeRoute, name: string, fit: string | null): MadeRoute {
  const wants: Wants = {
    ...route.wants,
    query: [...route.wants.query],
    headers: [...route.wants.headers],
  };
  if (fit === null || name === 'host') return { ...route, wants };
  if (name === ':method') wants.method = /^[A-Z]{2,}$/.test(fit) ? fit : 'PUT';
  else if (name === ':path') {
    const [path = '/', query] = fit.split('?');
    wants.path = path;
    if (query !== undefined) wants.query = [query];
  } else wants.headers.unshift([name.toLowerCase(), fit]);
  return { ...route, wants };
}

interface MadePredicate {
  readonly predicate: JsonObject;
  readonly fit: string | null;
  readonly of: string;
}

function makePredicate(random: Random, depth: number): MadePredicate {
  const kind = depth < 2 ? random.below(8) : 7;
  if (kind === 0) {
    const { predicate, of } = makePredicate(random, depth + 1);
    return { predicate: { not_matcher: predicate }, fit: null, of };
  }
  if (kind < 3) {
    const [one, other] = [makePredicate(random, depth + 1), makePredicate(random, depth + 1)];
    // What fits the first seldom fits the second too, but often misses it.
    const second = kind === 1 && random.chance(0.7) ? { not_matcher: other.predicate } : other.predicate;
    const field = kind === 1 ? 'and_matcher' : 'or_matcher';
    return { predicate: { [field]: { predicate: [one.predicate, second] } }, fit: one.fit, of: one.of };
  }
  const name = random.pick(inputs);
  const [key = 'v'] = keysFor(random, name, 1);
  const some = key === '' ? 'v' : key;
  const fold = random.chance(0.2) ? { ignore_case: true } : {};
  const [value_match, fit] = random.pick<readonly [JsonObject, string]>([
    [{ exact: key, ...fold }, key],
    [{ prefix: some, ...fold }, `${some}x`],
    [{ suffix: some, ...fold }, some],
    [{ contains: some, ...fold }, some],
    [{ safe_regex: { google_re2: {}, regex: 'v|w' } }, 'v'],
    [{ safe_regex: { google_re2: {}, regex: '.*' } }, key],
  ]);
  const input = { name: 'input', typed_config: headerInput(name) };
  return { predicate: { single_predicate: { input, value_match } }, fit, of: name };
}
