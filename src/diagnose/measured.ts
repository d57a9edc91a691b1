import { lastStat } from '../model/envoy/counters.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import { listening } from '../model/envoy/listening.ts';
import { upstreams } from '../model/envoy/upstreams.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { runnersOfGateway } from '../model/platform/runners.ts';
import type { Pod } from '../model/platform/kinds.ts';
import { seenValue } from '../snapshot/coverage.ts';
import type { ObjectRef } from '../snapshot/object.ts';
import { isFrozen } from './effect.ts';
import { threatsTo } from './threats/threats.ts';

/**
 * What a pod of a gateway is good for. `threatened`: it serves and is frozen, and is about to be taken away. `empty`: it waits
 * for a configuration, or is LIVE without a listener. Of a pod whose Envoy did not answer Kubernetes tells: `down` where it
 * is not ready, else `unseen`, for a way that is cut is no gateway that is down.
 */
export type PodUse = 'serving' | 'threatened' | 'empty' | 'starting' | 'ending' | 'down' | 'unseen';

/** One pod of a gateway at one moment: the numbers of its Envoy that add up, and those that are a state. */
export interface PodMeasure {
  /** `shop/edge`. */
  readonly gateway: string;
  /** `namespace/name` of the pod, else what its Envoy is called. */
  readonly key: string;
  /** The node it runs on; null where that is not known. */
  readonly node: string | null;
  readonly use: PodUse;
  /** Of the last reading of counters; null where there was none. */
  readonly read: EnvoyNumbers | null;
  /** `notAfter` in ISO 8601 of each certificate that is no authority's, with the days it lives in all. */
  readonly certificates: readonly { readonly path: string; readonly from: string | null; readonly ends: string }[];
  /** ISO 8601: when its oldest listener or route table was taken over; null where that is not known. */
  readonly configuredAt: string | null;
}

/** Counters and gauges of one Envoy, summed by what they say. */
export interface EnvoyNumbers {
  /** ISO 8601. */
  readonly at: string;
  /** Seconds since this process began. */
  readonly uptime: number;
  /** Only grow while the process lives: `rq 2xx`, `no-route`, `cause timeout`, `retry shop/cart`. */
  readonly counters: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly connected: boolean | null;
  /** How many clusters it has, its own ones among them. */
  readonly clusters: number;
  readonly targets: readonly { readonly target: string; readonly healthy: number; readonly members: number }[];
}

/** Every pod of every gateway, read or not. */
export function measuresOf(model: Model): readonly PodMeasure[] {
  const pods = new Map(model.pods.map((pod) => [nameOf(pod.ref), pod]));
  const podOf = new Map<string, Pod | undefined>(
    model.snapshot.envoys.flatMap(({ key, pod }) => (pod ? [[key, pods.get(nameOf(pod))] as const] : [])),
  );
  return model.gateways
    .filter(({ object, envoys }) => object?.reported ?? envoys.some(isGateway))
    .flatMap((gateway) => {
      const seen = new Set(gateway.envoys.map(({ key }) => podOf.get(key)));
      const others = runnersOfGateway(model, gateway).pods.filter((pod) => !seen.has(pod));
      return [
        ...gateway.envoys.map((envoy) => measureOf(model, gateway, envoy, podOf.get(envoy.key) ?? null)),
        ...others.map((pod) => unread(gateway, pod)),
      ];
    });
}

function unread({ ref }: Gateway, pod: Pod): PodMeasure {
  const use = pod.phase === 'Pending' ? 'starting' : unansweredUse(pod);
  const known = { gateway: nameOf(ref), key: nameOf(pod.ref), node: pod.node };
  return { ...known, use, read: null, certificates: [], configuredAt: null };
}

function unansweredUse(pod: Pod | null): PodUse {
  return pod?.ready === false ? 'down' : 'unseen';
}

function isGateway({ identity }: Envoy): boolean {
  return identity?.type !== 'virtualNode';
}

