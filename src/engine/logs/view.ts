import type { Gateway } from '../../model/gateway.ts';
import type { Model } from '../../model/model.ts';
import { laterRoute } from '../../routing/later-route.ts';
import { describeClause } from '../../routing/match/describe.ts';
import { isInner } from '../../routing/gateway-tables.ts';
import { routesOf } from '../../routing/origins.ts';
import { routeKey } from '../../routing/translate/translation.ts';
import type { SeenClass, SeenRoute, SeenRouteTally, TrafficView } from '../../snapshot/access-log/traffic-view.ts';
import { type Document, makeDocument } from '../../snapshot/document.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import { causeOf } from '../../traffic/cause.ts';
import { tellingLine } from '../../traffic/request.ts';
import { senderOf } from '../../traffic/sender.ts';
import { type RouteTally, servedOf, type Traffic, type TrafficClass } from '../../traffic/traffic.ts';
import { alikeOf, answer } from '../answered.ts';
import { CannotExplain } from '../deciders.ts';
import { cannot, decidersFor } from '../explain.ts';
import type { PositionOf } from '../objects.ts';
import { requestOfLine } from '../request-of-line.ts';
import { findWay } from '../way.ts';
import { labelsOf } from './classify.ts';
import { explainClass } from './explain-class.ts';
import { nameOf } from './gateway-name.ts';
import type { ProcessTally } from './process-tally.ts';

/** What was made of the logs of one gateway. */
export interface FoldedLogs {
  readonly traffic: Traffic;
  readonly processes: ProcessTally;
  readonly lines: number;
  /** Where they were read. */
  readonly names: readonly string[];
  readonly asked: TrafficView['asked'];
  /** Every log that was to be read was read whole. */
  readonly whole: boolean;
}

/** By what the logs of a gateway are judged. */
export interface Judging {
  readonly model: Model;
  /** Null: nobody knows which gateway wrote them. */
  readonly gateway: Gateway | null;
  readonly envoyVersion: string | null;
  readonly position: PositionOf;
  /** Tells the documents of several gateways apart. */
  readonly index: number;
}

/** What rules see of a gateway's logs, and the document that evidence points into. */
export function viewOf(
  folded: FoldedLogs,
  judging: Judging,
): { readonly view: TrafficView; readonly document: Document } {
  const { traffic, processes, names, asked, lines, whole } = folded;
  const { gateway, index, model } = judging;
  const id = `traffic/${index}.json`;
  const place = (pointer: string) => ({ document: id, pointer });
  const served = servedOf(traffic.classes);
  const { covered } = traffic;
  const examples = traffic.classes.flatMap(({ example }) => example ?? []);
  const told = {
    gateway: gateway?.ref ?? null,
    logs: names,
    asked,
    whole,
    covered: covered && { from: new Date(covered.from).toISOString(), to: new Date(covered.to).toISOString() },
    lines,
    requests: traffic.requests,
    failed: traffic.failed,
    rates: traffic.rates,
    tellsFlags: examples.length === 0 || examples.some(({ outer }) => outer.flag !== null),
    classes: traffic.classes.map((one) => seenClass(one, served(one), judging)),
    routes: routesWith(traffic.routes, judging),
    processLines: processes.result(),
    spans: traffic.spans,
  };
  const origin = { id, kind: 'traffic', origin: names.join(', '), readAt: model.now, envoy: null } as const;
  const view: TrafficView = {
    ...told,
    place: place(''),
    classes: told.classes.map((one, at) => ({ ...one, place: place(`/classes/${at}`) })),
    routes: told.routes.map((one, at) => ({ ...one, place: place(`/routes/${at}`) })),
    processLines: told.processLines.map((one, at) => ({ ...one, place: place(`/processLines/${at}`) })),
  };
  return { view, document: makeDocument(origin, JSON.stringify(told), true) };
}

