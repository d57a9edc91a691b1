import type { Gap } from '../../snapshot/coverage.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { emptyHarvest, type Harvest } from '../../snapshot/snapshot.ts';
import type { AdminTarget } from '../envoy-admin/get.ts';
import { readEnvoyAdmin } from '../envoy-admin/read.ts';
import { unseen } from '../envoy-admin/unseen.ts';
import type { Cluster } from './cluster.ts';
import { forwardedTarget } from './forward.ts';
import { granting } from './kinds.ts';
import { parseLabelQuery } from './label-query.ts';
import type { ClusterRequest } from './request.ts';
import { type EnvoyGroup, type EnvoyPod, envoysInScope, isOf } from './scope.ts';
import type { AgentWays } from './via-agent.ts';

/** How to read the Envoys of a cluster. */
export interface PodEnvoysRequest extends ClusterRequest {
  readonly namespaces: readonly string[] | null;
}

interface Job {
  readonly group: EnvoyGroup;
  readonly pod: EnvoyPod;
}

/** Reads the Envoys of the gateways in scope, each in its turn, and says which were not seen. */
export async function readPodEnvoys(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  request: PodEnvoysRequest,
): Promise<readonly Harvest[]> {
  const { live, namespaces } = request;
  const selector = live.selector === null ? null : parseLabelQuery(live.selector);
  const groups = envoysInScope(objects, {
    namespaces,
    selector: typeof selector === 'string' ? null : selector,
    gateways: live.gateways,
    targets: live.targets,
    ...(live.part ? { part: live.part } : {}),
  });
  const { ahead } = live;
  const turns = inTurns(groups);
  const isAhead = ({ group, pod }: Job): boolean => ahead !== undefined && isOf(group, pod, ahead);
  const jobs = [...turns.filter(isAhead), ...turns.filter((job) => !isAhead(job))];
  const chosen = jobs.slice(0, live.maxPods);
  if (request.paced && chosen.length > 0) forget(request.paced.memories, chosen);
  const agents = live.via === 'agent' ? await agentsFor(cluster, objects, chosen, request) : null;
  const { source, inTurn } = request;
  const read = await Promise.all(
    chosen.map(async ({ group, pod }) => {
      const name = `pod ${pod.namespace}/${pod.name}`;
      const target = agents ? agents.wayTo(pod) : targetOf(cluster, pod, live.via, live.adminPort);
      if (typeof target === 'string') return { group, harvest: unseen(name, target, 0) };
      const asked = { kind: 'envoy', id: keyOf(pod), name } as const;
      try {
        const harvest = await source(asked, (soFar) => inTurn(() => readOne(target, pod, request, soFar)));
        return { group, harvest };
      } finally {
        if (!agents) target.agent?.destroy();
      }
    }),
  );
  agents?.close();
  return groups.flatMap((group) => {
    const mine = read.flatMap((one) => (one.group === group ? [one.harvest] : []));
    return together(group, mine, group.pods.length - mine.length);
  });
}

/** Of pods that are gone nothing is remembered. */
function forget(memories: Map<string, unknown>, chosen: readonly Job[]): void {
  const keys = new Set(chosen.map(({ pod }) => keyOf(pod)));
  for (const key of memories.keys()) if (!keys.has(key)) memories.delete(key);
}

/** What the Envoy of a pod is called among all that were read. */
export function keyOf({ namespace, name }: Pick<EnvoyPod, 'namespace' | 'name'>): string {
  return `envoy/${namespace}.${name}`;
}

/** The first pod of every gateway, then the second of each: a limit leaves no gateway out before another is seen whole. */
function inTurns(groups: readonly EnvoyGroup[]): readonly Job[] {
  const most = Math.max(0, ...groups.map(({ pods }) => pods.length));
  return Array.from({ length: most }, (_, turn) => turn).flatMap((turn) =>
    groups.flatMap((group) => {
      const pod = group.pods[turn];
      return pod ? [{ group, pod }] : [];
    }),
  );
}

async function agentsFor(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  jobs: readonly Job[],
  request: PodEnvoysRequest,
): Promise<AgentWays> {
  const { findAgents } = await import('./via-agent.ts');
  return findAgents(
    cluster,
    objects,
    jobs.map(({ pod }) => pod),
    request,
  );
}

async function readOne(
  target: AdminTarget,
  pod: EnvoyPod,
  request: PodEnvoysRequest,
  soFar: ((harvest: Harvest) => void) | null,
): Promise<Harvest> {
  const { keep, whole, windowMs, requestTimeoutMs, signal, limit } = request;
  const { namespace, name } = pod;
  const asked = {
    target,
    key: keyOf(pod),
    pod: { namespace, name },
    keep,
    whole,
    window: windowMs,
    requestTimeoutMs,
    signal,
    soFar,
    now: () => new Date(),
    ...(limit ? { limit } : {}),
  };
  const { paced } = request;
  const harvest = await (paced
    ? (await import('../envoy-admin/paced.ts')).readAgain(asked, paced, paced.memories)
    : readEnvoyAdmin(asked));
  const gaps = harvest.gaps.map((gap) => (gap.reason.includes('not allowed:') ? { ...gap, remedy: granting } : gap));
  return { ...harvest, gaps };
}

/** Inside the cluster pods are reached by their addresses; from elsewhere through the API server. */
export function targetOf(
  cluster: Cluster,
  pod: Omit<EnvoyPod, 'node'>,
  via: PodEnvoysRequest['live']['via'],
  port: number,
): AdminTarget {
  const direct = via === 'direct' || (via === 'auto' && process.env.KUBERNETES_SERVICE_HOST !== undefined);
  if (!direct || pod.ip === null) return forwardedTarget(cluster.config, pod, port);
  return { label: `pod ${pod.namespace}/${pod.name}`, host: pod.ip, port, socket: null };
}

/** What the Envoys of one gateway brought: a gateway of which one was seen was seen, though with gaps. */
function together(group: EnvoyGroup, harvests: readonly Harvest[], left: number): readonly Harvest[] {
  const seen = harvests.some(({ envoys }) => envoys.length > 0);
  const limit: Gap = {
    missing: `the Envoys of ${left} more pods of ${group.name}`,
    reason: 'at most --max-pods are read',
    remedy: 'give a larger --max-pods',
  };
  const extra = left > 0 ? [{ ...emptyHarvest, gaps: [limit] }] : [];
  if (group.pods.length === 0) return [withoutPods(group)];
  if (!seen && group.gateway) return [...harvests, ...extra];
  return [...harvests.map(forgiven), ...extra];
}

function forgiven(harvest: Harvest): Harvest {
  const sources = harvest.sources.map(({ trouble, ...source }) =>
    trouble === undefined || trouble === 'not-seen' ? source : { ...source, trouble },
  );
  return { ...harvest, sources };
}

function withoutPods({ name }: EnvoyGroup): Harvest {
  const reason = 'no running pod serves it: none is selected by its podSelector, or has an Envoy that names it';
  const gap = { missing: `the Envoys of ${name}`, reason, remedy: 'look at its pods: kubectl get pods' };
  const source = { name, state: 'failed', detail: reason, cost: { calls: 0, bytes: 0 }, trouble: 'not-seen' } as const;
  return { ...emptyHarvest, gaps: [gap], sources: [source] };
}