function nameOf({ namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>): string {
  return namespace === null ? name : `${namespace}/${name}`;
}

function measureOf(model: Model, gateway: Gateway, envoy: Envoy, pod: Pod | null): PodMeasure {
  return {
    gateway: nameOf(gateway.ref),
    key: pod ? nameOf(pod.ref) : envoy.label,
    node: pod?.node ?? null,
    use: podUse(model, gateway, envoy, pod),
    read: numbersOf(envoy, targetsOf(model, envoy)),
    certificates: (seenValue(envoy.certs) ?? []).flatMap(({ path, authority, validFrom, expires }) =>
      authority || expires === null ? [] : [{ path, from: validFrom, ends: expires }],
    ),
    configuredAt: configuredAt(envoy),
  };
}

/** Something moves or restarts this pod, or is about to. */
function isThreatened(model: Model, pod: Pod): boolean {
  const { threats } = threatsTo(model, { pods: [pod], workloads: [] }, null);
  return threats.some(({ level }) => level !== 'possible');
}

function podUse(model: Model, gateway: Gateway, envoy: Envoy, pod: Pod | null): PodUse {
  const state = seenValue(envoy.serverInfo)?.state ?? seenValue(envoy.ready)?.state;
  if (state === undefined) return unansweredUse(pod);
  if (state === 'DRAINING') return 'ending';
  if (state === 'INITIALIZING') return 'starting';
  const held = listening(model.snapshot, envoy).state;
  if (held === 'unknown') return 'unseen';
  if (state !== 'LIVE' || held !== 'listening') return 'empty';
  return pod !== null && isFrozen(gateway) && isThreatened(model, pod) ? 'threatened' : 'serving';
}

function configuredAt({ listenerConfig, routes }: Envoy): string | null {
  const times = [...(seenValue(listenerConfig) ?? []), ...(seenValue(routes) ?? [])].flatMap(
    ({ lastUpdated }) => lastUpdated ?? [],
  );
  return times.sort()[0] ?? null;
}

const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** What of a cluster's counters ends a request in the gateway, where it is not tried again. */
const causes: Readonly<Record<string, string>> = {
  upstream_cx_none_healthy: 'no-healthy-upstream',
  upstream_rq_timeout: 'timeout',
  upstream_rq_pending_overflow: 'overflow',
  upstream_rq_pending_failure_eject: 'no-connection',
  upstream_rq_rx_reset: 'upstream-reset',
};

/** Counters that never moved are not told (`usedonly`): they are 0. */
function numbersOf({ stats }: Envoy, targetOf: ReadonlyMap<string, string>): EnvoyNumbers | null {
  const last = seenValue(stats)?.at(-1);
  const uptime = lastStat(stats, 'server.uptime')?.value;
  if (!last || uptime === undefined) return null;
  const { values } = last;
  const counters: Record<string, number> = {};
  const add = (name: string, value: number | undefined): void => {
    if (value !== undefined) counters[name] = (counters[name] ?? 0) + value;
  };
  let connections = 0;
  // A request that the gateway hands to its own second listener counts once, at the first; either may find no route, or no cluster.
  for (const prefix of prefixesOf(values)) {
    const of = (name: string): number | undefined => values.get(`http.${prefix}.${name}`)?.value;
    add('no-route', of('no_route'));
    add('cause no-cluster', of('no_cluster'));
    if (/^egress(\.|$)/.test(prefix)) continue;
    for (const one of classes) add(`rq ${one}`, of(`downstream_rq_${one}`));
    add('rq total', of('downstream_rq_total'));
    add('rq reset', of('downstream_rq_rx_reset'));
    add('received', of('downstream_cx_rx_bytes_total'));
    add('sent', of('downstream_cx_tx_bytes_total'));
    connections += of('downstream_cx_active') ?? 0;
  }
  const targets = new Map<string, { healthy: number; members: number }>();
  for (const [cluster, target] of targetOf) {
    const of = (name: string): number | undefined => values.get(`cluster.${cluster}.${name}`)?.value;
    for (const [name, cause] of Object.entries(causes)) add(`cause ${cause}`, of(name));
    add(`retry ${target}`, of('upstream_rq_retry'));
    add(`timeout ${target}`, of('upstream_rq_timeout'));
    const members = targets.get(target) ?? { healthy: 0, members: 0 };
    members.healthy += of('membership_healthy') ?? 0;
    members.members += of('membership_total') ?? 0;
    targets.set(target, members);
  }
  const connected = lastStat(stats, 'control_plane.connected_state')?.value;
  return {
    at: last.at,
    uptime,
    counters,
    connections,
    connected: connected === undefined ? null : connected > 0,
    clusters: values.get('cluster_manager.active_clusters')?.value ?? targets.size,
    targets: [...targets].map(([target, members]) => ({ target, ...members })),
  };
}

function prefixesOf(values: ReadonlyMap<string, unknown>): readonly string[] {
  const prefixes = [...values.keys()].flatMap((name) => /^http\.(.+)\.downstream_rq_total$/.exec(name)?.[1] ?? []);
  return prefixes.filter((prefix) => prefix !== 'admin');
}

/** The clusters by which requests leave an Envoy, and the name of what stands behind each: `shop/cart`. */
function targetsOf(model: Model, envoy: Envoy): ReadonlyMap<string, string> {
  return new Map(
    upstreams(model).flatMap((one) => (one.envoy === envoy ? [[one.cluster.name, nameOf(one.ref)] as const] : [])),
  );
}
