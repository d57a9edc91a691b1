import type { TrafficClass } from './traffic.ts';

/** What of a class tells its cause. */
export type Ending = Pick<TrafficClass, 'status' | 'flag' | 'details' | 'by' | 'hop' | 'upstream' | 'p50Ms'>;

/**
 * Why requests ended so: by details where they are logged, else by flag and code. Flags and details as Envoy gives them
 * (source/common/stream_info/utility.h; docs: access log, RESPONSE_FLAGS and response code details); the combinations were
 * provoked on 1.40.0.
 */
export function causeOf(ending: Ending): string | null {
  if (ending.status !== 0 && ending.status < 400 && ending.flag === '-') return null;
  const flags = ending.flag === '-' ? [] : ending.flag.split(',');
  const byDetails = fromDetails(ending.details);
  if (byDetails !== null && !flags.includes('NR')) return retried(flags, byDetails);
  for (const flag of flags) {
    const cause = Object.hasOwn(byFlag, flag) ? byFlag[flag] : undefined;
    if (cause) return retried(flags, cause(ending));
  }
  if (flags.includes('URX'))
    return ending.by === 'upstream' ? `${answered(ending)}, retries included` : 'every retry failed';
  return flags.length > 0 ? `response flag ${ending.flag}` : unflagged(ending);
}

function retried(flags: readonly string[], cause: string): string {
  return flags.includes('URX') ? `${cause}; the retries failed too` : cause;
}

function answered({ status, upstream }: Ending): string {
  return `the upstream ${upstream === null ? 'itself' : `${upstream} itself`} answers ${status}`;
}

/** Without a flag an upstream's own error and the gateway's look alike but for what else the line tells. */
function unflagged(ending: Ending): string | null {
  const { status, by } = ending;
  if (status < 400 && status !== 0) return null;
  if (by === 'upstream') return answered(ending);
  if (status === 503) return 'the gateway itself answers 503: overload protection, or an upstream that was not reached';
  if (status === 504) return 'the stream lasted longer than the route lets it (max_stream_duration)';
  if (status === 403) return 'the gateway itself answers 403: an upgrade that is not enabled, or a filter that denies';
  if (status === 400) return 'the gateway refuses the request: no host, or a path that cannot be normalised';
  return `the gateway itself answers ${status}: a direct response or a filter`;
}

const byFlag: Readonly<Record<string, (ending: Ending) => string>> = {
  NR: ({ hop, status }) =>
    status === 404 || status === 200
      ? hop === 'inner'
        ? 'no route inside the gateway: the VirtualService has no router or route that takes it'
        : 'no route of the gateway takes the request'
      : 'no filter chain takes the connection (server name, or plain bytes to a TLS port)',
  NC: () => 'the route names a cluster that the gateway does not hold',
  UH: () => 'no healthy host: none resolves, all fail health checks, or all are ejected',
  UF: () => 'no connection to the upstream: wrong port, no pod listens, TLS that does not fit, or a connect time-out',
  UC: () => 'the upstream closed the connection: it crashed, idles out before the gateway does, or expects TLS',
  UR: () => 'the upstream reset the stream',
  UO: () => 'a circuit breaker is open: more pending requests or connections than the pool allows',
  UT: ({ p50Ms }) =>
    p50Ms !== null && Math.abs(p50Ms - 15_000) < 500
      ? "the upstream took longer than 15 s, App Mesh's default time-out"
      : 'the upstream took longer than the time-out of its route',
  UPE: () => 'the upstream does not speak the protocol it is declared with (http, http2, grpc)',
  DF: () => 'the name of the upstream does not resolve',
  DC: ({ p50Ms }) => `the client left before the answer${p50Ms === null ? '' : `, after ${Math.round(p50Ms)} ms`}`,
  DR: () => 'the client reset the stream',
  DPE: () => 'what arrives is no HTTP that is allowed: TLS or PROXY protocol to a plain port, or a bad header',
  SI: () => 'the stream was idle for longer than allowed',
  RL: () => 'a rate limit',
  RLSE: () => 'the rate limit service failed',
  UAEX: () => 'the external authorization service denies it',
  FI: () => 'an injected fault',
  DI: () => 'an injected delay',
  IH: () => 'a header of Envoy with a value that is not allowed (strict header check)',
  LH: () => 'the local health check failed',
  LR: () => 'the gateway reset the connection',
  UMSDR: () => 'the stream lasted longer than the upstream lets it',
  DT: () => 'the connection lasted longer than allowed',
  NFCF: () => 'the configuration of a filter has not arrived',
  OM: () => 'the overload manager refuses requests',
  DO: () => 'the cluster drops requests (drop_overload)',
  UDO: () => 'the cluster drops every request (drop_overload of 100 %)',
};

const detailed: readonly (readonly [RegExp, string])[] = [
  [/WRONG_VERSION_NUMBER/, 'the gateway speaks TLS to a port that does not'],
  [/CERTIFICATE_VERIFY_FAILED/, "the upstream's certificate is not trusted"],
  [/TLS.*(?:unknown.ca|bad.certificate|certificate.required)/i, "the upstream refuses the gateway's certificate"],
  [/connection_timeout/, 'no connection to the upstream within the connect time-out'],
  [/remote_connection_failure/, 'no connection to the upstream: wrong port, or no pod listens'],
  [/^upstream_reset_\w+\{connection_termination/, 'the upstream closed the connection: it crashed, or expects TLS'],
  [/^upstream_reset_\w+\{protocol_error/, 'the upstream sends what is not its declared protocol'],
  [/^upstream_reset_\w+\{overflow/, 'a circuit breaker is open'],
  [/^upstream_reset_\w+\{remote_reset/, 'the upstream reset the stream'],
  [/^no_healthy_upstream/, 'no healthy host: none resolves, all fail health checks, or all are ejected'],
  [/^cluster_not_found/, 'the route names a cluster that the gateway does not hold'],
  [/^upstream_per_try_timeout/, 'the upstream took longer than one try may'],
  [/^response_timeout/, 'the upstream took longer than the time-out of its route'],
  [/^max_duration_timeout/, 'the stream lasted longer than the route lets it (max_stream_duration)'],
  [/^direct_response/, 'the route itself answers so (direct_response)'],
  [/^overload/, 'overload protection: Envoy stopped accepting requests'],
  [/^upgrade_failed/, 'an upgrade that is not enabled'],
  [/^missing_host_header/, 'the request has no host'],
  [/^path_normalization_failed/, 'a path that cannot be normalised'],
  [/^http1\.codec_error|^http2\./, 'what arrives is no HTTP that is allowed'],
  [/^http1\.headers_too_large|^request_headers_too_large/, 'the request headers are too large'],
  [/^low_version/, 'HTTP/1.0 is not allowed'],
];

function fromDetails(details: string | null): string | null {
  if (details === null) return null;
  return detailed.find(([pattern]) => pattern.test(details))?.[1] ?? null;
}
