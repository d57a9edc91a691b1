import { bytesOf } from '../lib/bytes.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { tableOf } from '../routing/from-envoy.ts';
import { decide } from '../routing/match/decide.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import type { Step } from '../routing/match/steps.ts';
import type { Table } from '../routing/table/table.ts';
import { seenValue } from '../snapshot/coverage.ts';
import { refText } from '../snapshot/object.ts';
import { describeClause } from '../routing/match/describe.ts';
import type { Explained, ExplainRequest } from '../routing/explained.ts';
import type { ExplainOptions, ExplainResult } from './protocol.ts';

/** Something that decides requests: one Envoy's table. */
interface Decider {
  readonly gateway: Gateway;
  readonly envoy: Envoy;
  readonly table: Table;
  readonly version: string;
  readonly versionKnown: boolean;
}

/** Decides requests by what the gateways run. */
export function explainAll(model: Model, options: ExplainOptions): ExplainResult {
  try {
    const deciders = findDeciders(model, options);
    const explained = options.requests.map((request) =>
      explainOne(pickDecider(deciders, request), request, options.steps),
    );
    return {
      explained,
      trouble: null,
      ...(options.coverage ? coverage(deciders, explained) : { uncovered: [], routes: 0 }),
    };
  } catch (error) {
    if (!(error instanceof CannotExplain)) throw error;
    return { explained: [], trouble: error.message, uncovered: [], routes: 0 };
  }
}

/** Where nothing decides: told to the person who asked. */
class CannotExplain extends Error {}

/** Every route of the tables that decided, and those in no hop of any decision. */
function coverage(
  deciders: readonly Decider[],
  explained: readonly Explained[],
): Pick<ExplainResult, 'uncovered' | 'routes'> {
  const decisions = explained.flatMap(({ decision }) => [decision, ...decision.candidates]);
  const reached = new Set(
    decisions.flatMap(({ hops }) => hops.map(({ route }) => `${route?.document} ${route?.pointer}`)),
  );
  const hosts = deciders
    .flatMap(({ table }) => table.listeners)
    .flatMap(({ chains, defaultChain }) => [...chains, ...(defaultChain ? [defaultChain] : [])])
    .flatMap(({ manager }) => manager?.routes?.hosts ?? []);
  // Two listeners may share a route configuration: its hosts are the same objects.
  const routes = [...new Set(hosts)].flatMap((host) => host.routes.map((route) => ({ host, route })));
  const uncovered = routes
    .filter(({ route }) => !reached.has(`${route.place.document} ${route.place.pointer}`))
    .map(
      ({ host, route }) =>
        `route ${route.name || `#${route.index}`} of virtual host ${host.name}: ${route.clauses.map(describeClause).join(' and ')}`,
    );
  return { uncovered, routes: routes.length };
}

function findDeciders(model: Model, target: ExplainOptions): readonly Decider[] {
  const gateways = model.gateways.filter(
    ({ ref }) =>
      target.gateway === null || `${ref.namespace ?? ''}/${ref.name}` === target.gateway || ref.name === target.gateway,
  );
  if (gateways.length === 0) {
    const names = model.gateways.map(({ ref }) => refText(ref)).join(', ');
    throw new CannotExplain(`no gateway ${target.gateway ?? ''} among what was read (${names || 'no gateway at all'})`);
  }
  const reasons: string[] = [];
  const deciders = gateways.flatMap((gateway) => {
    const found = gateway.envoys.flatMap((envoy): readonly Decider[] => {
      const read = tableOf(envoy);
      if (read.state === 'not-read') reasons.push(`${envoy.label}: ${read.missing}: ${read.reason}`);
      return read.state === 'table' ? [{ gateway, envoy, ...read }] : [];
    });
    // Replicas of one gateway decide alike (rule replicas-disagree tells when not): the first that has listeners.
    return found.filter(({ table }) => table.listeners.length > 0).slice(0, 1);
  });
  if (deciders.length > 0) return deciders;
  const why = reasons.length > 0 ? reasons.join('; ') : 'no Envoy was read that has a listener';
  throw new CannotExplain(`nothing decides requests: ${why}. Give --admin URL or --config-dump FILE`);
}

function pickDecider(deciders: readonly Decider[], request: ExplainRequest): Decider {
  const fitting =
    request.port === null
      ? deciders
      : deciders.filter(({ table }) => table.listeners.some(({ port }) => port === request.port));
  const [first, ...others] = fitting.length > 0 ? fitting : deciders;
  if (!first) throw new CannotExplain('nothing decides requests');
  if (others.length === 0) return first;
  const names = [first, ...others].map(({ gateway }) => `--gateway ${gateway.ref.namespace ?? ''}/${gateway.ref.name}`);
  throw new CannotExplain(`${names.length} gateways can take this request; name one: ${names.join(', ')}`);
}

