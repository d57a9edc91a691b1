import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { listening } from '../envoy/listening.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import type { Pod } from './kinds.ts';
import { judgePod, type Runners } from './runners.ts';

/** An Envoy or a pod, and whether it holds a configuration. */
export type Holder =
  | { readonly state: 'serving'; readonly name: string }
  | { readonly state: 'unknown'; readonly gap: Gap | null }
  | {
      readonly state: 'empty';
      readonly kind: 'Envoy' | 'pod';
      readonly name: string;
      readonly since: string | null;
      readonly evidence: readonly [Evidence, ...Evidence[]];
    };

/** The Envoys of a gateway that were read, by their listeners. */
export function holdingEnvoys({ snapshot }: Model, gateway: Gateway): readonly Holder[] {
  return gateway.envoys.map((envoy): Holder => {
    const { listenerConfig, label } = envoy;
    const listens = listening(snapshot, envoy);
    if (listens.state === 'listening') return { state: 'serving', name: label };
    if (listens.state === 'unknown') {
      return { state: 'unknown', gap: listenerConfig.state === 'not-read' ? listenerConfig.gap : null };
    }
    return { state: 'empty', kind: 'Envoy', name: label, since: null, evidence: listens.evidence };
  });
}

/** Pods, by what the kubelet says of their Envoy. */
export function holdingPods({ pods }: Runners): readonly Holder[] {
  return pods.map((pod): Holder => {
    const { name } = pod.ref;
    const { holds, state } = judgePod(pod);
    if (holds === 'configuration') return { state: 'serving', name };
    if (holds === 'unknown' || !state) return { state: 'unknown', gap: onlyEnvoyTells(pod) };
    const { runningSince } = state;
    const note = `Envoy of pod ${name} is not ready, and ${runningSince ? 'started after App Mesh ended' : 'does not run'}`;
    return { state: 'empty', kind: 'pod', name, since: runningSince, evidence: [pod.at(state.path, note)] };
  });
}

/** Those that hold nothing. */
export function emptyOf(holders: readonly Holder[]): readonly Extract<Holder, { state: 'empty' }>[] {
  return holders.filter((holder) => holder.state === 'empty');
}

/** Those that hold nothing, for people: one pod by its name, several by their number; Envoys where no pod of them is known. */
export function emptyText(empty: ReturnType<typeof emptyOf>): string {
  const named = empty.filter(({ kind }) => kind === 'pod');
  const [first] = named.length > 0 ? named : empty;
  const count = named.length > 0 ? named.length : empty.length;
  if (count > 1) return `${count} ${named.length > 0 ? 'pods' : 'Envoys'}`;
  return named.length > 0 ? `Pod ${first?.name}` : 'An Envoy';
}

/** What is missing to judge them all; null where nothing is. */
export function unjudged(holders: readonly Holder[]): Gap | null {
  return holders.flatMap((holder) => (holder.state === 'unknown' && holder.gap ? [holder.gap] : []))[0] ?? null;
}

function onlyEnvoyTells({ ref }: Pod): Gap {
  return {
    missing: `whether the Envoy of pod ${ref.name} holds listeners`,
    reason:
      'its status does not tell: ready, though it started after App Mesh ended; or not ready, though before; or none',
    remedy: `read it: kubectl -n ${ref.namespace} port-forward ${ref.name} 9901, then --admin http://127.0.0.1:9901`,
  };
}
