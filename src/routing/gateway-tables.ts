import { memoize } from '../lib/memo.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import type { Part } from '../model/parts.ts';
import { assumedVersion, tableOf } from './from-envoy.ts';
import { compileTable } from './table/compile.ts';
import type { FilterChain, Listener, Route, Table, VirtualHost } from './table/table.ts';
import type { Extreme } from './translate/order.ts';
import { translate } from './translate/translate.ts';
import type { Translation } from './translate/translation.ts';

/** A table of a gateway: what its Envoys run, or what App Mesh would have pushed. */
export interface GatewayTable {
  readonly gateway: Gateway;
  /** Null: made from the objects. */
  readonly envoy: Envoy | null;
  readonly table: Table;
  /** Where the objects made it: which object each route came from. */
  readonly translation: Translation | null;
}

/** What of the model these tables are made from, for rules to declare: either of `needs`, sharpened by `also`. */
export const tableParts = {
  needs: [
    ['mesh.gatewayRoutes', 'mesh.virtualGateways'],
    ['envoy.routes', 'envoy.listenerConfig'],
  ],
  also: [
    'mesh.meshes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'platform.namespaces',
    'envoy.serverInfo',
    'envoy.clusterConfig',
    'envoy.runtime',
  ],
} as const satisfies { readonly needs: readonly (readonly Part[])[]; readonly also: readonly Part[] };

/** True for a gateway of App Mesh: its rewrites are defaults, not somebody's wish. */
export function isAppMesh({ gateway, envoy }: GatewayTable): boolean {
  return gateway.object !== null || (envoy?.identity ?? null) !== null;
}

/** A route by which a request enters a gateway, and the way to it. */
export interface Entry {
  readonly listener: Listener;
  readonly chain: FilterChain;
  readonly host: VirtualHost;
  readonly route: Route;
}

/** The tables that decide, one a gateway. Replicas decide alike (else replicas-disagree tells): the first that has listeners. */
export const gatewayTables = memoize((model: Model): readonly GatewayTable[] =>
  model.gateways.flatMap((gateway) => runningTable(gateway) ?? askedTable(model, gateway) ?? []),
);

/** What the objects ask for of gateways whose Envoy was read: it decides nothing now. */
export const supersededTables = memoize((model: Model): readonly GatewayTable[] =>
  model.gateways.flatMap((gateway) => (runningTable(gateway) ? (askedTable(model, gateway) ?? []) : [])),
);

const runningTable = memoize((gateway: Gateway): GatewayTable | null => {
  for (const envoy of gateway.envoys) {
    const read = tableOf(envoy);
    if (read.state !== 'table' || read.table.listeners.length === 0) continue;
    return { gateway, envoy, table: read.table, translation: null };
  }
  return null;
});

/** Versions read headers otherwise: what the objects ask for is judged by the Envoy that would run it. */
function runningVersion({ envoys }: Gateway): string | null {
  for (const envoy of envoys) {
    const read = tableOf(envoy);
    if (read.state === 'table' && read.versionKnown) return read.version;
  }
  return null;
}

/** What the objects ask for; null: there is no VirtualGateway object. `extreme`: which way round an undefined order stands. */
export function askedTable(model: Model, gateway: Gateway, extreme: Extreme = 'usual'): GatewayTable | null {
  const asked = askedTables[extreme](model)(gateway);
  return asked === 'none' ? null : asked;
}

const askedTables = {
  usual: memoize((model: Model) => memoize((gateway: Gateway) => makeAsked(model, gateway, 'usual'))),
  reversed: memoize((model: Model) => memoize((gateway: Gateway) => makeAsked(model, gateway, 'reversed'))),
};

function makeAsked(model: Model, gateway: Gateway, extreme: Extreme): GatewayTable | 'none' {
  return askedOf(model, gateway, runningVersion(gateway) ?? assumedVersion, extreme) ?? 'none';
}

/** As `askedTable`, by an Envoy of this version; made anew each time. */
export function askedOf(model: Model, gateway: Gateway, version: string, extreme: Extreme): GatewayTable | null {
  if (!gateway.object) return null;
  const translation = translate(model, gateway.object, version, extreme);
  return { gateway, envoy: null, table: compileTable(translation.input), translation };
}

/** The routes of the listeners that clients reach; the second listener of an App Mesh gateway takes only what the first hands over. */
export function entriesOf(table: Table): readonly Entry[] {
  return everyEntry(table).filter(({ listener }) => !isInner(listener));
}

/** The routes of the listener by which an App Mesh gateway takes a request from itself: those of VirtualServices. */
export function innerEntriesOf(table: Table): readonly Entry[] {
  return everyEntry(table).filter(({ listener }) => isInner(listener));
}

/** The listener by which an App Mesh gateway takes a request from itself. */
export function isInner({ name }: Pick<Listener, 'name'>): boolean {
  return name.startsWith('lds_egress_');
}

const everyEntry = memoize((table: Table): readonly Entry[] =>
  table.listeners.flatMap((listener) =>
    [...listener.chains, ...(listener.defaultChain ? [listener.defaultChain] : [])].flatMap((chain) =>
      (chain.manager?.routes?.hosts ?? []).flatMap((host) =>
        host.routes.map((route): Entry => ({ listener, chain, host, route })),
      ),
    ),
  ),
);
