import { memoize } from '../lib/memo.ts';
import type { Model } from '../model/model.ts';
import { decisionJson, unmet } from '../report/decision-json.ts';
import { comparable, differences } from '../routing/compare-decisions.ts';
import type { Explained, ExplainRequest, Replica, Unexplained } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';
import { describeClause } from '../routing/match/describe.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import type { Step } from '../routing/match/steps.ts';
import { routesOf } from '../routing/origins.ts';
import { routeKey } from '../routing/translate/translation.ts';
import { refText } from '../snapshot/object.ts';
import { arriving, listenerTls } from './arriving.ts';
import { decideBy, decideDesired, orUndefined } from './decide-by.ts';
import { CannotExplain, type Decider, findDeciders, type RunningTable } from './deciders.ts';
import { endpointsOf, namesOf } from './endpoints.ts';
import { nearHost } from './near-host.ts';
import { objectsOf, type PositionOf } from './objects.ts';
import { contradiction, narrow } from './logged.ts';
import type { DecidedLines, ExplainOptions, ExplainResult } from './protocol.ts';
import { findWay, type Way } from './way.ts';

type Hear = (decision: Decision) => void;

/** Decides requests by what the gateways run, and by what their objects ask for. */
export function explainAll(model: Model, options: ExplainOptions, position: PositionOf): ExplainResult {
  const explained: (Explained | Unexplained)[] = [];
  const rest = explainEach(model, options, position, (one) => explained.push(one));
  return { explained, ...rest };
}

/** The same, each decision written down and let go at once: a file of requests can be long. */
export function decideLines(model: Model, options: Omit<ExplainOptions, 'steps'>, position: PositionOf): DecidedLines {
  const lines: string[] = [];
  const failures: DecidedLines['failures'][number][] = [];
  const rest = explainEach(model, { ...options, steps: false }, position, (one, { expect }, at) => {
    lines.push(decisionJson(one, false));
    if ('error' in one) failures.push({ at, kind: 'error', said: one.error });
    else if (expect) for (const said of unmet(one, expect)) failures.push({ at, kind: 'unmet', said });
  });
  return { lines, failures, ...rest };
}

const decidersOf = memoize((_: Model) => new Map<string, readonly Decider[] | CannotExplain>());

function explainEach(
  model: Model,
  { requests, gateway, envoyVersion, steps, coverage }: ExplainOptions,
  position: PositionOf,
  take: (one: Explained | Unexplained, request: ExplainRequest, at: number) => void,
): Omit<ExplainResult, 'explained'> {
  const known = decidersOf(model);
  const key = JSON.stringify([gateway, envoyVersion]);
  const deciders = known.get(key) ?? cannot(() => findDeciders(model, gateway, envoyVersion));
  known.set(key, deciders);
  if (deciders instanceof CannotExplain) return { trouble: deciders.message, uncovered: [], routes: 0 };
  const reached = new Set<string>();
  const hear: Hear = (decision) => {
    for (const { hops } of [decision, ...decision.candidates]) {
      for (const { route } of hops) if (route) reached.add(routeKey(route));
    }
  };
  const heard = coverage ? hear : () => {};
  for (const [at, request] of requests.entries()) {
    const way = cannot(() => findWay(deciders, request));
    if (way instanceof CannotExplain) take({ id: request.id, error: way.message }, request, at);
    else take(explainOne(model, way, request, steps, position, heard), request, at);
  }
  return { trouble: null, ...(coverage ? covered(deciders, reached) : { uncovered: [], routes: 0 }) };
}

function cannot<T>(find: () => T): T | CannotExplain {
  try {
    return find();
  } catch (error) {
    if (error instanceof CannotExplain) return error;
    throw error;
  }
}

/** Every route of the tables that decide, and those in no hop of any decision; the same route of two replicas is one. */
function covered(
  deciders: readonly Decider[],
  reached: ReadonlySet<string>,
): Pick<ExplainResult, 'uncovered' | 'routes'> {
  const routes = new Map<string, boolean>();
  for (const { gateway, tables } of deciders) {
    for (const { table, originOf } of tables) {
      const seen = new Set<object>();
      for (const { host, route } of routesOf(table)) {
        // Two listeners may share a route configuration: its routes are the same objects.
        if (seen.has(route)) continue;
        seen.add(route);
        const origin = originOf(route.place);
        const name = `route ${route.name || `#${route.index}`}${origin ? ` (${refText(origin.ref)})` : ''}`;
        const clauses = route.clauses.map(describeClause).join(' and ');
        const said = `${name} of virtual host ${host.name}: ${clauses}`;
        const key = deciders.length > 1 ? `${refText(gateway.ref)}: ${said}` : said;
        routes.set(key, routes.get(key) === true || reached.has(routeKey(route.place)));
      }
    }
  }
  return { uncovered: [...routes].flatMap(([said, hit]) => (hit ? [] : [said])), routes: routes.size };
}

