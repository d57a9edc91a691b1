import type { Place } from '../../snapshot/object.ts';
import { findHost } from '../table/host-index.ts';
import type { Listener, Route, RouteConfig, Table, VirtualHost } from '../table/table.ts';
import { act } from './act.ts';
import { arrive, chooseChain } from './arrive.ts';
import { fieldName, holds, isGrpc } from './clauses.ts';
import { answeredAsGrpc, candidatesOf, ended, undecided } from './endings.ts';
import type { Decision, Hop } from './decision.ts';
import { describeClause, describeHad } from './describe.ts';
import { type Facts, refusedUpgrade } from './facts.ts';
import { portStart } from './host.ts';
import type { Pass } from './pass.ts';
import type { RoutingRequest } from './request.ts';
import type { Step, Trace } from './steps.ts';

/** Passes through listeners of one Envoy before it is taken for a loop. */
const mostHops = 3;

/** Decides what Envoy does with a request; `trace` hears each step. Facts that are unknown give candidates. */
export function decide(table: Table, request: RoutingRequest, trace: ((step: Step) => void) | null = null): Decision {
  const listeners = table.listeners.filter(({ port }) => request.port === null || port === request.port);
  const [listener, ...others] = listeners;
  if (!listener) {
    trace?.({
      ...blank,
      hop: 0,
      stage: 'listener',
      object: `port ${request.port}`,
      verdict: 'refused',
      reason: 'no listener has this port',
    });
    return ended('no-listener', [], { why: `the gateway has no listener on port ${request.port ?? '(any)'}` });
  }
  if (others.length > 0) {
    const candidates = listeners.map((one) => throughListener(table, one, request, [], null));
    return candidatesOf(candidates, ['port'], 'more than one listener can take it: name the port');
  }
  return throughListener(table, listener, request, [], trace);
}

const blank = { clause: '', place: null, refusals: 0 } as const;

function throughListener(
  table: Table,
  listener: Listener,
  request: RoutingRequest,
  before: readonly Hop[],
  trace: ((step: Step) => void) | null,
): Decision {
  const hear: Trace = trace === null ? null : (step) => trace({ ...step, hop: before.length });
  hear?.({
    ...blank,
    stage: 'listener',
    object: listener.name,
    verdict: 'matched',
    reason: `listens on port ${listener.port}`,
    place: listener.place,
  });
  const chain = chooseChain(listener, request);
  const hop: Hop = {
    listener: listener.name,
    virtualHost: null,
    route: null,
    cluster: null,
    rewrite: null,
    timeoutMs: null,
  };
  if (chain === 'none') {
    const why = 'no filter chain takes this connection (server name, TLS or plain): it is closed without an answer';
    hear?.({ ...blank, stage: 'filter-chain', object: listener.name, verdict: 'refused', reason: why });
    return ended('no-filter-chain', [...before, hop], { responseFlag: 'NR', why });
  }
  if ('unknown' in chain) return undecided([...before, hop], chain.unknown, [chain.unknown]);
  const { manager } = chain;
  if (!manager) return undecided([...before, hop], 'the filter chain holds no HTTP connection manager', []);
  const facts = arrive(table, listener, manager, chain, request);
  if ('why' in facts) {
    hear?.({ ...blank, stage: 'request', object: 'connection manager', verdict: 'refused', reason: facts.why });
    const outcome = facts.location === null ? 'rejected' : 'redirect';
    const answer = ended(outcome, [...before, hop], { status: facts.status, location: facts.location, why: facts.why });
    return facts.byCodec ? answer : asClientSees(answer, request);
  }
  hearNormalized(request, facts, hear);
  if (!manager.routes) {
    return undecided([...before, hop], `route configuration ${manager.routeConfigName || '(scoped)'} was not read`, []);
  }
  const decision = throughRoutes({ table, manager, config: manager.routes, facts, request, hop, before, hear, trace });
  return asClientSees(decision, request);
}

function asClientSees(decision: Decision, { headers, method }: RoutingRequest): Decision {
  const type = headers.get('content-type')?.join(',');
  return type !== undefined && isGrpc(type) && method !== 'CONNECT' ? answeredAsGrpc(decision) : decision;
}

function hearNormalized(request: RoutingRequest, facts: Facts, hear: Trace): void {
  const seen = facts.path === null ? null : facts.path + (facts.query ?? '');
  if (seen !== null && seen !== request.target) {
    hear?.({
      ...blank,
      stage: 'request',
      object: 'path',
      verdict: 'matched',
      reason: `normalised from "${request.target}" to "${seen}"`,
    });
  }
  if (facts.authority !== request.authority) {
    hear?.({
      ...blank,
      stage: 'request',
      object: 'host',
      verdict: 'matched',
      reason: `stripped from "${request.authority}" to "${facts.authority}"`,
    });
  }
}

function throughRoutes(pass: Pass): Decision {
  const { config, facts, hear, before } = pass;
  const host = hostOf(config, facts);
  if (host === 'unknown') {
    const candidates = config.hosts.map((one) => throughHost(pass, one, null));
    return candidatesOf(candidates, ['host'], 'the host is not known');
  }
  if (!host) {
    const reason = `no virtual host of ${config.name || 'the listener'} has a domain for "${facts.authority}"`;
    hear?.({ ...blank, stage: 'virtual-host', object: config.name, verdict: 'refused', reason, place: config.place });
    return ended('no-virtual-host', [...before, pass.hop], { status: 404, responseFlag: 'NR', why: reason });
  }
  hear?.({
    ...blank,
    stage: 'virtual-host',
    object: host.name,
    verdict: 'matched',
    clause: host.domains.join(', '),
    reason: facts.authority === null ? 'takes every host' : `takes host "${facts.authority}"`,
    place: host.place,
  });
  return throughHost(pass, host, hear);
}

