import { isObject } from '../../lib/json.ts';
import { memoize } from '../../lib/memo.ts';
import { seenValue } from '../../snapshot/coverage.ts';
import type { RefusedUpdate, Route } from '../../snapshot/envoy/view.ts';
import type { Envoy } from './envoy.ts';

/** The regular expressions in the matches of the routes an Envoy runs, each with the first route that holds it; null where routes were not wholly read. */
export const runningPatterns = memoize((envoy: Envoy): ReadonlyMap<string, Route> | null => {
  if (envoy.routes.state !== 'listed') return null;
  const patterns = new Map<string, Route>();
  for (const route of envoy.routes.value.flatMap(({ virtualHosts }) => virtualHosts).flatMap(({ routes }) => routes)) {
    for (const pattern of patternsIn(route.match)) if (!patterns.has(pattern)) patterns.set(pattern, route);
  }
  return patterns;
});

/** Every `regex` text inside a RouteMatch: of `safe_regex`, of headers and query parameters in old and new forms. */
function patternsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(patternsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'regex' && typeof inner === 'string' ? [inner] : patternsIn(inner),
  );
}

/** A regular expression that Envoy refused: in its own words. */
export interface RefusedPattern {
  readonly refused: RefusedUpdate;
  /** The pattern, or the part of it that RE2 stumbled over. */
  readonly fragment: string;
  /** The size of its program and the limit, where that was the reason. */
  readonly size: { readonly is: number; readonly limit: number } | null;
  /** The version before goes on. */
  readonly older: boolean;
}

/** Envoy's words of a pattern that is too large, and RE2's of one it does not know (seen on 1.36.2 and 1.40.0). */
const tooLarge = /regex '(.*)' RE2 program size of (\d+) > max program size of (\d+)/s;
const notRe2 =
  /(?:missing \]|missing \)|unexpected \)|trailing \\|no argument for repetition operator|bad repetition operator|invalid repetition size|invalid perl operator|invalid escape sequence|invalid character class range|invalid character class|invalid named capture group): (.+)$/s;

/** The patterns that an Envoy refused, as far as `error_state` tells: of listeners with their own routes, not of RDS. */
export function refusedPatterns({ listenerConfig, routes }: Envoy): readonly RefusedPattern[] {
  const listeners = listenerConfig.state === 'not-read' ? [] : listenerConfig.value;
  const tables = routes.state === 'not-read' ? [] : routes.value;
  const states = [
    ...listeners.map(({ refused, state }) => ({ refused, older: state !== 'none' })),
    ...tables.map(({ refused, virtualHosts }) => ({ refused, older: virtualHosts.length > 0 })),
  ];
  return states.flatMap(({ refused, older }) => {
    const large = tooLarge.exec(refused?.details ?? '');
    const fragment = large?.[1] ?? notRe2.exec(refused?.details ?? '')?.[1];
    if (!refused || fragment === undefined) return [];
    return [{ refused, fragment, size: large ? { is: Number(large[2]), limit: Number(large[3]) } : null, older }];
  });
}

/** How large the compiled program of a pattern may be, and what Envoy counts. */
export interface PatternLimits {
  readonly limit: number;
  readonly unit: 'byte' | 'utf8';
}

/** What App Mesh sets in the bootstrap (`re2.max_program_size.error_level`); in the one real dump too. */
const appMeshLimit = 1000;

/** The limit in force and how Envoy counts, where it was read; else those of App Mesh's last image. */
export function patternLimits(envoy: Envoy | undefined): PatternLimits {
  const told = envoy ? seenValue(envoy.runtime)?.values.get('re2.max_program_size.error_level') : undefined;
  const [, minor = 34] = ((envoy && seenValue(envoy.serverInfo)?.version) || '').split('.').map(Number);
  return { limit: Number(told) || appMeshLimit, unit: minor >= 40 ? 'byte' : 'utf8' };
}
