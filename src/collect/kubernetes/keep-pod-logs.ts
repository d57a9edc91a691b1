import { emptyHarvest, type Harvest } from '../../snapshot/snapshot.ts';
import { harvestLogs, type LogsToKeep } from '../access-log/harvest.ts';
import type { PodLogsWanted } from '../request.ts';
import { podLogGap, podsLeft } from './pod-log-gaps.ts';
import { openPodLogs } from './pod-logs.ts';
import type { ClusterRequest } from './request.ts';

/** Keeps the logs of the gateway pods in scope, redacted; one that cannot be read is a gap, and no failure of the run. */
export async function keepPodLogs(
  request: Pick<ClusterRequest, 'live' | 'context' | 'requestTimeoutMs' | 'signal'>,
  wanted: PodLogsWanted,
  how: Omit<LogsToKeep, 'logs'>,
): Promise<Harvest> {
  const opened = await openPodLogs(how.read.objects, request, wanted);
  if (typeof opened === 'string') {
    return { ...emptyHarvest, gaps: [{ missing: 'logs of gateway pods', reason: opened, remedy: null }] };
  }
  const logs = opened.logs.map(({ pod, envoy, pieces }) => ({
    ...{ name: `log of pod ${pod.namespace}/${pod.name}`, envoy, pieces },
  }));
  try {
    const harvest = await harvestLogs({ ...how, logs });
    const sources = harvest.sources.map(({ trouble: _, ...source }) => source);
    return { ...harvest, sources, gaps: [...podsLeft(opened.left), ...sources.flatMap(podLogGap)] };
  } finally {
    opened.close();
  }
}