function explainOne(
  model: Model,
  way: Way,
  request: ExplainRequest,
  wantsSteps: boolean,
  position: PositionOf,
  hear: Hear,
): Explained {
  const { decider } = way;
  const { desired, gateway } = decider;
  const steps = new Map<RunningTable, Step[]>();
  const decided = decider.tables.map((running) => {
    const own: Step[] = [];
    steps.set(running, own);
    const routing = arriving(request, way, running.table);
    const free = decideBy(running, routing, way, wantsSteps ? (step) => own.push(step) : null);
    const sure = running.envoys.length === 0 && desired ? orUndefined(free, desired, routing, way) : free;
    hear(sure);
    return { running, routing, decision: request.logged ? narrow(sure, request.logged) : sure };
  });
  const groups = groupAlike(decided);
  const [first, ...others] = groups;
  if (!first) throw new Error('a decider without a table');
  const { running, routing, decision } = first;
  const asked = running.envoys.length > 0 && desired ? decideDesired(desired, routing, way) : null;
  const [envoy] = running.envoys;
  return {
    id: request.id,
    method: request.method,
    url: request.url,
    decision,
    desired: asked,
    differs: asked ? differences(decision, asked) : [],
    replicas: others.map(
      (one): Replica => ({
        envoys: one.envoys,
        decision: one.decision,
        differs: differences(one.decision, decision),
      }),
    ),
    steps: steps.get(running) ?? [],
    objects: wantsSteps
      ? objectsOf(model, running, steps.get(running) ?? [], asked ? { decision: asked, desired } : null, position)
      : {},
    by: {
      gateway: refText(gateway.ref),
      envoy: envoy?.label ?? null,
      envoys: first.envoys,
      version: running.version,
      versionKnown: running.versionKnown,
    },
    way: way.said,
    logged: request.logged,
    notes: wantsSteps ? notesOf(way, first, request, position) : [],
    endpoints: wantsSteps ? endpointsOf(model, decider, envoy ?? null, decision) : [],
    names: wantsSteps
      ? namesOf(model, decider, envoy ?? null, [
          decision,
          ...(asked ? [asked] : []),
          ...others.map((one) => one.decision),
        ])
      : new Map(),
    faults: wantsSteps ? running.table.faults.map(({ place, message }) => ({ ...place, message })) : [],
  };
}

interface Decided {
  readonly running: RunningTable;
  readonly routing: RoutingRequest;
  readonly decision: Decision;
}

/** What most replicas decide first; an Envoy that holds no listener is not asked before one that does. */
function groupAlike(decided: readonly Decided[]): readonly (Decided & { readonly envoys: readonly string[] })[] {
  const labels = ({ running }: Decided): readonly string[] => running.envoys.map(({ label }) => label);
  if (decided.length === 1) return decided.map((one) => ({ ...one, envoys: labels(one) }));
  const groups = new Map<string, Decided & { readonly envoys: readonly string[] }>();
  for (const one of decided) {
    const key = comparable(one.decision);
    const held = groups.get(key);
    groups.set(key, held ? { ...held, envoys: [...held.envoys, ...labels(one)] } : { ...one, envoys: labels(one) });
  }
  const weight = (one: Decided & { readonly envoys: readonly string[] }): number =>
    one.running.table.listeners.length === 0 ? 0 : one.envoys.length;
  return [...groups.values()].sort((one, other) => weight(other) - weight(one));
}

function notesOf(
  { entry, decider }: Way,
  { running: { envoys, table }, routing, decision }: Decided,
  { logged }: ExplainRequest,
  position: PositionOf,
): readonly string[] {
  const against = logged ? contradiction(decision, logged) : null;
  const notes = against ? [against] : [];
  const near = nearHost(table, decision, routing.authority);
  if (near) notes.push(near);
  const { desired } = decider;
  const unmade =
    desired && decision.responseFlag === 'NR' && decision.hops.length === 1 ? desired.unmade(routing) : null;
  if (unmade) {
    const at = position(unmade.place);
    const where = at ? ` (${at.file}:${at.line})` : '';
    notes.push(
      `${refText(unmade.ref)}${where} asks for such requests, but App Mesh makes no route of it: ${unmade.reason}`,
    );
  }
  const tls = entry === null ? listenerTls(table, routing) : null;
  if (tls === false && routing.tls === true)
    notes.push('the URL is https and the listener speaks plain HTTP: something before the gateway has to end TLS');
  if (tls === true && routing.tls === false)
    notes.push('the listener takes TLS only: sent as this URL says, in plain HTTP, the request gets no answer');
  if (entry?.through.kind === 'ingress' && entry.through.ingress.rewrites) notes.push(entry.through.ingress.rewrites);
  if (envoys.length === 0 && desired) {
    for (const what of desired.translation.assumed) notes.push(`App Mesh's form was never seen for ${what}`);
  }
  return [...notes, ...decider.unread.map((one) => `not asked: ${one}`)];
}