function hostOf(config: RouteConfig, { authority }: Facts): VirtualHost | null | 'unknown' {
  const { index } = config;
  if (authority === null) {
    return index.exact.size + index.suffixes.length + index.prefixes.length === 0 ? index.any : 'unknown';
  }
  const at = config.ignorePort ? portStart(authority) : -1;
  return findHost(index, (at < 0 ? authority : authority.slice(0, at)).toLowerCase());
}

function throughHost(pass: Pass, host: VirtualHost, hear: Trace): Decision {
  const { facts, before } = pass;
  const hop = { ...pass.hop, virtualHost: host.name };
  if (facts.headers.get('x-forwarded-proto')?.join('') === '') {
    // Seen on 1.36.2 and 1.40.0: RouteMatcher takes an empty x-forwarded-proto for a request that cannot be routed.
    const why = 'the request carries an empty x-forwarded-proto: Envoy finds no route for it';
    return ended('no-route', [...before, hop], { status: 404, responseFlag: 'NR', why });
  }
  if (host.requireTls !== 'none') {
    const proto = facts.headers.get('x-forwarded-proto');
    const secure = proto === null || proto === undefined ? null : proto[0] === 'https';
    if (secure === null || (!secure && host.requireTls === 'external')) {
      return undecided([...before, hop], 'the virtual host asks TLS of external clients', [
        'whether the client is external',
      ]);
    }
    if (!secure) {
      const refused = refusedUpgrade(facts, pass.manager.upgrades);
      if (refused !== null) return ended('rejected', [...before, hop], { status: 403, why: refused });
      const location = facts.path === null ? null : `https://${facts.authority}${facts.path}${facts.query ?? ''}`;
      return ended('redirect', [...before, hop], {
        status: 301,
        location,
        why: 'the virtual host answers plain requests with a redirect to https (require_tls)',
      });
    }
  }
  if (host.matcher) return undecided([...before, hop], `virtual host ${host.name} routes by a matcher tree`, []);
  const maybe: Decision[] = [];
  const unknown = new Set<string>();
  const finish = (last: Decision): Decision =>
    maybe.length === 0 ? last : candidatesOf([...maybe, last], [...unknown], null);
  for (const route of host.routes) {
    const open: string[] = [];
    if (!takes(route, facts, open, hear)) continue;
    const decided = act({ ...pass, hop, hear: open.length > 0 ? null : hear }, host, route, throughNext);
    if (open.length === 0) return finish(decided);
    maybe.push(decided);
    for (const name of open) unknown.add(name);
  }
  const why =
    host.routes.length === 0
      ? `virtual host ${host.name} has no routes`
      : `none of the ${host.routes.length} routes of virtual host ${host.name} takes it`;
  hear?.({ ...blank, stage: 'route', object: host.name, verdict: 'refused', reason: why, place: host.place });
  return finish(ended('no-route', [...before, hop], { status: 404, responseFlag: 'NR', why }));
}

/** Follows a request into another listener of the same Envoy, up to a few times. */
function throughNext(pass: Pass, next: RoutingRequest, hops: readonly Hop[]): Decision | null {
  const listener = pass.table.listeners.find(({ port }) => port === next.port);
  if (!listener) return null;
  if (hops.length >= mostHops)
    return undecided(hops, `the request comes back to the gateway more than ${mostHops} times`, []);
  return throughListener(pass.table, listener, next, hops, pass.hear === null ? null : pass.trace);
}

/** Whether a route takes a request; `open` gathers what is unknown. False as soon as one clause refuses. */
function takes(route: Route, facts: Facts, open: string[], hear: Trace): boolean {
  if (hear) return takesTold(route, facts, open, hear);
  for (const clause of route.clauses) {
    const truth = holds(clause, facts);
    if (truth === false) return false;
    if (truth === null) open.push(fieldName(clause));
  }
  return true;
}

function takesTold(route: Route, facts: Facts, open: string[], hear: Exclude<Trace, null>): boolean {
  const verdicts = route.clauses.map((clause) => ({ clause, truth: holds(clause, facts) }));
  const refusing = verdicts.filter(({ truth }) => truth === false);
  const [first] = refusing;
  const place: Place = route.place;
  const object = route.name || `route ${route.index}`;
  if (first) {
    const reason = describeHad(first.clause, facts);
    const clause = describeClause(first.clause);
    hear({ stage: 'route', object, verdict: 'refused', clause, reason, place, refusals: refusing.length });
    return false;
  }
  for (const { clause, truth } of verdicts) if (truth === null) open.push(fieldName(clause));
  const clause = route.clauses.map(describeClause).join(' and ');
  const reason = open.length > 0 ? `not known: ${open.join(', ')}` : 'every clause holds';
  hear({
    stage: 'route',
    object,
    verdict: open.length > 0 ? 'unknown' : 'matched',
    clause,
    reason,
    place,
    refusals: 0,
  });
  return true;
}
