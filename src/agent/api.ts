import type { AdminTarget } from '../collect/envoy-admin/get.ts';
import { type ApiAnswer, type Cluster, openCluster, type WritingMethod } from '../collect/kubernetes/cluster.ts';
import { targetOf } from '../collect/kubernetes/pod-envoys.ts';
import type { LiveRequest } from '../collect/kubernetes/request.ts';
import type { ToldClock } from '../lib/clock.ts';

/** The API server as the agent's own loop uses it, apart from the readings of the engine. */
export interface AgentApi {
  readonly ask: (path: string) => Promise<ApiAnswer>;
  readonly write: (method: WritingMethod, path: string, body?: unknown) => Promise<ApiAnswer>;
  /** The way to the Envoy of a pod; why there is none, in a person's words. */
  readonly wayTo: (
    pod: Parameters<typeof targetOf>[1],
    live: Pick<LiveRequest, 'via' | 'adminPort'>,
  ) => Promise<AdminTarget | string>;
  readonly close: () => void;
}

/** Tokens of ServiceAccounts are renewed on disk within the hour: they are read again before. */
const openMs = 600_000;
const requestTimeoutMs = 5_000;

/** Speaks to the cluster of a kubeconfig, or of the pod; opens it anew where it must. `clock` hears what time it is there. */
export function makeApi(
  kubeconfig: string | null,
  context: string | null,
  signal: AbortSignal,
  clock: ToldClock | null = null,
): AgentApi {
  let open: { readonly cluster: Cluster; readonly at: number } | null = null;
  const close = (): void => {
    open?.cluster.close();
    open = null;
  };
  const opened = async (): Promise<Cluster | string> => {
    if (open && performance.now() - open.at < openMs) return open.cluster;
    close();
    const cluster = await openCluster({ kubeconfig, context, as: null, requestTimeoutMs, signal });
    if (typeof cluster !== 'string') open = { cluster, at: performance.now() };
    return cluster;
  };
  const through = async (use: (cluster: Cluster) => Promise<ApiAnswer>): Promise<ApiAnswer> => {
    const cluster = await opened();
    if (typeof cluster === 'string') return { ok: false, reason: cluster };
    const begun = performance.now();
    const answer = await use(cluster);
    if (answer.ok) clock?.hear(answer.date, performance.now() - begun);
    // A token that ran out is not asked with twice.
    if (answer.ok && answer.status === 401) close();
    return answer;
  };
  return {
    ask: (path) => through((cluster) => cluster.ask(path)),
    write: (method, path, body) => through((cluster) => cluster.write(method, path, body)),
    async wayTo(pod, { via, adminPort }) {
      const cluster = await opened();
      return typeof cluster === 'string' ? cluster : targetOf(cluster, pod, via, adminPort);
    },
    close,
  };
}