function seenClass(one: TrafficClass, served: number, judging: Judging): Omit<SeenClass, 'place'> {
  const { listener, virtualHost, routes, refs, unknown, method, path, status, flag, details, count, hop } = one;
  const { firstSeen, lastSeen, p50Ms, p99Ms, by, samples, example, otherCluster, contradiction, upstream } = one;
  const { model, gateway, envoyVersion, position } = judging;
  const explained = gateway ? explainClass(model, one, { gateway: nameOf(gateway), envoyVersion }, position) : null;
  const another =
    otherCluster === null
      ? null
      : `the log names an upstream of cluster ${otherCluster}, this configuration chooses ${upstream}`;
  return {
    ...{ listener, virtualHost, unknown, method, path, status, flag, details, count, hop, by },
    ...{ firstSeen, lastSeen, p50Ms, p99Ms, served },
    routes: routes.map((label, at) => ({ label, ref: refs[at] ?? null })),
    cluster: one.cluster,
    cause: causeOf(one),
    nearest: explained?.nearest ?? null,
    askedBy: gateway && flag.split(',').includes('NR') && hop === 'outer' ? askedBy(one, judging) : null,
    sender: senderOf(example?.outer.path ?? path, example?.outer.headers['user-agent']),
    contradiction: another ?? contradiction,
    meant: status < 400 && gateway ? meantOf(one, judging) : null,
    sample: samples[0] ?? null,
    traceIds: one.traceIds,
  };
}

/** A class's example, on its way to the gateway that decides it. */
function onItsWay({ example }: TrafficClass, { model, gateway, envoyVersion }: Judging) {
  if (!example || !gateway) return null;
  const deciders = decidersFor(model, nameOf(gateway), envoyVersion);
  if (deciders instanceof CannotExplain) return null;
  const { status, flag } = tellingLine(example);
  const request = requestOfLine({ ...example.outer, status, flag });
  const way = cannot(() => findWay(deciders, request));
  return way instanceof CannotExplain ? null : { way, request };
}

/** The object that would take requests which no route takes, were it in force. */
function askedBy(one: TrafficClass, judging: Judging): ObjectRef | null {
  const found = onItsWay(one, judging);
  const desired = found?.way.decider.desired;
  if (!found || !desired) return null;
  const { first, asked } = answer(found.way, found.request, null);
  const at = asked?.hops[0]?.route;
  const origin = at && desired.translation.origins.get(at);
  return origin?.ref ?? desired.unmade(first.routing)?.ref ?? null;
}

/** The route that the class seems meant for: one behind the taker whose path says more. */
function meantOf(one: TrafficClass, judging: Judging): SeenClass['meant'] {
  const [label, ...others] = one.routes;
  const found = label === undefined || others.length > 0 ? null : onItsWay(one, judging);
  if (!found) return null;
  const [{ running, routing, decision }] = alikeOf(found.way, found.request, null);
  const taken = laterRoute(running.table, routing, decision);
  if (!taken) return null;
  const later = labelsOf(running).get(routeKey(taken.later.place));
  if (!later || later.label === label) return null;
  const asks = taken.later.clauses.map(describeClause).join(' and ');
  const takes = taken.taker.clauses.map(describeClause).join(' and ') || 'every request';
  return { route: later, because: `${label} stands before it and takes ${takes}; ${later.label} asks for ${asks}` };
}

/** Every route that clients reach with what the log counts of it, and those that no request took with nothing. */
function routesWith(
  tallies: readonly RouteTally[],
  { model, gateway, envoyVersion }: Judging,
): readonly Omit<SeenRouteTally, 'place'>[] {
  if (!gateway) return tallies;
  const deciders = decidersFor(model, nameOf(gateway), envoyVersion);
  const known = new Map<string, Omit<SeenRouteTally, 'place'>>();
  for (const running of deciders instanceof CannotExplain ? [] : deciders.flatMap(({ tables }) => tables)) {
    const labels = labelsOf(running);
    for (const { listener, host, route } of routesOf(running.table)) {
      const named = labels.get(routeKey(route.place));
      if (named && !isInner(listener)) known.set(named.label, unused(named, host.name));
    }
  }
  for (const tally of tallies) known.set(tally.label, tally);
  return [...known.values()];
}

function unused({ label, ref }: SeenRoute, virtualHost: string): Omit<SeenRouteTally, 'place'> {
  const none = { requests: 0, perhaps: 0, failed: 0, left: 0, answered: 0, p50Ms: null, p99Ms: null };
  return { label, ref, virtualHost, cluster: null, timeoutMs: null, ...none };
}
