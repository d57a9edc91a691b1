import { growth } from '../model/envoy/counters.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import { listening } from '../model/envoy/listening.ts';
import { isIngressRoutes } from '../model/envoy/naming.ts';
import { appMeshEnd, type Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { runnersOfGateway } from '../model/platform/runners.ts';
import { type ObjectRef, refText } from '../snapshot/object.ts';
import { copiesOf, copyTime, newestGood } from './copies.ts';
import { isFrozen } from './effect.ts';
import { threatsTo } from './threats/threats.ts';

/** A cell of the table: known, or the reason why it is not. */
export type Cell<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly reason: string };

/** One gateway at one moment. */
export interface GatewayStatus {
  readonly cluster: string | null;
  readonly ref: ObjectRef;
  /** Pods that hold listeners and are live, of those there should be. */
  readonly pods: Cell<{ readonly serving: number; readonly wanted: number }>;
  /** Routes of the gateway itself; `differ` where its Envoys do not hold the same number. */
  readonly routes: Cell<{ readonly count: number; readonly differ: boolean }>;
  readonly requestsPerSecond: Cell<number>;
  /** Shares of the requests in the window, from 0 to 1; null where there was none. */
  readonly serverErrors: Cell<number | null>;
  readonly withoutRoute: Cell<number | null>;
  /** Days until the first certificate ends; null where none is loaded. */
  readonly certificateDays: Cell<number | null>;
  /** What may restart or move its pods, the most pressing first. */
  readonly mayRestart: Cell<readonly string[]>;
  /** Hours since the newest usable rescue copy; null: there is none. */
  readonly rescueHours: Cell<number | null>;
  /** `since` is the day its control plane ended, where it has. */
  readonly controlPlane: Cell<{ readonly state: 'connected' | 'gone' | 'assumed gone'; readonly since: string | null }>;
}

const hourMs = 3_600_000;

/** The state of every gateway that is reported, as far as it is known. */
export function statusOf(model: Model): readonly GatewayStatus[] {
  return model.gateways
    .filter(({ object, envoys }) => object?.reported ?? envoys.some(isGateway))
    .map((gateway) => ({
      cluster: model.snapshot.cluster,
      ref: gateway.ref,
      pods: podsCell(model, gateway),
      routes: routesCell(gateway),
      ...trafficCells(gateway),
      certificateDays: certificateCell(model, gateway),
      mayRestart: restartCell(model, gateway),
      rescueHours: rescueCell(model, gateway),
      controlPlane: controlPlaneCell(gateway),
    }));
}

function isGateway({ identity }: Envoy): boolean {
  return identity?.type !== 'virtualNode';
}

const known = <T>(value: T): Cell<T> => ({ known: true, value });
const unknown = (reason: string): { readonly known: false; readonly reason: string } => ({ known: false, reason });
const noEnvoy = 'no Envoy of it was read';

function podsCell(model: Model, gateway: Gateway): GatewayStatus['pods'] {
  const { pods, workloads } = runnersOfGateway(model, gateway);
  const { envoys } = gateway;
  if (envoys.length === 0) return unknown(noEnvoy);
  const serving = envoys.filter((envoy) => serves(model, envoy)).length;
  const replicas = workloads.reduce((sum, workload) => sum + (workload.replicas ?? 0), 0);
  const wanted = Math.max(replicas, pods.length, envoys.length);
  if (envoys.length < pods.length)
    return unknown(`${pods.length - envoys.length} of ${pods.length} pods were not read`);
  return known({ serving, wanted });
}

function serves(model: Model, envoy: Envoy): boolean {
  const live = envoy.serverInfo.state !== 'not-read' && envoy.serverInfo.value.state === 'LIVE';
  return live && listening(model.snapshot, envoy).state === 'listening';
}

function routesCell({ envoys }: Gateway): GatewayStatus['routes'] {
  const counts = envoys.flatMap(({ routes, identity }) => {
    if (routes.state !== 'listed') return [];
    const mine = identity ? routes.value.filter(({ name }) => isIngressRoutes(name)) : routes.value;
    return [mine.flatMap(({ virtualHosts }) => virtualHosts.flatMap((host) => host.routes)).length];
  });
  if (counts.length === 0) return unknown(envoys.length === 0 ? noEnvoy : 'its routes were not read');
  return known({ count: Math.max(...counts), differ: new Set(counts).size > 1 });
}

