import type { LogLine } from '../../snapshot/access-log/line.ts';
import { clientFamily } from '../../snapshot/client-family.ts';
import { pathShape } from '../../snapshot/path-shape.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * A line as it enters a bundle: JSON by the usual names, with the shape of its path, the family of its client, no address of a
 * client and no other header. Envoy's own random request id stays: it joins the two lines of a request.
 */
export function redactedLine(line: LogLine): string {
  const { at, method, path, protocol, status, flag, details, received, sent, durationMs, serviceMs, attempts } = line;
  const { authority, requestId, upstream, cluster, route, pod, headers } = line;
  const agent = headers['user-agent'];
  const told = {
    start_time: at === null || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString(),
    method,
    path: path === null || path === '-' ? path : pathShape(path),
    protocol,
    response_code: status,
    response_flags: flag,
    response_code_details: details,
    bytes_received: received,
    bytes_sent: sent,
    duration: durationMs,
    upstream_service_time: serviceMs,
    upstream_request_attempt_count: attempts,
    authority,
    request_id: requestId !== null && (requestId === '-' || uuid.test(requestId)) ? requestId : null,
    upstream_host: upstream,
    upstream_cluster: cluster,
    route_name: route,
    user_agent: agent === undefined ? null : clientFamily(agent),
    pod,
  };
  return JSON.stringify(Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null)));
}
