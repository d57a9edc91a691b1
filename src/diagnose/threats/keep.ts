import { growth } from '../../model/envoy/counters.ts';
import { listening } from '../../model/envoy/listening.ts';
import type { Gateway } from '../../model/gateway.ts';
import type { Model } from '../../model/model.ts';
import { judgePod, type Runners } from '../../model/platform/runners.ts';
import type { Avoid, Fix } from '../finding.ts';
import { harmless, kubectl, type Threat } from './threat.ts';
import { gitOpsOf } from './workload.ts';

/** Who of a gateway still serves: pods by Kubernetes, else Envoys that hold listeners. */
export interface Survivors {
  readonly names: readonly string[];
  /** Pods that hold their configuration. */
  readonly pods: readonly string[];
  /** Requests a second that the Envoys read take together; null where it was not measured. */
  readonly rate: number | null;
}

/** Finds what is left of a gateway, and what it carries. */
export function survivorsOf(model: Model, gateway: Gateway, { pods }: Runners): Survivors {
  const serving = gateway.envoys.filter((envoy) => listening(model.snapshot, envoy).state === 'listening');
  const rates = serving.flatMap(({ stats }) => growth(stats, 'http.ingress.downstream_rq_total') ?? []);
  const alive = pods.filter((pod) => judgePod(pod).holds === 'configuration').map(({ ref }) => ref.name);
  return {
    pods: alive,
    names: alive.length > 0 ? alive : serving.map(({ label }) => label),
    rate:
      rates.length > 0 && rates.length === serving.length
        ? Math.round(rates.reduce((sum, { from, to, seconds }) => sum + (to - from) / seconds, 0) * 10) / 10
        : null,
  };
}

/** `edge-1, edge-2 (412 requests a second in all)`; empty where none is known. */
export function survivorsText({ names, rate }: Survivors): string {
  if (names.length === 0) return '';
  return `${names.join(', ')}${rate === null ? '' : ` (${rate} requests a second in all)`}`;
}

/** What stops the losses, then what saves the configuration, then what replaces the gateway. Restarts nothing. */
export function keepSteps(
  gateway: Gateway,
  runners: Runners,
  threats: readonly Threat[],
  left: Survivors,
): readonly Fix[] {
  const stops = new Map(threats.flatMap(({ stop }) => (stop ? [[stop.command ?? stop.say, stop] as const] : [])));
  const pause = runners.workloads.flatMap(({ ref, spec }) => {
    if (ref.kind !== 'Deployment' || spec.paused === true) return [];
    const command = kubectl(ref.namespace, ['rollout', 'pause', `deployment/${ref.name}`]);
    const say = `Pause the rollouts of Deployment ${ref.name}, so that no change of its template replaces the pods that serve.`;
    return [[command ?? say, harmless(say, command)] as const];
  });
  const steps = new Map([...pause, ...stops]);
  return [...steps.values(), ...saveSteps(gateway, left)];
}

/** Saves what the gateway knows, and serves its routes from that. */
export function saveSteps(gateway: Gateway, left: Survivors): readonly Fix[] {
  const { name, namespace } = gateway.ref;
  const [envoy] = gateway.envoys.filter(
    ({ label }) => /^(https?:\/\/|unix:)[\w./:@[\]-]+$/.test(label) && left.names.includes(label),
  );
  const [pod] = left.pods;
  const reach = envoy?.label ?? 'http://127.0.0.1:9901';
  const forward = pod ? kubectl(namespace, ['port-forward', pod, '9901']) : undefined;
  const copy = /^[a-z0-9.-]+$/.test(name) ? `${name}.rescue.tar.gz` : 'gateway.rescue.tar.gz';
  const through = envoy ? '' : ` Reach a pod that serves first${forward ? `: ${forward}` : ''}.`;
  const save: Fix = {
    say: `Save the configuration while somebody still holds it.${through}`,
    command: `meshdoctor collect --admin ${reach} --for-rescue --output-file ${copy}`,
    restarts: 'nothing',
    works: 'now',
  };
  const serve: Fix = {
    say: 'Serve its routes from new pods made of that copy.',
    command: `meshdoctor rescue ${copy} -o manifests`,
    restarts: 'nothing',
    works: 'through-rescue',
  };
  return [save, serve];
}

/** What never to do to a gateway that cannot get its configuration back. */
export function neverDo(runners: Runners): readonly Avoid[] {
  const git = runners.workloads.map(gitOpsOf).find((mark) => mark !== null);
  return [
    {
      say: 'Do not restart, delete, scale, drain or roll out its pods, nor edit their template.',
      because: 'each new pod comes up empty and never becomes ready',
    },
    ...(git
      ? [
          {
            say: 'Do not leave these changes out of Git.',
            because: `${git.tool} puts back what Git says at its next sync`,
          },
        ]
      : []),
  ];
}
