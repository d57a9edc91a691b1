import { memoize } from '../../lib/memo.ts';
import type { Forward, HeaderMutation, WeightedCluster } from '../table/action.ts';
import type { Route, VirtualHost } from '../table/table.ts';
import type { Pass } from './pass.ts';
import type { Decision, Hop, RouteAt } from './decision.ts';
import { candidatesOf, ended, undecided } from './endings.ts';
import { type Facts, firstLine, refusedUpgrade } from './facts.ts';
import type { RoutingRequest } from './request.ts';
import { hostFor, locationOf, rewriteHost, rewritePath } from './rewrite.ts';
import { isLoopback } from '../table/input.ts';

/** Follows a request into another listener of the same Envoy; null: none takes it. */
export type Next = (pass: Pass, request: RoutingRequest, hops: readonly Hop[]) => Decision | null;

/** What a route that takes the request does with it. */
export function act(pass: Pass, host: VirtualHost, route: Route, next: Next): Decision {
  const { action } = route;
  const hop: Hop = {
    ...pass.hop,
    route: standing(route),
  };
  const upgrades = action.type === 'forward' ? action.upgrades : undefined;
  const refused = refusedUpgrade(pass.facts, pass.manager.upgrades, upgrades);
  if (refused !== null) return ended('rejected', [...pass.before, hop], { status: 403, why: refused });
  const decided = answer({ ...pass, hop }, host, route, next);
  return filtered({ ...pass, hop }, [route.perFilter, host.perFilter], decided);
}

const standing = memoize(
  ({ name, index, place: { document, pointer } }: Route): RouteAt => ({ name, index, document, pointer }),
);

/** A decision as the filters before the router leave it; `levels`: what speaks of filters, the most specific first. */
export function filtered(pass: Pass, levels: readonly Levels[], decided: Decision): Decision {
  const filter = activeFilter(pass, levels);
  if (filter === null) return decided;
  pass.hear?.({
    stage: 'filter',
    object: filter,
    verdict: 'unknown',
    clause: '',
    reason: filter,
    place: pass.manager.place,
    refusals: 0,
  });
  const candidates = decided.candidates.length > 0 ? decided.candidates : [decided];
  return { ...undecided([...pass.before, pass.hop], filter, decided.unknown), candidates };
}

type Levels = VirtualHost['perFilter'];

/** A filter that can answer instead of the route: not switched off, by the most specific level that speaks of it. */
function activeFilter(pass: Pass, levels: readonly Levels[]): string | null {
  for (const filter of pass.manager.filters) {
    if (filter.effect === null) continue;
    const own = levels.map((level) => level.get(filter.name)).find((found) => found !== undefined);
    if (own?.inert) continue;
    if (own ? own.disabled : filter.disabled || filter.onlyPerRoute) continue;
    if (filter.onlyPerRoute && !own?.configured) continue;
    return filter.effect;
  }
  return null;
}

function answer(pass: Pass, host: VirtualHost, route: Route, next: Next): Decision {
  const { action } = route;
  const hops = [...pass.before, pass.hop];
  const { facts } = pass;
  switch (action.type) {
    case 'direct-response':
      return ended('direct-response', hops, { status: action.status, location: createdAt(action.status, facts) });
    case 'redirect': {
      const location = locationOf(route, action, facts);
      return ended('redirect', hops, {
        status: action.status,
        location,
        unknown: location === null ? ['host, path or scheme'] : [],
      });
    }
    case 'non-forwarding':
      return ended('rejected', hops, { status: 503, why: 'the route forwards nothing (non_forwarding_action)' });
    case 'unknown':
      return undecided(hops, action.what, []);
    case 'forward':
      return forward(pass, host, route, action, next);
  }
}

/** A 201 that Envoy answers itself names the request's own URL, made as that of a redirect (seen on 1.36.2 and 1.40.0). */
function createdAt(status: number, { scheme, authority, path, query, headers }: Facts): string | null {
  if (status !== 201 || scheme === null || authority === null || path === null || query === null) return null;
  const host = hostFor(authority, headers.get('x-forwarded-proto')?.[0] ?? scheme, scheme, null);
  return `${scheme}://${host}${path}${query}`;
}

function forward(pass: Pass, host: VirtualHost, route: Route, action: Forward, next: Next): Decision {
  const { facts } = pass;
  const hops = [...pass.before, pass.hop];
  const { target } = action;
  switch (target.kind) {
    case 'cluster':
      return toCluster(pass, host, route, action, { name: target.name, weighted: null }, next);
    case 'header': {
      const name = firstLine(facts, target.name);
      if (name === null) return undecided(hops, `header ${target.name} names the cluster`, [`header ${target.name}`]);
      return toCluster(pass, host, route, action, { name, weighted: null }, next);
    }
    case 'plugin':
      return undecided(hops, `${target.what} chooses the cluster`, []);
    case 'weighted':
      return toWeighted(pass, host, route, action, target, next);
  }
}

