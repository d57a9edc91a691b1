import { bytesOf } from '../lib/bytes.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Model } from '../model/model.ts';
import { decide } from '../routing/match/decide.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import type { Step } from '../routing/match/steps.ts';
import type { Table } from '../routing/table/table.ts';
import { seenValue } from '../snapshot/coverage.ts';
import { routeKey } from '../routing/translate/translation.ts';
import { type Place, refText } from '../snapshot/object.ts';
import { CannotExplain, type Decider, type Desired, findDeciders } from './deciders.ts';
import { describeClause } from '../routing/match/describe.ts';
import type { Explained, ExplainRequest } from '../routing/explained.ts';
import type { ExplainOptions, ExplainResult } from './protocol.ts';

/** Where a place stands in a file; null where it stands in none. */
type PositionOf = (place: Place) => { readonly file: string; readonly line: number } | null;

/** Decides requests by what the gateways run, and by what their objects ask for. */
export function explainAll(model: Model, options: ExplainOptions, position: PositionOf): ExplainResult {
  try {
    const deciders = findDeciders(model, options.gateway, options.envoyVersion);
    const explained = options.requests.map((request) =>
      explainOne(pickDecider(deciders, request), request, options.steps, position),
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

function explainOne(decider: Decider, request: ExplainRequest, wantsSteps: boolean, position: PositionOf): Explained {
  const { table, gateway, envoy, desired } = decider;
  const { port, said } = choosePort(table, request);
  const routing = toRouting(request, port, table);
  const steps: Step[] = [];
  const decided = decide(table, routing, wantsSteps ? (step) => steps.push(step) : null);
  const sure = envoy || !desired ? decided : unlessUnread(decided, desired);
  const decision = request.logged ? narrow(sure, request.logged) : sure;
  const asked = envoy && desired ? unlessUnread(decide(desired.table, routing), desired) : null;
  return {
    id: request.id,
    method: request.method,
    url: request.url,
    decision,
    desired: asked,
    differs: asked ? differences(decision, asked) : [],
    steps,
    objects: wantsSteps ? objectsOf(decider, steps, position) : {},
    by: {
      gateway: refText(gateway.ref),
      envoy: envoy?.label ?? null,
      version: decider.version,
      versionKnown: decider.versionKnown,
    },
    port: said,
    endpoints: wantsSteps && envoy ? endpointsOf(envoy, decision) : [],
    faults: wantsSteps ? table.faults.map(({ place, message }) => ({ ...place, message })) : [],
  };
}

/** A request for a VirtualService that was not among the files ends where they end: not decided, rather than 404. */
function unlessUnread(decision: Decision, { translation }: Desired): Decision {
  const host = decision.hops.at(-2)?.rewrite?.host;
  if (decision.outcome !== 'no-virtual-host' || host === undefined || !translation.unknownServices.includes(host))
    return decision;
  const why = `VirtualService ${host}, or what answers for it, was not among what was read`;
  return { ...decision, outcome: 'undecided', status: null, responseFlag: null, why };
}

/** The fields in which a running gateway's decision is not what the objects ask for. */
function differences(decision: Decision, asked: Decision): readonly string[] {
  if (decision.outcome === 'undecided' || asked.outcome === 'undecided') return [];
  const fields = (one: Decision): Readonly<Record<string, unknown>> => ({
    outcome: one.outcome,
    cluster: one.cluster,
    clusters: one.clusters,
    status: one.status,
    location: one.location,
    rewrite: one.hops.at(-1)?.rewrite ?? null,
    timeoutMs: one.hops.at(-1)?.timeoutMs ?? null,
  });
  const theirs = fields(asked);
  return Object.entries(fields(decision))
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(theirs[name]))
    .map(([name]) => name);
}

/** The objects behind the routes that were tried, by `document pointer` of the route. */
function objectsOf({ originOf }: Decider, steps: readonly Step[], position: PositionOf): Explained['objects'] {
  const objects: Record<string, Explained['objects'][string]> = {};
  for (const { stage, place } of steps) {
    const origin = stage === 'route' && place ? originOf(place) : null;
    if (!origin || !place) continue;
    const at = position({ document: origin.document, pointer: origin.pointer });
    objects[routeKey(place)] = {
      object: refText(origin.ref),
      file: at?.file ?? null,
      line: at?.line ?? null,
      grade: origin.grade,
      notes: origin.notes,
    };
  }
  return objects;
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
