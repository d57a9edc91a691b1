import type { LoggedField } from '../../snapshot/access-log/line.ts';

/** A command operator of a format: `%REQ(X?Y):Z%`. */
export interface Operator {
  readonly name: string;
  readonly argument: string | null;
  /** `:Z`: the value is cut after so many characters. */
  readonly most: number | null;
}

/** What an operator tells: a field, a request header, or nothing that is used. */
export type Meaning = { readonly field: LoggedField } | { readonly header: string } | null;

/** Docs: configuration/observability/access_log/usage, "Command Operators". What is not here only delimits. */
const fields: Readonly<Record<string, LoggedField>> = {
  START_TIME: 'at',
  PROTOCOL: 'protocol',
  RESPONSE_CODE: 'status',
  RESPONSE_CODE_DETAILS: 'details',
  RESPONSE_FLAGS: 'flag',
  RESPONSE_FLAGS_LONG: 'flag',
  BYTES_RECEIVED: 'received',
  BYTES_SENT: 'sent',
  DURATION: 'durationMs',
  PATH: 'path',
  UPSTREAM_REQUEST_ATTEMPT_COUNT: 'attempts',
  UPSTREAM_HOST: 'upstream',
  UPSTREAM_REMOTE_ADDRESS: 'upstream',
  UPSTREAM_CLUSTER: 'cluster',
  UPSTREAM_CLUSTER_RAW: 'cluster',
  ROUTE_NAME: 'route',
  UPSTREAM_TRANSPORT_FAILURE_REASON: 'failure',
  DOWNSTREAM_LOCAL_ADDRESS: 'local',
  DOWNSTREAM_LOCAL_PORT: 'local',
  REQUESTED_SERVER_NAME: 'sni',
  TRACE_ID: 'traceId',
  HOSTNAME: 'pod',
};

const requestFields: Readonly<Record<string, LoggedField>> = {
  ':method': 'method',
  ':path': 'path',
  'x-envoy-original-path': 'path',
  ':authority': 'authority',
  host: 'authority',
  'x-request-id': 'requestId',
  'x-amzn-trace-id': 'traceId',
};

/** What an operator's value means. */
export function meaningOf({ name, argument }: Operator): Meaning {
  if (name === 'REQ' || name === 'REQ_WITHOUT_QUERY' || name === 'REQUEST_HEADER')
    return requestMeaning(argument ?? '');
  if (name === 'RESP' && /^x-envoy-upstream-service-time(\?|$)/i.test(argument ?? '')) return { field: 'serviceMs' };
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return field === undefined ? null : { field };
}

function requestMeaning(argument: string): Meaning {
  const [header = '', other] = argument.toLowerCase().split('?');
  const field = Object.hasOwn(requestFields, header) ? requestFields[header] : undefined;
  if (field !== undefined) return { field };
  // Of `X?Y` the line does not tell which of the two it shows.
  return other === undefined && header !== '' && !header.startsWith(':') ? { header } : null;
}

/** RESPONSE_FLAGS_LONG by its names (source/common/stream_info/utility.h of Envoy). */
const longFlags: Readonly<Record<string, string>> = {
  FailedLocalHealthCheck: 'LH',
  NoHealthyUpstream: 'UH',
  UpstreamRequestTimeout: 'UT',
  LocalReset: 'LR',
  UpstreamRemoteReset: 'UR',
  UpstreamConnectionFailure: 'UF',
  UpstreamConnectionTermination: 'UC',
  UpstreamOverflow: 'UO',
  NoRouteFound: 'NR',
  DelayInjected: 'DI',
  FaultInjected: 'FI',
  RateLimited: 'RL',
  UnauthorizedExternalService: 'UAEX',
  RateLimitServiceError: 'RLSE',
  DownstreamConnectionTermination: 'DC',
  UpstreamRetryLimitExceeded: 'URX',
  StreamIdleTimeout: 'SI',
  InvalidEnvoyRequestHeaders: 'IH',
  DownstreamProtocolError: 'DPE',
  UpstreamMaxStreamDurationReached: 'UMSDR',
  ResponseFromCacheFilter: 'RFCF',
  NoFilterConfigFound: 'NFCF',
  DurationTimeout: 'DT',
  UpstreamProtocolError: 'UPE',
  NoClusterFound: 'NC',
  OverloadManagerTerminated: 'OM',
  DnsResolutionFailed: 'DF',
  DropOverload: 'DO',
  DownstreamRemoteReset: 'DR',
  UnconditionalDropOverload: 'UDO',
};

/** Response flags in their short form. */
export function shortFlags(text: string): string {
  if (!/[a-z]/.test(text)) return text;
  return text
    .split(',')
    .map((flag) => (Object.hasOwn(longFlags, flag) ? (longFlags[flag] ?? flag) : flag))
    .join(',');
}
