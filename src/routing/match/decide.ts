import { findHost } from '../table/host-index.ts';
import type { FilterChain, Listener, RouteConfig, Table, VirtualHost } from '../table/table.ts';
import { filtered } from './act.ts';
import { arrive } from './arrive.ts';
import { isGrpc } from './clauses.ts';
import { answeredAsGrpc, candidatesOf, ended, undecided } from './endings.ts';
import type { Decision, Hop } from './decision.ts';
import type { Facts } from './facts.ts';
import { chooseChains } from './filter-chain.ts';
import { portStart } from './host.ts';
import type { Pass } from './pass.ts';
import type { RoutingRequest } from './request.ts';
import type { Step, Trace } from './steps.ts';
import { throughHost } from './virtual-host.ts';

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
  const { chains, unknown } = chooseChains(listener, request);
  const [only = null, ...others] = chains;
  if (others.length === 0) return throughChain(table, listener, only, request, before, trace);
  const decisions = chains.map((chain) => throughChain(table, listener, chain, request, before, null));
  return candidatesOf(decisions, unknown, null);
}

function throughChain(
  table: Table,
  listener: Listener,
  chain: FilterChain | null,
  request: RoutingRequest,
  before: readonly Hop[],
  trace: ((step: Step) => void) | null,
): Decision {
  const hear: Trace = trace === null ? null : (step) => trace({ ...step, hop: before.length });
  const hop: Hop = {
    listener: listener.name,
    virtualHost: null,
    route: null,
    cluster: null,
    rewrite: null,
    timeoutMs: null,
  };
  if (!chain) {
    const why = 'no filter chain takes this connection (server name, TLS or plain): it is closed without an answer';
    hear?.({ ...blank, stage: 'filter-chain', object: listener.name, verdict: 'refused', reason: why });
    return ended('no-filter-chain', [...before, hop], { responseFlag: 'NR', why });
  }
  if (chain.tls && request.tls === false) {
    // The other way round is no fault: TLS can end at a load balancer before the gateway.
    const why = 'the client speaks plain HTTP, the filter chain TLS: the connection is closed without an answer';
    hear?.({ ...blank, stage: 'filter-chain', object: listener.name, verdict: 'refused', reason: why });
    return ended('no-filter-chain', [...before, hop], { responseFlag: 'NR', why });
  }
  const { manager } = chain;
  if (!manager) return undecided([...before, hop], 'the filter chain holds no HTTP connection manager', []);
  const facts = arrive(table, listener, manager, chain, request);
  if ('why' in facts) {
    hear?.({ ...blank, stage: 'request', object: 'connection manager', verdict: 'refused', reason: facts.why });
    const outcome = facts.location === null ? 'rejected' : 'redirect';
    const answer = ended(outcome, [...before, hop], { status: facts.status, location: facts.location, why: facts.why });
    return facts.asGrpc ? asClientSees(answer, request) : answer;
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
  if (!hear) return;
  const seen = facts.path === null ? null : facts.path + (facts.query ?? '');
  if (seen !== null && seen !== request.target) {
    hear({
      ...blank,
      stage: 'request',
      object: 'path',
      verdict: 'matched',
      reason: `normalised from "${request.target}" to "${seen}"`,
    });
  }
  if (facts.authority !== request.authority) {
    hear({
      ...blank,
      stage: 'request',
      object: 'host',
      verdict: 'matched',
      reason: `stripped from "${request.authority}" to "${facts.authority}"`,
    });
  }
}

function throughRoutes(pass: Pass): Decision {
  const { config, facts, hear } = pass;
  const host = hostOf(config, facts);
  if (host === 'unknown') {
    const candidates = config.hosts.map((one) => throughHost(pass, one, null, throughNext));
    const none = config.index.any ? [] : [noHost(pass, 'no virtual host may have a domain for the host')];
    return candidatesOf([...candidates, ...none], ['host'], 'the host is not known');
  }
  if (!host) {
    const reason = `no virtual host of ${config.name || 'the listener'} has a domain for "${facts.authority}"`;
    hear?.({ ...blank, stage: 'virtual-host', object: config.name, verdict: 'refused', reason, place: config.place });
    return noHost(pass, reason);
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
  return throughHost(pass, host, hear, throughNext);
}

function noHost(pass: Pass, why: string): Decision {
  const hops = [...pass.before, pass.hop];
  return filtered(pass, [], ended('no-virtual-host', hops, { status: 404, responseFlag: 'NR', why }));
}

function hostOf(config: RouteConfig, { authority }: Facts): VirtualHost | null | 'unknown' {
  const { index } = config;
  if (authority === null) {
    return index.exact.size + index.suffixes.length + index.prefixes.length === 0 ? index.any : 'unknown';
  }
  const at = config.ignorePort ? portStart(authority) : -1;
  return findHost(index, (at < 0 ? authority : authority.slice(0, at)).toLowerCase());
}

/** Follows a request into another listener of the same Envoy, up to a few times. */
function throughNext(pass: Pass, next: RoutingRequest, hops: readonly Hop[]): Decision | null {
  const listener = pass.table.listeners.find(({ port }) => port === next.port);
  if (!listener) return null;
  if (hops.length >= mostHops)
    return undecided(hops, `the request comes back to the gateway more than ${mostHops} times`, []);
  return throughListener(pass.table, listener, next, hops, pass.hear === null ? null : pass.trace);
}
