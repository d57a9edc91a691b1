import type { PodMeasure } from '../diagnose/measured.ts';
import type { GatewayStatus } from '../diagnose/status.ts';
import { catalogue } from '../export/catalogue.ts';
import type { Metrics } from '../export/metrics.ts';
import type { ReportDocument } from '../report/document.ts';
import { type Growth, sharesOf } from './deltas.ts';
import { deadTargets, gatewayOf } from './finding-gateway.ts';
import { isHalfGone, targetsOf } from './targets.ts';

type Sink = Pick<Metrics, 'add' | 'set'>;

/** Tells what the counters of pods grew by. */
export function recordGrowth(
  metrics: Sink,
  grown: readonly { readonly pod: PodMeasure; readonly growth: Growth }[],
): void {
  for (const { pod, growth } of grown) {
    const { gateway } = pod;
    for (const { class: of, by, cause, count } of sharesOf(growth))
      metrics.add('gateway.requests', count, { gateway, class: of, by, cause });
    metrics.add('gateway.bytes', growth.received ?? 0, { gateway, direction: 'received' });
    metrics.add('gateway.bytes', growth.sent ?? 0, { gateway, direction: 'sent' });
    for (const [name, count] of Object.entries(growth)) {
      const [what, target] = name.split(' ', 2);
      if (what === 'retry' && target) {
        metrics.add('target.retries', count, { gateway, target });
        metrics.add('gateway.retries', count, { gateway });
      }
      if (what === 'timeout' && target) metrics.add('target.timeouts', count, { gateway, target });
    }
  }
}

const uses = ['serving', 'threatened', 'empty', 'starting', 'ending', 'down', 'unseen'] as const;

/** Tells the state of the pods of one gateway that this agent counts; `lookedMs`: since when not all of them were seen, 0: now. */
export function recordPods(
  metrics: Sink,
  gateway: string,
  pods: readonly PodMeasure[],
  lookedMs: number,
  now: number,
): void {
  for (const use of uses)
    metrics.set('gateway.pods', pods.filter((pod) => pod.use === use).length, { gateway, pod: use });
  metrics.set('gateway.look.age', lookedMs / 1000, { gateway });
  const read = pods.flatMap((pod) => (pod.read ? [pod.read] : []));
  if (read.length > 0) {
    metrics.set(
      'gateway.connections',
      read.reduce((sum, { connections }) => sum + connections, 0),
      { gateway },
    );
  }
  const connected = read.flatMap((one) => (one.connected === null ? [] : [one.connected]));
  if (connected.length > 0)
    metrics.set('gateway.control_plane.connected', connected.every(Boolean) ? 1 : 0, { gateway });
  const configured = pods.flatMap(({ configuredAt }) => (configuredAt === null ? [] : [Date.parse(configuredAt)]));
  if (configured.length > 0) metrics.set('gateway.config.age', (now - Math.min(...configured)) / 1000, { gateway });
  recordTargets(metrics, gateway, pods);
  recordCertificates(metrics, gateway, pods, now);
}

const states = [
  'gateway.look.age',
  'gateway.connections',
  'gateway.control_plane.connected',
  'gateway.config.age',
  'gateway.targets.half_gone',
  'gateway.certificates.ending',
  'gateway.certificates.soon',
  'gateway.certificate.days',
] as const;

/** Takes back the state of a gateway that this agent no longer counts: another tells it now, and sums must not hold it twice. */
export function forgetPods(metrics: Pick<Metrics, 'unset'>, gateway: string): void {
  for (const pod of uses) metrics.unset('gateway.pods', { gateway, pod });
  for (const state of states) metrics.unset(state, { gateway });
}

function recordTargets(metrics: Sink, gateway: string, pods: readonly PodMeasure[]): void {
  const worst = targetsOf(pods);
  for (const [target, { healthy, members }] of worst) {
    metrics.set('target.members', healthy, { gateway, target, health: 'healthy' });
    metrics.set('target.members', Math.max(0, members - healthy), { gateway, target, health: 'unhealthy' });
  }
  const halfGone = [...worst.values()].filter((one) => one.members >= 2 && isHalfGone(one));
  if (worst.size > 0) metrics.set('gateway.targets.half_gone', halfGone.length, { gateway });
}

const dayMs = 86_400_000;

function recordCertificates(metrics: Sink, gateway: string, pods: readonly PodMeasure[], now: number): void {
  if (!pods.some(({ read }) => read)) return;
  const all = pods.flatMap((pod) =>
    pod.certificates.flatMap(({ path, from, ends }) => {
      const left = Date.parse(ends) - now;
      const lifetime = Date.parse(ends) - Date.parse(from ?? '');
      return Number.isNaN(left)
        ? []
        : [{ name: `${path} ${ends}`, left, lifetime, renews: pod.read?.connected === true }];
    }),
  );
  // The same certificate in each pod is one.
  const certificates = [...new Map(all.map((one) => [one.name, one])).values()];
  const ending = certificates.filter(
    ({ left, lifetime }) => left <= 3 * dayMs || (lifetime < 30 * dayMs && left < lifetime / 10),
  );
  const soon = certificates.filter(
    ({ left, lifetime, renews }) => left < lifetime / 5 || (!renews && left <= 30 * dayMs),
  );
  metrics.set('gateway.certificates.ending', ending.length, { gateway });
  metrics.set('gateway.certificates.soon', soon.length, { gateway });
  if (certificates.length > 0)
    metrics.set('gateway.certificate.days', Math.min(...certificates.map(({ left }) => left)) / dayMs, { gateway });
}

