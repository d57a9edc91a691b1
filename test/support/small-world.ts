import type { JsonObject } from '../../src/lib/json.ts';
import type { RoutingRequest } from '../../src/routing/match/request.ts';
import type { Random } from '../lab/routing/random.ts';
import { requestFor } from './routing.ts';

const words = ['/', '/a', '/b', '/a/', '/ab', '/a/b', '/a.', '//'];
const values = ['', 'a', 'b', 'ab', 'a,b'];

/** A match over the small alphabet, of every kind. */
export function randomMatch(random: Random): JsonObject {
  const path = random.pick(words);
  const specifier = random.pick([
    () => ({ prefix: path }),
    () => ({ prefix: path }),
    () => ({ path }),
    () => ({ path_separated_prefix: /^.+[^/]$/.test(path) ? path : '/a' }),
    () => ({
      safe_regex: { regex: random.pick(['/a.*', '/[ab]/?', '/(a|b)*', '.*b', '/a|/b', '/.+', '.*', '/\\w\\b.*']) },
    }),
  ])();
  const insensitive = 'safe_regex' in specifier || random.below(6) > 0 ? {} : { case_sensitive: false };
  const headers = Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => randomHeader(random));
  const query_parameters =
    random.below(5) > 0
      ? []
      : [{ name: 'q', ...random.pick([{ present_match: true }, { string_match: { exact: 'a' } }]) }];
  return { ...specifier, ...insensitive, headers, query_parameters };
}

function randomHeader(random: Random): JsonObject {
  const value = random.pick(values);
  const name = random.pick(['x', 'x', 'y', ':method']);
  if (name === ':method')
    return { name, string_match: { exact: random.pick(['GET', 'POST']) }, invert_match: random.below(3) === 0 };
  const test = random.pick([
    () => ({ string_match: { exact: value } }),
    () => ({ string_match: { prefix: value || 'a' } }),
    () => ({ string_match: { suffix: value || 'a' } }),
    () => ({ string_match: { contains: value || 'b' } }),
    () => ({ string_match: { safe_regex: { regex: random.pick(['a*', '[ab]', 'a|b', 'a.?', '.+']) } } }),
    () => ({ present_match: random.below(2) === 0 }),
    () => ({ range_match: { start: random.below(3), end: random.below(4) } }),
  ])();
  const missing = random.below(5) === 0 ? { treat_missing_header_as_empty: true } : {};
  return { name, ...test, invert_match: random.below(3) === 0, ...missing };
}

let every: readonly RoutingRequest[] | undefined;

/** Every request of the small world. */
export function everyRequest(): readonly RoutingRequest[] {
  if (every) return every;
  const paths = ['/'];
  for (const path of paths) if (path.length < 5) for (const char of ['/', 'a', 'b', '.']) paths.push(path + char);
  const headers: Record<string, readonly string[]>[] = [{}];
  for (const x of [[], ['a'], ['b'], [''], ['ab'], ['1'], ['a', 'b'], ['b', 'b']]) {
    for (const y of [[], ['a'], ['0']]) headers.push({ x, y });
  }
  every = paths.flatMap((path, at) =>
    headers
      .filter((_, index) => at % 5 === index % 5 || path.length < 4)
      .flatMap((held) =>
        ['', '?q', '?q=a'].map((query, n) => requestFor(`${n === 1 ? 'POST' : 'GET'} a.test${path}${query}`, held)),
      ),
  );
  return every;
}

/** A route behind two that share its requests between them: only both together cover it. */
export function split(random: Random, route: JsonObject): readonly JsonObject[] {
  const name = random.pick(['x', 'z']);
  const [one, other] = random.pick<readonly JsonObject[]>([
    [
      { name, present_match: true },
      { name, present_match: false },
    ],
    [
      { name: ':method', string_match: { exact: 'GET' } },
      { name: ':method', string_match: { exact: 'GET' }, invert_match: true },
    ],
  ]);
  const headers = Array.isArray(route.headers) ? route.headers : [];
  return [{ ...route, headers: [...headers, one] }, { ...route, headers: [...headers, other] }, route];
}
