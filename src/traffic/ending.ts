import type { LogLine } from '../snapshot/access-log/line.ts';
import { answeredBy, type LoggedRequest, tellingLine } from './request.ts';

/** How a request ended, in few words. */
export interface ShortEnding {
  /** `none`: without an answer. An upgrade (101) is told with 2xx. */
  readonly class: '2xx' | '3xx' | '4xx' | '5xx' | 'none';
  readonly by: 'gateway' | 'upstream';
  /** Why the gateway could not have it answered; `none` where it could. */
  readonly cause:
    | 'none'
    | 'no-route'
    | 'no-cluster'
    | 'no-healthy-upstream'
    | 'no-connection'
    | 'upstream-reset'
    | 'timeout'
    | 'overflow'
    | 'client-left'
    | 'denied'
    | 'other';
}

/** Response flags (source/common/stream_info/utility.h) by what ended the request; the first that is there tells. */
const byFlag: readonly (readonly [flag: string, ShortEnding['cause']])[] = [
  ['NR', 'no-route'],
  ['NC', 'no-cluster'],
  ['UH', 'no-healthy-upstream'],
  ['UF', 'no-connection'],
  ['DF', 'no-connection'],
  ['UO', 'overflow'],
  ['DO', 'overflow'],
  ['UDO', 'overflow'],
  ['OM', 'overflow'],
  ['UT', 'timeout'],
  ['UMSDR', 'timeout'],
  ['SI', 'timeout'],
  ['DT', 'timeout'],
  ['UC', 'upstream-reset'],
  ['UR', 'upstream-reset'],
  ['UPE', 'upstream-reset'],
  ['LR', 'upstream-reset'],
  ['DC', 'client-left'],
  ['DR', 'client-left'],
  ['RL', 'denied'],
  ['UAEX', 'denied'],
  ['RLSE', 'denied'],
];

/** The ending of a request. */
export function endingOf(request: LoggedRequest): ShortEnding {
  const telling = tellingLine(request);
  const by = answeredBy(telling);
  return { class: classOf(request.outer), by, cause: causeOf(request.outer, telling, by) };
}

function classOf({ status }: LogLine): ShortEnding['class'] {
  if (status === null || status < 100) return 'none';
  const all = { 2: '2xx', 3: '3xx', 4: '4xx', 5: '5xx' } as const;
  return all[Math.max(2, Math.floor(status / 100)) as 2 | 3 | 4 | 5] ?? 'none';
}

function causeOf({ status }: LogLine, { flag }: LogLine, by: ShortEnding['by']): ShortEnding['cause'] {
  const flags = flag === null || flag === '-' ? [] : flag.split(',');
  const known = byFlag.find(([one]) => flags.includes(one));
  if (known) return known[1];
  if (by === 'upstream' || (status !== null && status >= 100 && status < 400)) return 'none';
  return 'other';
}
