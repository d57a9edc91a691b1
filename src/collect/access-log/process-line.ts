import type { ProcessLine, ProcessLineKind } from '../../snapshot/access-log/line.ts';

/** Envoy's default `--log-format`: `[%Y-%m-%d %T.%e][%t][%l][%n] …` (docs: operations/cli). */
const head = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{1,6})\]\[\d+\]\[(trace|debug|info|warning|error|critical)\]\[/;

/**
 * What the lines that tell of configuration say, as Envoy words them
 * (source/extensions/config_subscription/grpc/grpc_stream.h and grpc_subscription_impl.cc, source/common/secret/sds_api.cc).
 */
const kinds: readonly (readonly [RegExp, ProcessLineKind])[] = [
  [/gRPC config stream (?:to \S+ )?closed/, 'stream-closed'],
  [/initial fetch timed? ?out for \S*Secret\b/i, 'secret-not-delivered'],
  [/(?:secret|sds\b|SDS\b).*(?:not|fail|timed out|timeout|missing|rejected|unavailable)/i, 'secret-not-delivered'],
  [/gRPC config(?: for \S+)? (?:update )?rejected|config rejected|update rejected/, 'config-rejected'],
];

/** A line of Envoy's own log; null where it is none. */
export function readProcessLine(line: string): ProcessLine | null {
  if (line.charCodeAt(0) !== 0x5b || line.charCodeAt(11) !== 0x20) return null;
  const match = head.exec(line);
  if (!match) return null;
  const time = Date.parse(`${(match[1] ?? '').replace(' ', 'T').replace(',', '.')}Z`);
  const kind = kinds.find(([pattern]) => pattern.test(line))?.[1] ?? 'other';
  return { kind, at: Number.isNaN(time) ? null : time, level: match[2] ?? '', text: line };
}
