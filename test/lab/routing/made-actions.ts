import type { JsonObject } from '../../../src/lib/json.ts';
import type { Wants } from './made-matches.ts';
import type { Random } from './random.ts';

const template = 'type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig';

/** Gives a route an action; a direct response most of the time, which is quickest. */
export function makeAction(random: Random, match: Record<string, unknown>, wants: Wants): JsonObject {
  if (match.connect_matcher || match.grpc || random.chance(0.7))
    return { direct_response: { status: random.pick([200, 200, 201, 404]) } };
  if (random.chance(0.4)) return { redirect: makeRedirect(random, 'path_match_policy' in match) };
  const route: Record<string, unknown> = {};
  const target = random.below(6);
  if (target === 0) makeWeights(random, route, wants);
  else if (target === 1) {
    route.cluster_header = 'x-c';
    if (random.chance(0.8)) wants.headers.push(['x-c', random.pick(['echo', 'echo', 'gone'])]);
  } else route.cluster = random.chance(0.1) ? 'gone' : 'echo';
  if (random.chance(0.2)) route.cluster_not_found_response_code = 'NOT_FOUND';
  const rewrite = random.below(5);
  // Envoy refuses a prefix_rewrite beside a template.
  if (rewrite === 0 && !match.path_match_policy) route.prefix_rewrite = random.pick(['/', '/new', '/new/']);
  if (rewrite === 1) {
    const [regex, substitution] = random.pick([
      ['^/([^/]+)(/.*)?$', '\\2/i/\\1'],
      ['a', 'zz'],
      ['/b$', '/c'],
      ['^/$', '/root'],
    ] as const);
    route.regex_rewrite = { pattern: { regex }, substitution };
  }
  if (rewrite === 2 && JSON.stringify(match.path_match_policy ?? '').includes('{one}')) {
    route.path_rewrite_policy = {
      name: 'envoy.path.rewrite.uri_template.uri_template_rewriter',
      typed_config: { '@type': template, path_template_rewrite: '/t/{one}' },
    };
  }
  if (random.chance(0.3)) route.timeout = random.pick(['0s', '60s', '31.250s']);
  if (random.chance(0.2)) route.retry_policy = { retry_on: 'connect-failure', num_retries: 2 };
  const host = random.below(6);
  if (host === 0) route.host_rewrite_literal = 'new.test';
  if (host === 1) route.host_rewrite_header = 'x-a';
  if (host === 2) route.host_rewrite_path_regex = { pattern: { regex: '^/([a-z]+).*$' }, substitution: 'h-\\1' };
  return { route };
}

function makeRedirect(random: Random, byTemplate: boolean): JsonObject {
  const redirect: Record<string, unknown> = {};
  const path = random.below(5);
  if (path === 0) redirect.path_redirect = random.pick(['/new', '/new?y=2', 'new']);
  if (path === 1 && !byTemplate) redirect.prefix_rewrite = random.pick(['/n', '/n/']);
  if (path === 2) redirect.regex_rewrite = { pattern: { regex: random.pick(['a', 'x*']) }, substitution: 'zz' };
  if (random.chance(0.3)) redirect.host_redirect = 'h.test';
  const scheme = random.below(4);
  if (scheme === 0) redirect.https_redirect = true;
  if (scheme === 1) redirect.scheme_redirect = random.pick(['http', 'https']);
  if (random.chance(0.2)) redirect.port_redirect = 8443;
  if (random.chance(0.3)) redirect.strip_query = true;
  if (random.chance(0.5))
    redirect.response_code = random.pick(['FOUND', 'SEE_OTHER', 'TEMPORARY_REDIRECT', 'PERMANENT_REDIRECT']);
  return redirect;
}

/** Weights of which one always wins: alone above 0, or by the number that the request carries. */
function makeWeights(random: Random, route: Record<string, unknown>, wants: Wants): void {
  const byHeader = random.chance(0.5);
  route.weighted_clusters = {
    clusters: [
      { name: 'gone', weight: byHeader ? 2 : 0 },
      { name: 'echo', weight: 3 },
    ],
    ...(byHeader ? { header_name: 'x-w' } : {}),
  };
  if (byHeader) wants.headers.push(['x-w', random.pick(['0', '1', '2', '7', '10', '12', '18446744073709551614'])]);
}
