import { decide } from '../../src/routing/match/decide.ts';
import { inputFor, requestFor, tableFor } from '../support/routing.ts';

/** What deciding costs: the slowest of many single decisions on a big table, and decisions a second on an ordinary one. */
export interface RoutingCost {
  readonly worstMs: number;
  readonly perSecond: number;
}

/** Measures in this process, warmed up: `routes` in one virtual host, every twentieth a regex, the last one asked for. */
export function measureRouting(routes: number, decisions: number): RoutingCost {
  const big = tableFor({ routes: [...Array(routes)].map((_, index) => routeAt(index)) });
  const last = requestFor(`GET a.test/team-${routes - 2}/item/7?x=1`);
  let worstMs = 0;
  for (let round = 0; round < 60; round += 1) {
    const begun = performance.now();
    decide(big, last);
    if (round >= 20) worstMs = Math.max(worstMs, performance.now() - begun);
  }
  const ordinary = tableFor({ routes: [...Array(50)].map((_, index) => routeAt(index)) });
  const requests = [...Array(64)].map((_, index) =>
    requestFor(`GET a.test/team-${index}/item/7?x=1`, { 'x-user': 'beta' }),
  );
  let begun = performance.now();
  for (let at = 0; at < decisions; at += 1) {
    if (at === decisions >> 2) begun = performance.now();
    const request = requests[at % requests.length];
    if (request) decide(ordinary, request);
  }
  return { worstMs, perSecond: (decisions - (decisions >> 2)) / ((performance.now() - begun) / 1000) };
}

/** What an Envoy with 50 ordinary routes prints as its configuration. */
export function ordinaryDump(): unknown {
  const routes = [...Array(50)].map((_, index) => ({ match: routeAt(index), route: { cluster: `team-${index}` } }));
  const { listeners } = inputFor({ routes });
  const type = (name: string) => ({ '@type': `type.googleapis.com/envoy.admin.v3.${name}ConfigDump` });
  return {
    configs: [
      { ...type('Listeners'), static_listeners: listeners.map(({ body }) => ({ listener: body })) },
      { ...type('Clusters'), static_clusters: routes.map(({ route }) => ({ cluster: { name: route.cluster } })) },
      type('Routes'),
    ],
  };
}

/** Requests for it, one a line. */
export function requestLines(count: number): string {
  const line = (index: number): string =>
    JSON.stringify({
      id: String(index),
      url: `http://a.test:8088/team-${index % 50}/item/7?x=1`,
      headers: { 'x-user': 'beta' },
    });
  return `${[...Array(count).keys()].map(line).join('\n')}\n`;
}

function routeAt(index: number): { readonly [key: string]: unknown } {
  if (index % 20 === 10) return { safe_regex: { regex: `/team-${index}/v[0-9]+/.*` } };
  if (index % 3 === 0)
    return { prefix: `/team-${index}/`, headers: [{ name: 'x-user', string_match: { exact: 'beta' } }] };
  return { prefix: `/team-${index}/` };
}
