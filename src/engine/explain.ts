import { memoize } from '../lib/memo.ts';
import type { Model } from '../model/model.ts';
import type { Explained, ExplainRequest, Unexplained } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { Step } from '../routing/match/steps.ts';
import { refText } from '../snapshot/object.ts';
import { type Alike, answer, decidedOf } from './answered.ts';
import { listenerTls } from './arriving.ts';
import { CannotExplain, type Decider, findDeciders, type RunningTable } from './deciders.ts';
import { endpointsOf, namesOf } from './endpoints.ts';
import { contradiction } from './logged.ts';
import { nearHost } from './near-host.ts';
import { objectsOf, type PositionOf } from './objects.ts';
import type { ExplainOptions, ExplainResult } from './protocol.ts';
import { findWay, type Way } from './way.ts';

/** Explains requests by what the gateways run, and by what their objects ask for. */
export function explainAll(
  model: Model,
  { requests, gateway, envoyVersion }: ExplainOptions,
  position: PositionOf,
): ExplainResult {
  const deciders = decidersFor(model, gateway, envoyVersion);
  if (deciders instanceof CannotExplain) return { trouble: deciders.message, explained: [] };
  const explained = requests.map((request): Explained | Unexplained => {
    const way = cannot(() => findWay(deciders, request));
    if (way instanceof CannotExplain) return { id: request.id, error: way.message };
    return explainOne(model, way, request, position);
  });
  return { trouble: null, explained };
}

const decidersOf = memoize((_: Model) => new Map<string, readonly Decider[] | CannotExplain>());

/** What decides requests, found once a model; or why nothing does. */
export function decidersFor(
  model: Model,
  gateway: string | null,
  envoyVersion: string | null,
): readonly Decider[] | CannotExplain {
  const known = decidersOf(model);
  const key = JSON.stringify([gateway, envoyVersion]);
  const deciders = known.get(key) ?? cannot(() => findDeciders(model, gateway, envoyVersion));
  known.set(key, deciders);
  return deciders;
}

/** What is found, or why it cannot be. */
export function cannot<T>(find: () => T): T | CannotExplain {
  try {
    return find();
  } catch (error) {
    if (error instanceof CannotExplain) return error;
    throw error;
  }
}

function explainOne(model: Model, way: Way, request: ExplainRequest, position: PositionOf): Explained {
  const { decider } = way;
  const { desired, gateway } = decider;
  const heard = new Map<RunningTable, Step[]>();
  const answered = answer(way, request, (running) => {
    const own: Step[] = [];
    heard.set(running, own);
    // What goes out is plain: a place in a table makes its pointer itself.
    return (step) => own.push({ ...step, place: plainPlace(step.place) });
  });
  const { first, others, asked } = answered;
  const { running, decision } = first;
  const steps = heard.get(running) ?? [];
  const [envoy = null] = running.envoys;
  const decisions = [decision, ...(asked ? [asked] : []), ...others.map((one) => one.decision)];
  return {
    ...decidedOf(answered, request),
    steps,
    objects: objectsOf(model, running, steps, asked ? { decision: asked, desired } : null, position),
    by: {
      gateway: refText(gateway.ref),
      envoy: envoy?.label ?? null,
      envoys: first.envoys,
      version: running.version,
      versionKnown: running.versionKnown,
    },
    way: way.said,
    logged: request.logged,
    notes: notesOf(way, first, request, position),
    endpoints: endpointsOf(model, decider, envoy, decision),
    names: namesOf(model, decider, envoy, decisions),
    faults: running.table.faults.map(({ place: { document, pointer }, message }) => ({ document, pointer, message })),
  };
}

function plainPlace(place: Step['place']): Step['place'] {
  return place && { document: place.document, pointer: place.pointer };
}

function notesOf(
  { entry, decider }: Way,
  { running: { envoys, table }, routing, decision }: Alike,
  { logged }: ExplainRequest,
  position: PositionOf,
): readonly string[] {
  const against = logged ? contradiction(decision, logged) : null;
  const notes = against ? [against] : [];
  const near = nearHost(table, decision, routing.authority);
  if (near) notes.push(near);
  const { desired } = decider;
  const unmade = desired && isMissedAtOnce(decision) ? desired.unmade(routing) : null;
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

/** No route on the first listener took it. */
function isMissedAtOnce({ responseFlag, hops }: Decision): boolean {
  return responseFlag === 'NR' && hops.length === 1;
}
