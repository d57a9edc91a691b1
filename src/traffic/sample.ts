import type { LogLine } from '../snapshot/access-log/line.ts';
import { pathShape } from '../snapshot/path-shape.ts';
import type { LoggedRequest } from './request.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A request in one line, without client, query or anything else personal; Envoy's own random request id leads back to the log. */
export function sampleOf({ outer, inner }: LoggedRequest): string {
  const time = outer.at === null ? '' : `${new Date(Math.min(outer.at, 8.64e15)).toISOString()} `;
  const path = outer.path === null ? '-' : pathShape(outer.path);
  const ends = [outer, inner].flatMap((line) => (line ? [`${line.status ?? '-'} ${line.flag ?? '-'}`] : []));
  const id = outer.requestId !== null && uuid.test(outer.requestId) ? ` ${outer.requestId}` : '';
  return `${time}${outer.method ?? '-'} ${path} ${ends.join(', inside the gateway ')}${id}`;
}

const longest = 2_048;

/** A copy that keeps neither the line it was read from nor long values in memory. */
export function withoutExcess({ outer, inner }: LoggedRequest): LoggedRequest | null {
  if ((outer.path?.length ?? 0) > longest) return null;
  return { outer: copied(outer), inner: inner && copied(inner) };
}

function copied(line: LogLine): LogLine {
  const text = JSON.stringify(line, (_, value: unknown) =>
    typeof value === 'string' ? value.slice(0, longest) : value,
  );
  const parsed: LogLine = JSON.parse(text);
  return parsed;
}
