import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import { assumedVersion, tableOf } from '../routing/from-envoy.ts';
import { describeClause } from '../routing/match/describe.ts';
import { compileTable } from '../routing/table/compile.ts';
import type { Route, Table } from '../routing/table/table.ts';
import { translate } from '../routing/translate/translate.ts';
import { type Origin, routeKey, type Translation } from '../routing/translate/translation.ts';
import { refText } from '../snapshot/object.ts';

/** Something that decides requests: one Envoy's table, or where no Envoy was read, the one App Mesh would have pushed. */
export interface Decider {
  readonly gateway: Gateway;
  readonly envoy: Envoy | null;
  readonly table: Table;
  readonly version: string;
  readonly versionKnown: boolean;
  /** What the objects ask for; null where there is no VirtualGateway object. */
  readonly desired: Desired | null;
  /** The object a route was made from. */
  readonly originOf: (at: { readonly document: string; readonly pointer: string }) => Origin | null;
}

/** The table made from the objects. */
export interface Desired {
  readonly table: Table;
  readonly translation: Translation;
}

/** Where nothing decides: told to the person who asked. */
export class CannotExplain extends Error {}

/** Every gateway that can decide requests; `wanted` is `NS/NAME` or a bare name. */
export function findDeciders(model: Model, wanted: string | null, version: string | null): readonly Decider[] {
  const gateways = model.gateways.filter(
    ({ ref }) => wanted === null || `${ref.namespace ?? ''}/${ref.name}` === wanted || ref.name === wanted,
  );
  if (gateways.length === 0) {
    const names = model.gateways.map(({ ref }) => refText(ref)).join(', ');
    throw new CannotExplain(`no gateway ${wanted ?? ''} among what was read (${names || 'no gateway at all'})`);
  }
  const reasons: string[] = [];
  const deciders = gateways.flatMap((gateway) => decidersOf(model, gateway, version, reasons));
  if (deciders.length > 0) return deciders;
  const why =
    reasons.length > 0 ? reasons.join('; ') : 'no Envoy was read that has a listener, and no VirtualGateway object';
  throw new CannotExplain(
    `nothing decides requests: ${why}. Give --admin URL, --config-dump FILE or manifests with -f`,
  );
}

function decidersOf(model: Model, gateway: Gateway, version: string | null, reasons: string[]): readonly Decider[] {
  const running = gateway.envoys.flatMap((envoy) => {
    const read = tableOf(envoy);
    if (read.state === 'not-read') reasons.push(`${envoy.label}: ${read.missing}: ${read.reason}`);
    return read.state === 'table' && read.table.listeners.length > 0 ? [{ envoy, ...read }] : [];
  });
  // Replicas of one gateway decide alike (rule replicas-disagree tells when not): the first that has listeners.
  const [first] = running;
  const desired = desiredOf(model, gateway, version ?? first?.version ?? assumedVersion);
  if (first) return [{ gateway, ...first, desired, originOf: originsFor(first.table, desired) }];
  if (!desired) return [];
  return [
    {
      gateway,
      envoy: null,
      table: desired.table,
      version: version ?? assumedVersion,
      versionKnown: version !== null,
      desired,
      originOf: (at) => desired.translation.origins.get(routeKey(at)) ?? null,
    },
  ];
}

function desiredOf(model: Model, { object }: Gateway, version: string): Desired | null {
  if (!object) return null;
  const translation = translate(model, object, version);
  return { translation, table: compileTable(translation.input) };
}

/** Maps an Envoy's routes to objects: a route that says the same as a translated one in the same place was made from its object. */
function originsFor(table: Table, desired: Desired | null): Decider['originOf'] {
  if (!desired) return () => null;
  const bySaying = new Map<string, Origin>();
  for (const [saying, route] of sayings(desired.table)) {
    const origin = desired.translation.origins.get(routeKey(route.place));
    if (origin && !bySaying.has(saying)) bySaying.set(saying, origin);
  }
  const byPlace = new Map<string, Origin>();
  for (const [saying, route] of sayings(table)) {
    const origin = bySaying.get(saying);
    if (origin) byPlace.set(routeKey(route.place), origin);
  }
  return (at) => byPlace.get(routeKey(at)) ?? null;
}

function* sayings(table: Table): Generator<readonly [string, Route]> {
  for (const listener of table.listeners) {
    for (const { manager } of listener.chains) {
      for (const host of manager?.routes?.hosts ?? []) {
        for (const route of host.routes) yield [`${listener.port} ${host.name} ${sayingOf(route)}`, route];
      }
    }
  }
}

function sayingOf({ clauses, action, headers }: Route): string {
  const rewrite = action.type === 'forward' && action.host.kind === 'literal' ? action.host.value : '';
  const added = headers.add.map(({ name, value }) => `${name}=${value}`).join(',');
  return `${clauses.map(describeClause).join(' & ')} > ${rewrite} ${added}`;
}
