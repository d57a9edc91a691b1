import type { Gap } from '../../snapshot/coverage.ts';
import type { SourceReport } from '../../snapshot/snapshot.ts';

/** Pods of gateways whose logs are not read. */
export function podsLeft(left: number): readonly Gap[] {
  const missing = `the logs of ${left} more gateway pods`;
  return left === 0 ? [] : [{ missing, reason: 'at most --max-pods are read', remedy: 'give a larger --max-pods' }];
}

/** What a pod's log that could not be read whole leaves unseen. */
export function podLogGap({ name, state, detail }: Pick<SourceReport, 'name' | 'state' | 'detail'>): readonly Gap[] {
  if (state === 'ok') return [];
  const remedy = detail.includes('not allowed:') ? 'meshdoctor rights prints the Role that allows it' : null;
  return [{ missing: name, reason: detail, remedy }];
}
