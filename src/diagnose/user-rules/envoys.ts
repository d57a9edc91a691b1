import { asText } from '../../lib/json.ts';
import { growth } from '../../model/envoy/counters.ts';
import type { Envoy } from '../../model/envoy/envoy.ts';
import type { Gateway } from '../../model/gateway.ts';
import type { Seen } from '../../snapshot/coverage.ts';
import type { ClusterConfig, Host, ListenerConfig } from '../../snapshot/envoy/view.ts';
import { type In, virtualGatewayType, within } from './objects.ts';
import { type Field, toInt, Unseen, type ViewType, viewType } from './view.ts';

/** A cluster or listener, and the Envoy that has it. */
export interface Part<T> {
  readonly envoy: Envoy;
  readonly it: T;
}

/** What was seen of a section; asks for it are refused where it was not read. */
function seen<T>(section: Seen<T>): T {
  if (section.state === 'not-read') throw new Unseen(section.gap);
  return section.value;
}

/** The last reading of counters and gauges whose names begin so, the beginning left out. */
function lastValues({ stats }: Envoy, prefix: string): Readonly<Record<string, number>> {
  const values = seen(stats).at(-1)?.values ?? new Map<string, { readonly value: number }>();
  return Object.fromEntries(
    [...values].flatMap(([name, { value }]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
  );
}

/** How fast counters grew between two readings, a second: unseen where there was one reading, or Envoy restarted. */
function rates(envoy: Envoy, prefix: string): Readonly<Record<string, number>> {
  const reads = seen(envoy.stats);
  const known = [...(reads.at(-1)?.values.keys() ?? [])].flatMap((name) => {
    const grown = name.startsWith(prefix) ? growth(envoy.stats, name) : null;
    return grown ? [[name.slice(prefix.length), (grown.to - grown.from) / grown.seconds] as const] : [];
  });
  if (reads.length < 2 || (known.length === 0 && growth(envoy.stats, 'server.uptime') === null))
    throw new Unseen({
      missing: `rates of ${envoy.label}`,
      reason: 'its counters were read once, or it restarted between two readings',
      remedy: 'read them twice: --admin does, or give --stats two times',
    });
  return Object.fromEntries(known);
}

const says = {
  stats: 'counters and gauges as they were read last, by name',
  rates: 'how many a second each counter grew between two readings, by name',
};

const hostType = viewType<Host>('Host', 'an upstream host of a cluster', {
  address: { type: 'string', says: '', read: ({ address }) => address.host },
  port: { type: 'int', says: '', read: ({ address }) => toInt(address.port) },
  healthy: { type: 'bool', says: '', read: ({ failures }) => failures.length === 0 },
  failures: { type: 'list<string>', says: '`failed_active_health_check` …', read: ({ failures }) => [...failures] },
});

const partFields = <T extends { readonly name: string }>(
  prefixOf: (it: T) => string,
  shown: string,
): Readonly<Record<string, Field<Part<T>>>> => ({
  name: { type: 'string', says: '', read: ({ it }) => it.name },
  stats: {
    type: 'map<string, double>',
    says: `${says.stats}, without what names it: ${shown}`,
    read: ({ it, envoy }) => lastValues(envoy, prefixOf(it)),
  },
  rates: {
    type: 'map<string, double>',
    says: `${says.rates}, without what names it: ${shown}`,
    read: ({ it, envoy }) => rates(envoy, prefixOf(it)),
  },
});

/** A cluster of an Envoy. */
export const clusterType: ViewType<Part<ClusterConfig>> = viewType('Cluster', 'a cluster that an Envoy has', {
  ...partFields<ClusterConfig>(({ name }) => `cluster.${name}.`, '`cluster.NAME.`'),
  discovery: { type: 'string', says: '`EDS`, `STRICT_DNS` …', read: ({ it }) => it.discovery },
  state: { type: 'string', says: '`active`, `warming`, `static`', read: ({ it }) => it.state },
  hosts: {
    type: 'list<Host>',
    says: 'as Envoy sees them now (`/clusters`)',
    read: ({ it, envoy }) =>
      seen(envoy.hosts)
        .filter(({ cluster }) => cluster === it.name)
        .flatMap(({ hosts }) => hosts.map((host) => hostType.of(host))),
  },
});

/** Envoy counts a listener by its `stat_prefix`, else by its address, colons written as underscores (source/common/listener_manager/listener_impl.cc). */
function statPrefixOf({ address, body, name }: ListenerConfig): string {
  const own = asText(body?.json.stat_prefix);
  if (own) return `listener.${own}.`;
  if (!address) return `listener.${name}.`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `listener.${host.replaceAll(':', '_')}_${address.port}.`;
}

/** A listener of an Envoy. */
export const listenerType: ViewType<Part<ListenerConfig>> = viewType('Listener', 'a listener that an Envoy has', {
  ...partFields<ListenerConfig>(statPrefixOf, '`listener.ADDRESS_PORT.`'),
  address: { type: 'string', says: '', read: ({ it }) => it.address?.host },
  port: { type: 'int', says: '', read: ({ it }) => toInt(it.address?.port) },
  state: { type: 'string', says: '`active`, `warming`, `draining`, `static`', read: ({ it }) => it.state },
  writesAccessLog: {
    type: 'bool',
    says: 'any of its HTTP connection managers does',
    read: ({ it }) => it.http.some((manager) => manager.writesAccessLog),
  },
});

const partsOf = new WeakMap<object, Part<object>>();

/** The pair of a part and its Envoy, the same each time. */
function part<T extends object>(envoy: Envoy, it: T): Part<T> {
  const known = (partsOf.get(it) as Part<T> | undefined) ?? { envoy, it };
  partsOf.set(it, known);
  return known;
}

/** The clusters of an Envoy; refused where they were not read. */
export function clustersOf(envoy: Envoy): readonly Part<ClusterConfig>[] {
  return seen(envoy.clusterConfig).map((cluster) => part(envoy, cluster));
}

/** The listeners of an Envoy that have a name; refused where they were not read. */
export function listenersOf(envoy: Envoy): readonly Part<ListenerConfig>[] {
  return seen(envoy.listenerConfig).flatMap((listener) => (listener.name === '' ? [] : [part(envoy, listener)]));
}

/** An Envoy. */
export const envoyType = viewType<Envoy>('Envoy', 'an Envoy that was read', {
  name: { type: 'string', says: 'its node id, else where it was read', read: ({ ref }) => ref.name },
  version: { type: 'string', says: '`1.34.0`', read: ({ serverInfo }) => seen(serverInfo).version },
  state: {
    type: 'string',
    says: '`LIVE`, `DRAINING`, `PRE_INITIALIZING` …',
    read: ({ serverInfo }) => seen(serverInfo).state,
  },
  uptimeSeconds: { type: 'int', says: '', read: ({ serverInfo }) => toInt(seen(serverInfo).uptimeSeconds) },
  stats: { type: 'map<string, double>', says: says.stats, read: (envoy) => lastValues(envoy, '') },
  rates: { type: 'map<string, double>', says: says.rates, read: (envoy) => rates(envoy, '') },
  clusters: { type: 'list<Cluster>', says: '', read: (envoy) => clustersOf(envoy).map((one) => clusterType.of(one)) },
  listeners: {
    type: 'list<Listener>',
    says: '',
    read: (envoy) => listenersOf(envoy).map((one) => listenerType.of(one)),
  },
});

/** A gateway: its object, its Envoys, or both. */
export const gatewayType = viewType<In<Gateway>>(
  'Gateway',
  'a gateway: its VirtualGateway, the Envoys that serve it, or both',
  {
    namespace: { type: 'string', says: '', read: ({ it }) => it.ref.namespace ?? '' },
    name: { type: 'string', says: '', read: ({ it }) => it.ref.name },
    frozen: {
      type: 'string',
      says: 'takes no configuration any more: `observed`, `assumed`, `no`, `unknown`',
      read: ({ it }) => it.frozen.state,
    },
    object: {
      type: 'VirtualGateway',
      says: 'only where it was among the objects',
      read: ({ it, model }) => (it.object ? virtualGatewayType.of(within(model, it.object)) : undefined),
    },
    envoys: {
      type: 'list<Envoy>',
      says: 'those that were read',
      read: ({ it }) => it.envoys.map((one) => envoyType.of(one)),
    },
  },
);

/** Every type of what Envoys say. */
export const envoyTypes = [hostType, clusterType, listenerType, envoyType, gatewayType] as const;