function explainOne(decider: Decider, request: ExplainRequest, wantsSteps: boolean): Explained {
  const { table, gateway, envoy } = decider;
  const { port, said } = choosePort(table, request);
  const routing = toRouting(request, port, table);
  const steps: Step[] = [];
  const decided = decide(table, routing, wantsSteps ? (step) => steps.push(step) : null);
  const decision = request.logged ? narrow(decided, request.logged) : decided;
  return {
    id: request.id,
    method: request.method,
    url: request.url,
    decision,
    steps,
    by: {
      gateway: refText(gateway.ref),
      envoy: envoy.label,
      version: decider.version,
      versionKnown: decider.versionKnown,
    },
    port: said,
    endpoints: wantsSteps ? endpointsOf(envoy, decision) : [],
    faults: wantsSteps ? table.faults.map(({ place, message }) => ({ ...place, message })) : [],
  };
}

/** The listener's port: asked for, or the URL's where a listener has it, or that of the only listener clients can reach. */
function choosePort(table: Table, request: ExplainRequest): { readonly port: number | null; readonly said: string } {
  const has = (wanted: number | null): boolean => table.listeners.some(({ port }) => port === wanted);
  if (request.port !== null) return { port: request.port, said: '' };
  if (has(request.urlPort)) return { port: request.urlPort, said: `the URL's port` };
  // App Mesh's second listener takes what the first hands over; clients never reach it.
  const open = table.listeners.filter(({ name }) => !name.startsWith('lds_egress_'));
  const [only, ...others] = open;
  if (only && others.length === 0) {
    return {
      port: only.port,
      said: `no listener has port ${request.urlPort}; port ${only.port} is the only one clients reach`,
    };
  }
  const ports = open.map(({ port }) => port).join(', ');
  throw new CannotExplain(
    `the gateway listens on ports ${ports}, none of them ${request.urlPort}: name one with --port`,
  );
}

function toRouting(request: ExplainRequest, port: number | null, table: Table): RoutingRequest {
  const headers = new Map<string, readonly string[] | null>();
  for (const [name, lines] of Object.entries(request.headers)) {
    headers.set(name.toLowerCase(), lines === null ? null : lines.map(bytesOf));
  }
  const host = headers.get('host');
  headers.delete('host');
  const authority = host?.[0] ?? (request.authority === null ? null : bytesOf(request.authority));
  return {
    port,
    protocol: request.protocol,
    sni: request.sni ?? (request.tls === false ? 'absent' : null),
    tls: request.tls,
    method: request.method,
    // A log line of App Mesh's first listener shows the host after its rewrite: the client's own is then unknown.
    authority: request.logged && authority !== null && isRewritten(table, authority) ? null : authority,
    target: request.target === null ? null : bytesOf(request.target),
    headers,
    otherHeaders: request.otherHeaders,
  };
}

function isRewritten(table: Table, authority: string): boolean {
  return table.listeners.some(
    ({ name, chains }) =>
      name.startsWith('lds_egress_') &&
      chains.some(({ manager }) => manager?.routes?.hosts.some(({ domains }) => domains.includes(authority))),
  );
}

/** Leaves out the candidates that the logged answer contradicts. */
function narrow(decision: Decision, logged: { readonly status: number; readonly flag: string }): Decision {
  if (decision.candidates.length === 0) return decision;
  const noRoute = logged.flag.split(',').includes('NR');
  const left = decision.candidates.filter((one) => {
    if ((one.responseFlag === 'NR') !== noRoute) return false;
    return one.status === null || one.status === logged.status;
  });
  const [only, ...others] = left;
  if (only && others.length === 0)
    return { ...only, unknown: decision.unknown, why: `concluded from the answer ${logged.status} ${logged.flag}` };
  return left.length > 0 ? { ...decision, candidates: left } : decision;
}

function endpointsOf(envoy: Envoy, decision: Decision): Explained['endpoints'] {
  const hosts = seenValue(envoy.hosts);
  if (!hosts || decision.outcome !== 'forward') return [];
  return decision.clusters.map(({ name }) => ({
    cluster: name,
    known: hosts.some(({ cluster }) => cluster === name),
    hosts: hosts
      .filter(({ cluster }) => cluster === name)
      .flatMap((cluster) => cluster.hosts)
      .map(({ address, failures }) => ({ address: `${address.host}:${address.port}`, failures })),
  }));
}
