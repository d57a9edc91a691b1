import type { Gap } from '../snapshot/coverage.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

const noCopies: Gap = {
  missing: 'where rescue copies lie',
  reason: 'nobody said where they are kept',
  remedy: 'name the file or folder with --rescue-copies PATH',
};

const noCloudWatch: Gap = {
  missing: 'what CloudWatch says',
  reason: 'it was not asked',
  remedy: 'ask it with --aws',
};

const noLogs: Gap = {
  missing: 'access logs of the gateways',
  reason: 'none was read',
  remedy: 'name them with --access-log FILE, or read those of the pods with --live',
};

const noTraces: Gap = {
  missing: 'traces of the gateways',
  reason: 'none was read',
  remedy: 'ask X-Ray with --xray, or give saved segments with --traces FILE',
};

/** What is missing of a part that is read only where a flag asks for it; null where it did. */
export function notAsked(snapshot: Snapshot, part: 'rescue.copies' | 'aws.cloudWatch' | 'logs' | 'traces'): Gap | null {
  if (part === 'traces') return snapshot.traces === null ? noTraces : null;
  if (part === 'logs') return snapshot.traffic === null ? noLogs : null;
  if (part === 'aws.cloudWatch') return snapshot.cloudWatch === null ? noCloudWatch : null;
  return snapshot.rescueCopies === null ? noCopies : null;
}
