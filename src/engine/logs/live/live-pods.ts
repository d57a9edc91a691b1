import { openCluster } from '../../../collect/kubernetes/cluster.ts';
import type { FollowedLog } from '../../../collect/kubernetes/log-follow.ts';
import { LogFollowers, logsByApi } from '../../../collect/kubernetes/log-followers.ts';
import { gatewayPods } from '../../../collect/kubernetes/pod-logs.ts';
import type { LiveRequest } from '../../../collect/kubernetes/request.ts';
import { type StreamWays, streamWays } from '../../../collect/kubernetes/streams.ts';
import type { PodLogsWanted } from '../../../collect/request.ts';
import type { KubernetesObject, ObjectRef } from '../../../snapshot/object.ts';
import { podsLeft } from '../../../collect/kubernetes/pod-log-gaps.ts';

/** A pod whose log is followed. */
export interface LivePod {
  /** Of its log. */
  readonly name: string;
  /** `NS/NAME`. */
  readonly gateway: string;
  readonly pod: string;
}

/** Of Envoy's default format, to guess how many lines so many bytes are. */
const usualLineBytes = 300;

/** Follows the logs of the gateway pods in scope, across restarts and broken connections. */
export class LivePods {
  readonly #live: LiveRequest;
  readonly #wanted: PodLogsWanted;
  readonly #followers: LogFollowers;

  /** `take`: the name of a log, and lines that were not told before. */
  constructor(
    live: LiveRequest,
    wanted: PodLogsWanted,
    take: (name: string, lines: readonly string[]) => void,
    ways: StreamWays = streamWays(live),
  ) {
    this.#live = live;
    this.#wanted = wanted;
    this.#followers = new LogFollowers({ follow: logsByApi(ways), take });
  }

  /** From now on the pods among these objects are followed; for people, in `gaps`: which are not. */
  async follow(
    objects: readonly KubernetesObject[],
  ): Promise<{ readonly pods: readonly LivePod[]; readonly gaps: readonly string[] }> {
    const namespace = await this.#namespace();
    if (typeof namespace !== 'string') return { pods: [], gaps: [`logs of gateway pods: ${namespace.trouble}`] };
    const { pods, left } = gatewayPods(objects, this.#live, namespace);
    const tailLines = Math.ceil(this.#wanted.limitBytes / usualLineBytes);
    const logs = pods.map(({ pod, container }): [string, FollowedLog] => [
      podLogName(pod),
      { ...pod, container, from: this.#wanted.since, tailLines },
    ]);
    this.#followers.want(new Map(logs));
    return {
      pods: pods.map(({ pod, gateway }) => ({ name: podLogName(pod), gateway, pod: pod.name })),
      gaps: podsLeft(left).map(({ missing, reason }) => `${missing}: ${reason}`),
    };
  }

  /** Why the log of that name does not come; null: it comes. */
  troubleOf(name: string): string | null {
    return this.#followers.troubleOf(name);
  }

  close(): void {
    this.#followers.close();
  }

  /** The namespace that is asked about: that of the context, where none is named. */
  async #namespace(): Promise<string | { readonly trouble: string }> {
    const { namespace, kubeconfig, as, contexts } = this.#live;
    if (namespace !== null) return namespace;
    const [context = null] = contexts;
    const signal = new AbortController().signal;
    const cluster = await openCluster({ kubeconfig, context, as, requestTimeoutMs: 10_000, signal });
    if (typeof cluster === 'string') return { trouble: cluster };
    cluster.close();
    return cluster.namespace;
  }
}

/** What the log of a pod is called. */
export function podLogName({ namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>): string {
  return `log of pod ${namespace}/${name}`;
}
