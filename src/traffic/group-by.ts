import type { LogLine } from '../snapshot/access-log/line.ts';
import { clientFamily } from '../snapshot/client-family.ts';
import type { GroupBy } from './traffic.ts';

/** What tells classes apart beside all else; null: nothing. */
export function groupOf({ authority, headers, pod }: LogLine, by: GroupBy): string | null {
  if (by === 'host') return authority?.slice(0, 255) ?? '-';
  if (by === 'client') return clientFamily(headers['user-agent']);
  return by === 'pod' ? (pod?.slice(0, 255) ?? '-') : null;
}
