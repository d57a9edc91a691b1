import { memoize } from '../lib/memo.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { entriesOf, type Entry, seesAllEntries } from '../model/platform/entry.ts';
import { askedOf, askedTable } from '../routing/gateway-tables.ts';
import { assumedVersion, configurationText, tableOf } from '../routing/from-envoy.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import { type Asked, type OriginOf, originsFor } from '../routing/origins.ts';
import type { Table } from '../routing/table/table.ts';
import type { Extreme } from '../routing/translate/order.ts';
import type { LeftOut } from '../routing/translate/translation.ts';
import { refText } from '../snapshot/object.ts';
import { unmadeOf } from '../routing/unmade.ts';

/** A gateway that decides requests: by the tables its Envoys run, or where none was read, by the one App Mesh would have pushed. */
export interface Decider {
  readonly gateway: Gateway;
  /** Never empty. Replicas with the same configuration stand together. */
  readonly tables: readonly RunningTable[];
  /** What the objects ask for; null where there is no VirtualGateway object. */
  readonly desired: Desired | null;
  /** Envoys of the gateway whose tables were not read, and why. */
  readonly unread: readonly string[];
  readonly entries: readonly Entry[];
  readonly seesAllEntries: boolean;
}

/** A table, and the Envoys that run it; no Envoy: it was made from objects. */
export interface RunningTable {
  readonly envoys: readonly Envoy[];
  readonly table: Table;
  readonly version: string;
  readonly versionKnown: boolean;
  /** The object a route was made from. */
  readonly originOf: OriginOf;
}

/** The table made from the objects. */
export interface Desired extends Asked {
  /** The same with every undefined order the other way round; made when it is first asked for. */
  readonly reversed: () => Desired;
  /** The object that asks for a request and of which App Mesh makes no route; null: there is none. */
  readonly unmade: (request: RoutingRequest) => LeftOut | null;
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
    const what = wanted === null ? 'no gateway' : `no gateway ${wanted}`;
    throw new CannotExplain(`${what} among what was read (${names || 'no gateway at all'})`);
  }
  const reasons: string[] = [];
  const deciders = gateways.flatMap((gateway) => deciderOf(model, gateway, version, reasons) ?? []);
  if (deciders.length > 0) return deciders;
  const why = reasons.length > 0 ? reasons.join('; ') : 'no Envoy and no VirtualGateway object was read';
  throw new CannotExplain(
    `nothing decides requests: ${why}. Give --admin URL, --config-dump FILE or manifests with -f`,
  );
}

function deciderOf(model: Model, gateway: Gateway, version: string | null, reasons: string[]): Decider | null {
  const unread: string[] = [];
  const running = gateway.envoys.flatMap((envoy) => {
    const read = tableOf(envoy);
    if (read.state === 'table') return [{ envoy, ...read }];
    unread.push(`${envoy.label}: ${read.missing}: ${read.reason}`);
    return [];
  });
  reasons.push(...unread);
  const desired = desiredOf(model, gateway, version, 'usual');
  const base = {
    gateway,
    desired,
    unread,
    entries: entriesOf(model)(gateway),
    seesAllEntries: seesAllEntries(model, gateway),
  };
  if (running.length > 0) return { ...base, tables: together(running, desired) };
  if (!desired) return null;
  const originOf: RunningTable['originOf'] = (at) => desired.translation.origins.get(at);
  const made = { envoys: [], table: desired.table, version: version ?? assumedVersion, versionKnown: version !== null };
  return { ...base, tables: [{ ...made, originOf }] };
}

/** `version`: of which Envoy; null: of the one that runs, as rules see it. */
function desiredOf(model: Model, gateway: Gateway, version: string | null, extreme: Extreme): Desired | null {
  const asked = version === null ? askedTable(model, gateway, extreme) : askedOf(model, gateway, version, extreme);
  if (!asked?.translation) return null;
  const { table, translation } = asked;
  const desired: Desired = {
    translation,
    table,
    reversed: () => reversed(desired),
    unmade: (request) => unmadeOf(translation, request),
  };
  const reversed = memoize(
    (usual: Desired) => desiredOf(model, gateway, version, extreme === 'usual' ? 'reversed' : 'usual') ?? usual,
  );
  return desired;
}

type Running = Omit<RunningTable, 'envoys' | 'originOf'> & { readonly envoy: Envoy };

/** Replicas of one configuration decide alike: their table is asked once. */
function together(running: readonly Running[], desired: Desired | null): readonly RunningTable[] {
  const groups = new Map<string, { readonly first: Running; readonly envoys: Envoy[] }>();
  for (const one of running) {
    const key = running.length === 1 ? '' : configurationText(one.envoy);
    const group = groups.get(key);
    if (group) group.envoys.push(one.envoy);
    else groups.set(key, { first: one, envoys: [one.envoy] });
  }
  return [...groups.values()].map(({ first: { table, version, versionKnown }, envoys }) => ({
    envoys,
    table,
    version,
    versionKnown,
    originOf: originsFor(table, desired),
  }));
}
