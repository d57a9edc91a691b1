import type { JsonObject } from '../../../src/lib/json.ts';
import { makeAction } from './made-actions.ts';
import { makeCookies, makeHeaders, makePath, makeQuery, type MadeRoute, type Wants } from './made-matches.ts';
import { makeTree } from './made-trees.ts';
import type { Random } from './random.ts';

/** A virtual host as it is generated, and its routes wherever they stand. */
export interface MadeHost {
  readonly name: string;
  readonly json: JsonObject;
  readonly routes: readonly MadeRoute[];
}

/** What a host is made for. */
export interface Making {
  readonly version: string;
  /** A fault filter stands before the router: routes may make it answer. */
  readonly filtered: boolean;
}

/** Runtime keys that the Envoys of the test hold: a whole number is a percentage. */
export const runtime = { 'key.none': '0', 'key.all': '100', 'key.big': '250' } as const;

/** Makes virtual host `hN.test`, by routes or by a matcher tree. */
export function makeHost(random: Random, number: number, port: number, making: Making): MadeHost {
  const name = `h${number}.test`;
  const extra = random.pick([
    [],
    [`*.${name}`],
    [`*.${name}`],
    [`h${number}.*`],
    [`${name}:80`],
    [`${name}:${port}`],
    [`*x.${name}`],
    // Longer ones for the next host's names, so that length decides and not order.
    [`*.x.h${number + 1}.test`],
    [`h${number + 1}.f*`],
  ]);
  const holder = {
    name,
    domains: [name, ...extra],
    ...(random.chance(0.03) ? { require_tls: 'ALL' } : {}),
    ...(making.filtered && random.chance(0.03) ? perFilter({ '@type': fault, ...abort }) : {}),
  };
  let count = 0;
  const route = (): MadeRoute => {
    count += 1;
    return makeRoute(random, `@${name}/${count - 1}`, making);
  };
  if (random.chance(0.2)) {
    const { matcher, routes } = makeTree(random, route);
    return { name, routes, json: { ...holder, matcher } };
  }
  const routes = [...Array(1 + random.below(8))].map(route);
  return { name, routes, json: { ...holder, routes: routes.map(({ json }) => json) } };
}

/** Makes a route that answers with its name. */
export function makeRoute(random: Random, name: string, { version, filtered }: Making): MadeRoute {
  const wants: Wants = { method: 'GET', path: '/', query: [], headers: [], connect: false };
  const match: Record<string, unknown> = {};
  makePath(random, match, wants);
  if (random.chance(0.5)) makeHeaders(random, match, wants);
  if (random.chance(0.25)) makeQuery(random, match, wants);
  if (random.chance(0.04)) {
    match.grpc = {};
    wants.headers.push(['content-type', random.pick(['application/grpc', 'application/grpc+proto'])]);
    wants.method = 'POST';
  }
  if (random.chance(0.06)) match.runtime_fraction = makeFraction(random);
  // 1.36 does not know cookie matchers.
  if (version !== '1.36.2' && random.chance(0.08)) makeCookies(random, match, wants);
  if (random.chance(0.02)) match.tls_context = { [random.pick(['presented', 'validated'])]: random.chance(0.5) };
  const verdict = { header: { key: 'x-verdict', value: name }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' };
  const json = {
    name,
    match,
    ...makeAction(random, match, wants),
    response_headers_to_add: [verdict],
    ...(filtered ? makePerFilter(random) : {}),
  };
  return { json, wants };
}

function makeFraction(random: Random): JsonObject {
  const default_value = { numerator: random.pick([0, 100]), denominator: 'HUNDRED' };
  const key = random.pick([null, null, 'key.none', 'key.all', 'key.big', 'key.absent']);
  return key === null ? { default_value } : { default_value, runtime_key: key };
}

const fault = 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault';
const abort = { abort: { http_status: 418, percentage: { numerator: 100 } } };

/** The filter that answers only where it is told to; what we leave open because of it, it answers with 418. */
export const faultFilter: JsonObject = { name: 'planted.fault', typed_config: { '@type': fault } };

function perFilter(config: JsonObject): JsonObject {
  return { typed_per_filter_config: { 'planted.fault': config } };
}

function makePerFilter(random: Random): JsonObject {
  const wrapper = 'type.googleapis.com/envoy.config.route.v3.FilterConfig';
  switch (random.below(16)) {
    case 0:
      return perFilter({ '@type': fault, ...abort });
    case 1:
      return perFilter({ '@type': wrapper, disabled: true });
    case 2:
      return perFilter({ '@type': wrapper, config: { '@type': fault, ...abort } });
    case 3:
      return perFilter({ '@type': fault });
    default:
      return {};
  }
}