/** What the leader knows beside the findings. */
export interface ClusterLook {
  readonly document: ReportDocument;
  readonly statuses: readonly GatewayStatus[];
  readonly measures: readonly PodMeasure[];
  /** Whether this leader has looked for rescue copies of others yet: before that, none means nothing. */
  readonly copiesSought: boolean;
}

/** What a leader told, so that it can be taken back. */
export interface Told {
  readonly gateways: Set<string>;
  /** Gateway, rule and severity. */
  readonly findings: Set<string>;
}

const judged = [
  'gateway.config.faults',
  'gateway.config.drift',
  'gateway.replicas.disagree',
  'gateway.targets.sidecar_dead',
  'gateway.targets.sidecar_lost',
  'gateway.rescue.age',
] as const;

const configFaults = ['config-rejected', 'config-drift', 'replicas-disagree'];

const up: readonly string[] = catalogue['gateway.pods.serving'].where.pod;

function isUp({ use }: PodMeasure): boolean {
  return up.includes(use);
}

/** Tells what only the leader judges; `told` is what was told the last time: findings that are no more become 0. */
export function recordCluster(metrics: Sink, look: ClusterLook, told: Told): void {
  const { document, statuses, measures } = look;
  for (const { ref, frozen } of document.gateways) {
    const gateway = `${ref.namespace}/${ref.name}`;
    const of = (rules: readonly string[]): number =>
      document.findings.filter(
        (one) => rules.includes(one.rule) && !one.suppressed && gatewayOf(one, document) === gateway,
      ).length;
    told.gateways.add(gateway);
    const isFrozen = frozen === 'observed' || frozen === 'assumed';
    metrics.set('gateway.config.faults', isFrozen ? 0 : of(configFaults), { gateway });
    metrics.set('gateway.config.drift', of(['config-drift']), { gateway });
    metrics.set('gateway.replicas.disagree', of(['replicas-disagree']), { gateway });
    const pods = measures.filter((pod) => pod.gateway === gateway);
    const { dead, lost } = deadTargets(gateway, pods, document);
    metrics.set('gateway.targets.sidecar_dead', dead, { gateway });
    metrics.set('gateway.targets.sidecar_lost', lost, { gateway });
    // No agent counts a gateway without a pod, nor a pod that found no node, or whose node is gone with its agent.
    if (!pods.some(isUp)) metrics.set('gateway.pods', 0, { gateway, pod: 'serving' });
    if (pods.length === 0) metrics.set('gateway.look.age', 0, { gateway });
    const status = statuses.find(({ ref: one }) => `${one.namespace}/${one.name}` === gateway);
    const age = status && isFrozen ? rescueAge(status, look) : null;
    if (age !== null) metrics.set('gateway.rescue.age', age, { gateway });
  }
  const counts = new Map<string, number>();
  for (const finding of document.findings) {
    if (finding.effect === 'standing' || finding.suppressed) continue;
    const key = [gatewayOf(finding, document), finding.rule, finding.severity].join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const key of new Set([...told.findings, ...counts.keys()]))
    metrics.set('findings', counts.get(key) ?? 0, dimensionsOf(key));
  told.findings.clear();
  for (const key of counts.keys()) told.findings.add(key);
}

/** Seconds since the newest copy; where none was ever made, since the gateway stands alone. Null where none are kept. */
function rescueAge(
  { rescueHours, controlPlane }: GatewayStatus,
  { document: { takenAt }, copiesSought }: ClusterLook,
): number | null {
  if (!rescueHours.known) return null;
  if (rescueHours.value !== null) return rescueHours.value * 3600;
  // What is only assumed to be frozen is not copied.
  if (!copiesSought || !controlPlane.known || controlPlane.value.state !== 'gone') return null;
  const alone = (Date.parse(takenAt) - Date.parse(controlPlane.value.since ?? '')) / 1000;
  return Number.isNaN(alone) ? null : Math.max(0, alone);
}

/** Takes back what only a leader tells: another leads now. */
export function forgetCluster(metrics: Pick<Metrics, 'unset'>, told: Told): void {
  for (const gateway of told.gateways) for (const state of judged) metrics.unset(state, { gateway });
  for (const key of told.findings) metrics.unset('findings', dimensionsOf(key));
  told.gateways.clear();
  told.findings.clear();
}

function dimensionsOf(key: string) {
  const [gateway = '', rule = '', severity = ''] = key.split(' ');
  return { gateway, rule, severity: (['error', 'warning', 'info'] as const).find((one) => one === severity) ?? 'info' };
}
