import { groupBy, memoize } from '../lib/memo.ts';
import { envoyEvidence } from '../model/envoy/envoy.ts';
import { type WrittenRoute, writingObjects, writtenRoutes } from '../model/mesh/written-routes.ts';
import type { Model } from '../model/model.ts';
import { answerText } from '../routing/answer.ts';
import type { RouteFault } from '../routing/route-faults.ts';
import { matchText, type RouteUnit } from '../routing/route-units.ts';
import type { Shown } from '../routing/shown.ts';
import { type JudgedTable, judgedTables } from '../routing/table-faults.ts';
import type { Origin } from '../routing/translate/translation.ts';
import { unplaced } from '../routing/unplaced.ts';
import { witnessOf } from '../routing/witness.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import { type ObjectRef, refKey, refText } from '../snapshot/object.ts';
import { configEffect } from './effect.ts';
import type { Effect } from './finding.ts';
import { notEvaluated, type Outcome, type Subject } from './rule.ts';

/** Whatever such reasoning can be about. */
export const routeSubjects = memoize((model: Model): readonly Subject[] => [
  ...writingObjects(model),
  ...model.gateways,
]);

/** A route as a finding speaks of it. */
export interface ToldRoute {
  readonly unit: RouteUnit;
  /** Null: no object of it is known. */
  readonly written: WrittenRoute | null;
  readonly subject: Subject;
  readonly says: string;
  readonly asks: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly ref: ObjectRef | null;
  /** Tells the routes of one subject apart. */
  readonly key: string;
}

/** Names a route by its object where one is known, else by where it stands in the Envoy. */
export function toldRoute(model: Model, { gateway, envoy }: JudgedTable, unit: RouteUnit): ToldRoute {
  const { origin, routes, place } = unit;
  const written = origin ? writtenOrigin(model, origin) : null;
  const asks = [...new Set(routes.map(matchText))].join(', or ');
  const running = envoy
    ? routes
        .slice(0, 1)
        .map((route) => envoyEvidence('config_dump', route.place, { asks }, `a route of ${envoy.label}`))
    : [];
  const [first, ...rest] = [...(written ? [written.object.at(`${written.path}.match`)] : []), ...running];
  const made = origin && {
    source: 'manifest' as const,
    document: origin.document,
    pointer: origin.pointer,
    value: { asks },
  };
  const name = routes[0]?.name ? `Route ${routes[0].name}` : `Route #${routes[0]?.index}`;
  return {
    unit,
    written,
    subject: written?.object ?? gateway,
    says: written?.says ?? (origin ? refText(origin.ref) : `${name} of virtual host ${place.host.name}`),
    asks,
    evidence: first ? [first, ...rest] : [made ?? envoyEvidence('config_dump', place.host.place, { asks })],
    ref: written?.object.ref ?? null,
    key: written ? written.key : unit.key,
  };
}

/** The written route that a translated one was made from; null: it was made from a VirtualService. */
export function writtenOrigin(model: Model, { document, pointer }: Origin): WrittenRoute | null {
  return writtenAt(model).get(`${document} ${pointer}`) ?? null;
}

const writtenAt = memoize((model: Model): ReadonlyMap<string, WrittenRoute> => {
  const places = writtenRoutes(model).map((route): readonly [string, WrittenRoute] => {
    // The origin of a router's route is the whole route.
    const at = route.kind === 'gateway' ? route.path : route.path.replace(/\.\w+$/, '');
    const { document, pointer } = route.object.at(at);
    return [`${document} ${pointer}`, route];
  });
  return new Map(places);
});

/** A fault of a route with what findings about it share. */
export interface ToldFault<Kind extends RouteFault['kind']> {
  readonly table: JudgedTable;
  readonly fault: Extract<RouteFault, { kind: Kind }>;
  readonly route: ToldRoute;
  readonly effect: Effect;
}

/**
 * What a rule says of the faults of one kind, each once: by what decides, else by what the objects ask for. Routes that could
 * not be judged are undecided, with the budget that ran out.
 */