function toWeighted(
  pass: Pass,
  host: VirtualHost,
  route: Route,
  action: Forward,
  target: Extract<Forward['target'], { kind: 'weighted' }>,
  next: Next,
): Decision {
  const heavy = target.clusters.filter(({ weight }) => weight > 0);
  const go = (weighted: WeightedCluster): Decision =>
    toCluster(pass, host, route, action, { name: weighted.name, weighted }, next);
  const picked = pickByHeader(pass.facts, target.header, heavy);
  const [only, ...others] = heavy;
  if (picked) return go(picked);
  if (!only) return undecided([...pass.before, pass.hop], 'the weights of the clusters add to 0', []);
  if (others.length === 0) return go(only);
  const ways = heavy.map((weighted) => ({ weighted, decision: go(weighted) }));
  if (!ways.every(({ decision }) => decision.outcome === 'forward' && decision.cluster !== null)) {
    return candidatesOf(
      ways.map(({ decision }) => decision),
      ['chance (weighted clusters)'],
      null,
    );
  }
  const first = ways[0]?.decision;
  if (!first) return undecided([...pass.before, pass.hop], 'no cluster', []);
  const clusters = ways.map(({ weighted, decision }) => ({ name: decision.cluster ?? '', weight: weighted.weight }));
  const hops = first.hops.map((hop, index) => (index === pass.before.length ? { ...hop, cluster: null } : hop));
  return { ...first, hops, cluster: null, clusters };
}

/** `header_name`: the number it holds, modulo the weights, picks the cluster; anything else leaves it to chance. */
function pickByHeader(
  facts: Facts,
  header: string | null,
  clusters: readonly WeightedCluster[],
): WeightedCluster | null {
  const lines = header === null ? null : facts.headers.get(header);
  const [value = '', ...more] = lines ?? [];
  // Two lines are no number, and neither is what is beyond 64 bits (both seen on 1.36.2 and 1.40.0).
  if (more.length > 0 || !/^\+?\d+$/.test(value) || BigInt(value.replace('+', '')) >> 64n > 0n) return null;
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return null;
  let rest = Number(BigInt(value.replace('+', '')) % BigInt(total));
  for (const cluster of clusters) {
    if (rest < cluster.weight) return cluster;
    rest -= cluster.weight;
  }
  return null;
}

interface Chosen {
  readonly name: string;
  readonly weighted: WeightedCluster | null;
}

function toCluster(pass: Pass, host: VirtualHost, route: Route, action: Forward, chosen: Chosen, next: Next): Decision {
  const { facts, table, before } = pass;
  const clusters = table.clusters;
  const path = facts.path === null ? null : rewritePath(route, action.path, facts.path, facts);
  if (path !== null && typeof path !== 'string')
    return ended('rejected', [...before, pass.hop], { status: 400, why: path.rejected });
  const to = rewriteHost(action, chosen.weighted?.hostRewrite ?? null, facts);
  const rewrite = (path === null && facts.method !== 'CONNECT') || to === null ? null : { path: path ?? '', host: to };
  const hop: Hop = { ...pass.hop, cluster: chosen.name, rewrite, timeoutMs: action.timeoutMs };
  const hops = [...before, hop];
  const known = clusters?.get(chosen.name);
  if (clusters && !known) {
    const why =
      chosen.name === '' ? 'the header that names the cluster is absent' : `the gateway has no cluster ${chosen.name}`;
    pass.hear?.({
      stage: 'cluster',
      object: chosen.name,
      verdict: 'refused',
      clause: '',
      reason: why,
      place: null,
      refusals: 0,
    });
    return ended('no-cluster', hops, { status: action.missingClusterStatus, responseFlag: 'NC', why });
  }
  pass.hear?.({
    stage: 'cluster',
    object: chosen.name,
    verdict: 'matched',
    clause: '',
    reason: clusters ? 'the gateway has it' : 'clusters were not read',
    place: null,
    refusals: 0,
  });
  const [target, ...others] = known?.targets ?? [];
  if (target && others.length === 0 && isLoopback(target.host)) {
    const request = secondRequest(pass, host, route, chosen.weighted, { path, host: to, port: target.port });
    const further = next({ ...pass, hop }, request, hops);
    if (further) return further;
  }
  return ended('forward', hops, { cluster: chosen.name, clusters: [{ name: chosen.name, weight: 100 }] });
}

/** The request as the next listener gets it: rewritten, with the headers that routes add and remove. */
function secondRequest(
  { facts, request, config }: Pass,
  host: VirtualHost,
  route: Route,
  weighted: WeightedCluster | null,
  to: { readonly path: string | null; readonly host: string | null; readonly port: number },
): RoutingRequest {
  const headers = new Map(facts.headers);
  if (to.path !== facts.path) headers.set('x-envoy-original-path', null);
  // Most specific first: the order in which Envoy applies them.
  for (const mutation of [weighted?.headers, route.headers, host.headers, config.headers]) {
    if (mutation) mutate(headers, mutation, request.otherHeaders);
  }
  return {
    port: to.port,
    protocol: request.protocol,
    sni: 'absent',
    tls: false,
    method: facts.method,
    authority: to.host,
    target: to.path === null || facts.query === null ? null : to.path + facts.query,
    headers,
    otherHeaders: request.otherHeaders,
  };
}

function mutate(
  headers: Map<string, readonly string[] | null>,
  mutation: HeaderMutation,
  others: 'absent' | 'unknown',
): void {
  for (const { name, value, how } of mutation.add) {
    const had = headers.has(name) ? (headers.get(name) ?? null) : others === 'absent' ? [] : null;
    if (how === 'overwrite') headers.set(name, value === null ? null : [value]);
    else if (had === null || value === null) headers.set(name, null);
    else if (how === 'append') headers.set(name, [...had, value]);
    else if (how === 'add-if-absent') headers.set(name, had.length > 0 ? had : [value]);
    else if (had.length > 0) headers.set(name, [value]);
  }
  for (const name of mutation.remove) headers.set(name, []);
}
