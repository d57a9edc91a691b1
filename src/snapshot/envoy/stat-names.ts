/**
 * Which counters and gauges a snapshot keeps. An Envoy with 10,000 clusters says 1.3 million; what rules can use is a small part.
 * Kept is every stat outside the four families that grow with the configuration, and of those families what is named here.
 */
const families = ['cluster.', 'vhost.', 'listener.', 'http.'] as const;

/** The last segment of the name, for stats of `cluster.<name>.`, `vhost.<name>.vcluster.<name>.` and filters below them. */
const lastSegments: ReadonlySet<string> = new Set([
  'upstream_cx_connect_fail',
  'upstream_cx_connect_timeout',
  'upstream_cx_total',
  'upstream_cx_active',
  'upstream_cx_overflow',
  'upstream_cx_none_healthy',
  'upstream_cx_destroy_remote_with_active_rq',
  'upstream_cx_destroy_local_with_active_rq',
  'upstream_cx_protocol_error',
  'upstream_cx_max_requests',
  'upstream_cx_idle_timeout',
  'upstream_rq_total',
  'upstream_rq_active',
  'upstream_rq_completed',
  'upstream_rq_pending_active',
  'upstream_rq_pending_total',
  'upstream_rq_pending_overflow',
  'upstream_rq_pending_failure_eject',
  'upstream_rq_timeout',
  'upstream_rq_per_try_timeout',
  'upstream_rq_max_duration_reached',
  'upstream_rq_cancelled',
  'upstream_rq_maintenance_mode',
  'upstream_rq_rx_reset',
  'upstream_rq_tx_reset',
  'bind_errors',
  'warming_state',
  'version',
  'ejections_active',
  'ejections_total',
  'ejections_enforced_total',
  'no_route',
  'no_cluster',
  'no_filter_chain_match',
  'rq_direct_response',
  'rq_redirect',
  'rq_total',
  'rq_reset_after_downstream_response_started',
  'config_reload',
  'assignment_stale',
  'assignment_timeout_received',
  'connected_state',
]);

/** Families of last segments: retries, response codes and classes, membership, updates, and what comes in from downstream. */
const segmentPrefixes = [
  'upstream_rq_retry',
  'membership_',
  'update_',
  'init_fetch_timeout',
  'downstream_cx_',
  'downstream_rq_',
  'downstream_pre_cx_',
  'downstream_listener_filter_',
  'downstream_global_cx_overflow',
  'lb_healthy_panic',
] as const;

/** `upstream_rq_503`, `upstream_rq_5xx`. */
const responseCode = /^upstream_rq_\d(\d\d|xx)$/;

/** Parts of a name whose every stat is kept: limits reached, TLS, active health checks. */
const insides = [
  '.circuit_breakers.default.',
  '.ssl.',
  '.health_check.',
  '.client_ssl_socket_factory.',
  '.server_ssl_socket_factory.',
] as const;

/** True for a counter or gauge that a snapshot keeps. */
export function isKeptStat(name: string): boolean {
  if (!families.some((family) => name.startsWith(family))) return true;
  return isKeptSegment(name.slice(name.lastIndexOf('.') + 1)) || insides.some((part) => name.includes(part));
}

function isKeptSegment(last: string): boolean {
  if (lastSegments.has(last)) return true;
  if (segmentPrefixes.some((prefix) => last.startsWith(prefix))) return true;
  return last.startsWith('upstream_rq_') && responseCode.test(last);
}