function trafficCells({ envoys }: Gateway): Pick<GatewayStatus, 'requestsPerSecond' | 'serverErrors' | 'withoutRoute'> {
  const measured = envoys.flatMap((envoy) => trafficOf(envoy) ?? []);
  if (measured.length === 0 || measured.length < envoys.length) {
    const reason = envoys.length === 0 ? noEnvoy : 'its counters were not read twice, or Envoy restarted in between';
    const cell = unknown(reason);
    return { requestsPerSecond: cell, serverErrors: cell, withoutRoute: cell };
  }
  const sum = (of: (traffic: Traffic) => number): number => measured.reduce((total, one) => total + of(one), 0);
  const [requests, failed, lost] = [sum((one) => one.requests), sum((one) => one.failed), sum((one) => one.lost)];
  const share = (part: number): number | null => (requests === 0 ? null : Math.min(1, part / requests));
  return {
    requestsPerSecond: known(sum(({ requests: count, seconds }) => count / seconds)),
    serverErrors: known(share(failed)),
    withoutRoute: known(share(lost)),
  };
}

interface Traffic {
  readonly requests: number;
  readonly failed: number;
  readonly lost: number;
  readonly seconds: number;
}

/**
 * What came in between the two readings. A request that the gateway hands to its own second listener counts once, at the
 * first (`ingress`); either of them may find no route.
 */
function trafficOf({ stats }: Envoy): Traffic | null {
  if (stats.state === 'not-read') return null;
  const names = [...(stats.value.at(-1)?.values.keys() ?? [])];
  const prefixes = names.flatMap((name) => /^http\.(.+)\.downstream_rq_total$/.exec(name)?.[1] ?? []);
  const entries = prefixes.filter((prefix) => prefix !== 'admin' && !/^egress(\.|$)/.test(prefix));
  const [first] = entries.flatMap((prefix) => growth(stats, `http.${prefix}.downstream_rq_total`) ?? []);
  if (!first) return null;
  const grown = (over: readonly string[], counter: string): number =>
    over.reduce((sum, prefix) => {
      const change = growth(stats, `http.${prefix}.${counter}`);
      return sum + (change ? change.to - change.from : 0);
    }, 0);
  return {
    requests: grown(entries, 'downstream_rq_total'),
    failed: grown(entries, 'downstream_rq_5xx'),
    lost: grown(
      prefixes.filter((prefix) => prefix !== 'admin'),
      'no_route',
    ),
    seconds: first.seconds,
  };
}

function certificateCell({ now }: Model, { envoys }: Gateway): GatewayStatus['certificateDays'] {
  if (envoys.length === 0) return unknown(noEnvoy);
  const ends: number[] = [];
  for (const { certs } of envoys) {
    if (certs.state !== 'listed') return unknown('the certificates of one of its Envoys were not read');
    for (const { expires, authority } of certs.value) {
      const time = authority ? Number.NaN : Date.parse(expires ?? '');
      if (!Number.isNaN(time)) ends.push(time);
    }
  }
  if (ends.length === 0) return known(null);
  return known(Math.floor((Math.min(...ends) - Date.parse(now)) / (24 * hourMs)));
}

function restartCell(model: Model, gateway: Gateway): GatewayStatus['mayRestart'] {
  const runners = runnersOfGateway(model, gateway);
  if (runners.pods.length + runners.workloads.length === 0) {
    return unknown(`no pod and no workload of ${refText(gateway.ref)} was read`);
  }
  const { threats, unseen } = threatsTo(model, runners, gateway);
  const says = threats.filter(({ level }) => level !== 'possible').map(({ says: text }) => text);
  const [gap] = unseen;
  return says.length === 0 && gap ? unknown(`${gap.missing}: ${gap.reason}`) : known(says);
}

function rescueCell(model: Model, gateway: Gateway): GatewayStatus['rescueHours'] {
  if (model.rescueCopies === null) return unknown('nobody said where rescue copies lie (--rescue-copies PATH)');
  const newest = newestGood(copiesOf(model, gateway));
  return known(newest ? Math.floor((Date.parse(model.now) - copyTime(newest)) / hourMs) : null);
}

/** No Envoy tells since when it is alone; App Mesh ended for all at once. */
function controlPlaneCell(gateway: Gateway): GatewayStatus['controlPlane'] {
  const { state } = gateway.frozen;
  if (isFrozen(gateway)) {
    return known({ state: state === 'observed' ? 'gone' : 'assumed gone', since: appMeshEnd.slice(0, 10) });
  }
  if (state === 'no') return known({ state: 'connected', since: null });
  return unknown('no Envoy told whether it is connected');
}