export function* tellFaults<Kind extends Exclude<RouteFault['kind'], 'undecided'>>(
  model: Model,
  kind: Kind,
  tell: (told: ToldFault<Kind>) => Outcome,
): Iterable<Outcome> {
  const about = kind === 'open' ? 'order' : 'reach';
  const isWanted = (fault: RouteFault): fault is Extract<RouteFault, { kind: Kind }> => fault.kind === kind;
  const told = new Set<string>();
  const found = new Set<string>();
  const open = new Map<string, { readonly subject: Subject; readonly budgets: Set<string> }>();
  for (const table of judgedTables(model)) {
    for (const fault of table.faults) {
      const { unit } = fault;
      if (fault.kind === 'undecided') {
        if (fault.about !== about) continue;
        const { subject } = toldRoute(model, table, unit);
        const key = refKey(subject.ref);
        const known = open.get(key) ?? { subject, budgets: new Set() };
        open.set(key, { ...known, budgets: known.budgets.add(fault.budget) });
        continue;
      }
      const key = `${refKey(table.gateway.ref)} ${identityOf(fault)}`;
      if (!isWanted(fault) || told.has(key)) continue;
      told.add(key);
      const route = toldRoute(model, table, unit);
      const outcome = tell({ table, fault, route, effect: effectOf(model, table) });
      if (outcome.type === 'finding') for (const { ref } of outcome.subjects) found.add(refKey(ref));
      yield outcome;
    }
  }
  for (const [key, { subject, budgets }] of open) {
    if (!found.has(key)) yield { type: 'undecided', subject, budget: [...budgets].join('; ') };
  }
  yield* tellUnplaced(model);
}

/** Routes that stand in no table, and gateways that may lack some, for want of what was not read; of those a rule judges. */
export function* tellUnplaced(model: Model, judged: Iterable<Subject> = routeSubjects(model)): Iterable<Outcome> {
  const open = unplaced(model);
  if (open.length === 0) return;
  const keys = new Set([...judged].map(({ ref }) => refKey(ref)));
  for (const { subject, gap } of open) if (keys.has(refKey(subject.ref))) yield notEvaluated(subject, gap);
}

/** Two routes that ask for the same are one fault, whichever of them stands first in a table. */
function identityOf(fault: Exclude<RouteFault, { kind: 'undecided' }>): string {
  if (fault.kind !== 'same') return fault.unit.key;
  return [fault.unit, ...fault.by]
    .map(({ key }) => key)
    .sort()
    .join(' ');
}

function effectOf(model: Model, { decides, envoy, gateway }: JudgedTable): Effect {
  if (!decides) return 'latent';
  return envoy ? 'traffic' : configEffect(model, [gateway], 'unseen');
}

/** Names in a sentence: `A`, `A and B`, `A, B and 3 more`. */
export function namesOf(routes: readonly ToldRoute[]): string {
  const names = [...groupBy(routes, ({ says }) => says).keys()];
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
}

/** A request in a sentence: `GET http://shop.example.com/cart (x-user: beta)`. */
export function requestText({ request }: Pick<Shown, 'request'>): string | null {
  const witness = witnessOf(request);
  if (!witness) return null;
  const headers = witness.headers.map(([name, value]) => `${name}: ${value}`).join(', ');
  return `${witness.method} ${witness.url}${headers ? ` (${headers})` : ''}`;
}

/** The request that shows a fault and what becomes of it, as a sentence. */
export function shownText(shown: Shown | null): string {
  const request = shown && requestText(shown);
  return shown && request ? ` ${request} ${answerText(shown.decision)}.` : '';
}

/** The witness of a finding, where a request can be written down. */
export function witnessPart(shown: Shown | null): { readonly witness?: NonNullable<ReturnType<typeof witnessOf>> } {
  const witness = shown && witnessOf(shown.request);
  return witness ? { witness } : {};
}
