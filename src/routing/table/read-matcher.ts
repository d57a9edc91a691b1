import { bytesOf } from '../../lib/bytes.ts';
import { asList, asObject, asText, isObject, type JsonObject, pointer } from '../../lib/json.ts';
import { type ClauseContext, readText } from './read-clauses.ts';
import type { Branch, Leads, MatcherTree, Predicate, Route } from './table.ts';

/** What a reader of matcher trees is given: how to read a route, by its pointer inside the virtual host. */
export interface MatcherContext extends ClauseContext {
  readonly route: (body: JsonObject, at: string) => Route;
}

/** Reads a virtual host's `matcher`, which stands at `at` inside it. */
export function readMatcher(matcher: JsonObject, at: string, context: MatcherContext): MatcherTree {
  const otherwise = isObject(matcher.on_no_match) ? readLeads(matcher.on_no_match, `${at}/on_no_match`, context) : null;
  const tree = matcher.matcher_tree;
  if (isObject(tree)) {
    const byPrefix = isObject(tree.prefix_match_map);
    return { branches: readMaps(tree, `${at}/matcher_tree`, context), otherwise, byPrefix };
  }
  const branches = asList(asObject(matcher.matcher_list).matchers).map((value, index): Branch => {
    const entry = asObject(value);
    const here = `${at}/matcher_list/matchers/${index}`;
    return {
      when: readPredicate(asObject(entry.predicate), `${here}/predicate`, context),
      leads: readLeads(asObject(entry.on_match), `${here}/on_match`, context),
    };
  });
  return { branches, otherwise, byPrefix: false };
}

function readMaps(tree: JsonObject, at: string, context: MatcherContext): readonly Branch[] {
  const kinds = [
    ['exact_match_map', 'exact'],
    ['prefix_match_map', 'prefix'],
  ] as const;
  for (const [field, kind] of kinds) {
    const map = tree[field];
    if (!isObject(map)) continue;
    const input = readInput(tree.input, `${at}/input`, context);
    return Object.entries(asObject(map.map))
      .sort(([one], [other]) => bytesOf(other).length - bytesOf(one).length)
      .map(([key, value]) => ({
        when:
          typeof input === 'string'
            ? { kind: 'header', name: input, test: { kind, value: bytesOf(key), ignoreCase: false } }
            : input,
        leads: readLeads(asObject(value), `${at}/${field}/map${pointer(key)}`, context),
      }));
  }
  const what = 'a matcher tree of a kind that is not understood';
  context.fault(at, what);
  return [{ when: { kind: 'hidden', what }, leads: { to: 'unknown', what } }];
}

function readLeads(onMatch: JsonObject, at: string, context: MatcherContext): Leads {
  if (isObject(onMatch.matcher)) return { to: 'tree', tree: readMatcher(onMatch.matcher, `${at}/matcher`, context) };
  const config = asObject(asObject(onMatch.action).typed_config);
  const type = asText(config['@type']) ?? '';
  const here = `${at}/action/typed_config`;
  if (type.endsWith('.config.route.v3.Route')) return { to: 'routes', routes: [context.route(config, here)] };
  if (type.endsWith('.config.route.v3.RouteList')) {
    const routes = asList(config.routes).map((value, index) =>
      context.route(asObject(value), `${here}/routes/${index}`),
    );
    return { to: 'routes', routes };
  }
  const what = `an action of the matcher that is not understood${type && `: ${type}`}`;
  context.fault(at, what);
  return { to: 'unknown', what };
}

function readPredicate(predicate: JsonObject, at: string, context: MatcherContext): Predicate {
  const combined = [
    ['and_matcher', 'all'],
    ['or_matcher', 'any'],
  ] as const;
  for (const [field, kind] of combined) {
    const parts = predicate[field];
    if (!isObject(parts)) continue;
    const of = asList(parts.predicate).map((part, index) =>
      readPredicate(asObject(part), `${at}/${field}/predicate/${index}`, context),
    );
    return { kind, of };
  }
  if (isObject(predicate.not_matcher)) {
    return { kind: 'not', of: readPredicate(predicate.not_matcher, `${at}/not_matcher`, context) };
  }
  const single = asObject(predicate.single_predicate);
  const here = `${at}/single_predicate`;
  const name = readInput(single.input, `${here}/input`, context);
  if (typeof name !== 'string') return name;
  try {
    if (isObject(single.value_match)) return { kind: 'header', name, test: readText(single.value_match, context) };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    context.fault(`${here}/value_match`, what);
    // Envoy cannot have loaded it: as with routes, what is invalid takes nothing.
    return { kind: 'any', of: [] };
  }
  const what = 'a matcher of a kind that is not understood';
  context.fault(here, what);
  return { kind: 'hidden', what };
}

/** The header that an input reads. Envoy takes no other input in a route table (router/matcher_visitor.cc), nearly. */
function readInput(value: unknown, at: string, context: MatcherContext): string | Predicate {
  const config = asObject(asObject(value).typed_config);
  const type = asText(config['@type']) ?? '';
  const header = asText(config.header_name)?.toLowerCase();
  if (type.endsWith('.HttpRequestHeaderMatchInput') && header !== undefined) {
    return header === 'host' ? ':authority' : header;
  }
  const what = `matcher input ${type.replace(/^.*\//, '') || '(none)'}`;
  context.fault(at, `${what} is not told by a request`);
  return { kind: 'hidden', what };
}
