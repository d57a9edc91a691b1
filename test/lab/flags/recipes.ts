import type { JsonObject } from '../../../src/lib/json.ts';
import { makeCertificate, shared } from '../routing/certificate.ts';
import type { Behaviour } from '../upstreams.ts';

/** How one ending of a request is provoked in an Envoy, and what must be told of it. */
export interface Recipe {
  /** The upstream behind its cluster; null: nobody listens there; `none`: the cluster has no host. */
  readonly upstream?: Behaviour | null | 'none';
  readonly cluster?: JsonObject;
  /** Its action and what stands beside it; absent: it is forwarded. */
  readonly route?: JsonObject;
  /** Bytes a client sends, one connection each; absent: a GET of the recipe's own path. */
  readonly sends?: readonly string[];
  /** The listener it arrives at; absent: the plain one. */
  readonly to?: 'tls';
  /** The path its line has; absent: `/` and its name. */
  readonly path?: string;
  /** Milliseconds after which the client leaves; absent: it waits. */
  readonly leavesAfter?: number;
  readonly status: number;
  readonly flag: string;
  readonly by: 'gateway' | 'upstream';
  /** Of the cause where Envoy's details are logged; null: there is nothing to explain. */
  readonly cause: RegExp | null;
  /** The same of a line in Envoy's default format, which has no details. */
  readonly causeOfDefault: RegExp | null;
}

const type = 'type.googleapis.com/envoy.extensions';
const all = { default_value: { numerator: 100 } };
const retries = (of: JsonObject): JsonObject => ({
  retry_policy: { retry_back_off: { base_interval: '0.001s' }, ...of },
});
const speaksTls = (context: JsonObject = {}): JsonObject => ({
  transport_socket: {
    name: 'tls',
    typed_config: { '@type': `${type}.transport_sockets.tls.v3.UpstreamTlsContext`, ...context },
  },
});
const other = makeCertificate('other.test');
const trustsAnother = speaksTls({
  common_tls_context: { validation_context: { trusted_ca: { inline_string: other.certificate } } },
});
const http2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': `${type}.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};
const filter = (name: string, kind: string, config: JsonObject): JsonObject => ({
  typed_per_filter_config: { [`envoy.filters.http.${name}`]: { '@type': `${type}.filters.http.${kind}`, ...config } },
});
const fault = (config: JsonObject): JsonObject => filter('fault', 'fault.v3.HTTPFault', config);
const certain = { percentage: { numerator: 100 } };
const echo: Behaviour = { kind: 'echo' };
const sick: Behaviour = { kind: 'status', status: 503 };
const slow: Behaviour = { kind: 'slow', ms: 2_000 };
const tls: Behaviour = { kind: 'tls', key: shared.key, cert: shared.certificate };
const get = (path: string, ...headers: readonly string[]): string =>
  `${[`GET ${path} HTTP/1.1`, 'host: shop.test', ...headers].join('\r\n')}\r\n\r\n`;
const gateway = { by: 'gateway' } as const;
const headerTooLong = 'x'.repeat(70_000);

/** By the path that provokes it. Facts: Envoy's access log documentation (RESPONSE_FLAGS, response code details). */
export const recipes: Readonly<Record<string, Recipe>> = {
  fine: { upstream: echo, status: 200, flag: '-', by: 'upstream', cause: null, causeOfDefault: null },
  sick: {
    upstream: sick,
    status: 503,
    flag: '-',
    by: 'upstream',
    cause: /itself answers 503/,
    causeOfDefault: /itself answers 503/,
  },
  'no-cluster': {
    route: { route: { cluster: 'gone' } },
    ...{ status: 503, flag: 'NC', ...gateway, cause: /cluster/, causeOfDefault: /cluster/ },
  },
  'no-host': {
    upstream: 'none',
    status: 503,
    flag: 'UH',
    ...gateway,
    cause: /no healthy host/,
    causeOfDefault: /no healthy host/,
  },
  refused: {
    upstream: null,
    status: 503,
    flag: 'UF',
    ...gateway,
    cause: /no pod listens/,
    causeOfDefault: /no connection to the upstream/,
  },
  'tls-to-plain': {
    upstream: echo,
    cluster: speaksTls(),
    ...{
      status: 503,
      flag: 'UF',
      ...gateway,
      cause: /speaks TLS to a port that does not/,
      causeOfDefault: /no connection/,
    },
  },
  'wrong-ca': {
    upstream: tls,
    cluster: trustsAnother,
    ...{ status: 503, flag: 'UF', ...gateway, cause: /certificate is not trusted/, causeOfDefault: /no connection/ },
  },
  'silent-handshake': {
    upstream: { kind: 'raw', bytes: '', after: 'stays' },
    cluster: { ...speaksTls(), connect_timeout: '0.3s' },
    ...{ status: 503, flag: 'UF', ...gateway, cause: /connect time-out/, causeOfDefault: /no connection/ },
  },
  closes: {
    upstream: { kind: 'close-after-read' },
    status: 503,
    flag: 'UC',
    ...gateway,
    cause: /closed the connection/,
    causeOfDefault: /closed the connection/,
  },
  'plain-to-tls': {
    upstream: tls,
    status: 503,
    flag: 'UC',
    ...gateway,
    cause: /expects TLS/,
    causeOfDefault: /expects TLS/,
  },
  garbage: {
    upstream: { kind: 'raw', bytes: 'NO HTTP\r\n\r\n', after: 'closes' },
    ...{
      status: 502,
      flag: 'UPE',
      ...gateway,
      cause: /declared protocol/,
      causeOfDefault: /does not speak the protocol/,
    },
  },
  'cut-short': {
    upstream: { kind: 'raw', bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nhalf', after: 'closes' },
    ...{
      status: 200,
      flag: 'UPE',
      by: 'gateway',
      cause: /declared protocol/,
      causeOfDefault: /does not speak the protocol/,
    },
  },
  resets: {
    upstream: { kind: 'h2-resets' },
    cluster: http2,
    status: 503,
    flag: 'UR',
    ...gateway,
    cause: /reset the stream/,
    causeOfDefault: /reset the stream/,
  },
  full: {
    upstream: echo,
    cluster: { circuit_breakers: { thresholds: [{ max_pending_requests: 0 }] } },
    ...{ status: 503, flag: 'UO', ...gateway, cause: /circuit breaker/, causeOfDefault: /circuit breaker/ },
  },
  late: {
    upstream: slow,
    route: { route: { timeout: '0.3s' } },
    ...{ status: 504, flag: 'UT', ...gateway, cause: /time-out of its route/, causeOfDefault: /time-out of its route/ },
  },
  'late-again': {
    upstream: slow,
    route: { route: retries({ retry_on: '5xx', num_retries: 1, per_try_timeout: '0.2s' }) },
    ...{
      status: 504,
      flag: 'URX,UT',
      ...gateway,
      cause: /one try may; the retries failed/,
      causeOfDefault: /the retries failed too/,
    },
  },
  'refused-again': {
    upstream: null,
    route: { route: retries({ retry_on: 'connect-failure', num_retries: 2 }) },
    ...{
      status: 503,
      flag: 'URX,UF',
      ...gateway,
      cause: /the retries failed too/,
      causeOfDefault: /the retries failed too/,
    },
  },
  'sick-again': {
    upstream: sick,
    route: { route: retries({ retry_on: '5xx', num_retries: 2 }) },
    ...{
      status: 503,
      flag: 'URX',
      by: 'upstream',
      cause: /answers 503, retries included/,
      causeOfDefault: /answers 503, retries included/,
    },
  },
  impatient: {
    upstream: slow,
    leavesAfter: 150,
    ...{ status: 0, flag: 'DC', by: 'gateway', cause: /client left/, causeOfDefault: /client left/ },
  },
  limited: {
    upstream: echo,
    route: filter('local_ratelimit', 'local_ratelimit.v3.LocalRateLimit', {
      stat_prefix: 'limited',
      token_bucket: { max_tokens: 1, tokens_per_fill: 1, fill_interval: '3600s' },
      ...{ filter_enabled: all, filter_enforced: all },
    }),
    sends: [get('/limited'), get('/limited')],
    ...{ status: 429, flag: 'RL', ...gateway, cause: /rate limit/, causeOfDefault: /rate limit/ },
  },
  aborted: {
    upstream: echo,
    route: fault({ abort: { http_status: 418, ...certain } }),
    ...{ status: 418, flag: 'FI', ...gateway, cause: /injected fault/, causeOfDefault: /injected fault/ },
  },
  delayed: {
    upstream: echo,
    route: fault({ delay: { fixed_delay: '0.1s', ...certain } }),
    ...{ status: 200, flag: 'DI', by: 'upstream', cause: /injected delay/, causeOfDefault: /injected delay/ },
  },
  denied: {
    upstream: echo,
    route: filter('ext_authz', 'ext_authz.v3.ExtAuthzPerRoute', { check_settings: {} }),
    ...{ status: 403, flag: 'UAEX', ...gateway, cause: /authorization/, causeOfDefault: /authorization/ },
  },
  'odd-header': {
    upstream: echo,
    sends: [get('/odd-header', 'x-envoy-upstream-rq-timeout-ms: abc')],
    ...{ status: 400, flag: 'IH', ...gateway, cause: /header of Envoy/, causeOfDefault: /header of Envoy/ },
  },
  stalls: {
    upstream: { kind: 'raw', bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n', after: 'stays' },
    route: { route: { timeout: '0s', idle_timeout: '0.4s' } },
    ...{ status: 200, flag: 'SI', ...gateway, cause: /idle/, causeOfDefault: /idle/ },
  },
  dropped: {
    upstream: echo,
    cluster: { drops: 100 },
    ...{ status: 503, flag: 'UDO', ...gateway, cause: /drops every request/, causeOfDefault: /drops every request/ },
  },
  'too-long': {
    upstream: slow,
    route: { route: { timeout: '0s', max_stream_duration: { max_stream_duration: '0.3s' } } },
    ...{ status: 504, flag: '-', ...gateway, cause: /max_stream_duration/, causeOfDefault: /max_stream_duration/ },
  },
  upgrades: {
    upstream: echo,
    sends: [get('/upgrades', 'connection: upgrade', 'upgrade: spdy')],
    ...{
      status: 403,
      flag: '-',
      ...gateway,
      cause: /upgrade that is not enabled/,
      causeOfDefault: /upgrade that is not enabled/,
    },
  },
  maintained: {
    route: { direct_response: { status: 503 } },
    ...{
      status: 503,
      flag: '-',
      ...gateway,
      cause: /direct_response/,
      causeOfDefault: /the gateway itself answers 503/,
    },
  },
  nowhere: {
    sends: [get('/else')],
    path: '/else',
    status: 404,
    flag: 'NR',
    ...gateway,
    cause: /no route/,
    causeOfDefault: /no route/,
  },
  'no-http': {
    sends: ['GARBAGE\r\n\r\n'],
    path: '-',
    status: 400,
    flag: 'DPE',
    ...gateway,
    cause: /no HTTP that is allowed/,
    causeOfDefault: /no HTTP that is allowed/,
  },
  'long-header': {
    sends: [get('/fine', `x-long: ${headerTooLong}`)],
    path: '-',
    ...{
      status: 431,
      flag: 'DPE',
      ...gateway,
      cause: /headers are too large/,
      causeOfDefault: /no HTTP that is allowed/,
    },
  },
  'no-name': {
    sends: ['GET /fine HTTP/1.1\r\n\r\n'],
    path: '/fine',
    ...{ status: 400, flag: '-', ...gateway, cause: /no host/, causeOfDefault: /no host/ },
  },
  'no-chain': {
    to: 'tls',
    path: '-',
    ...{ status: 0, flag: 'NR', ...gateway, cause: /no filter chain/, causeOfDefault: /no filter chain/ },
  },
};

/** Of an Envoy that takes no more requests. */
export const overloaded: Readonly<Record<string, Recipe>> = {
  overloaded: {
    upstream: echo,
    ...{ status: 503, flag: '-', ...gateway, cause: /overload/, causeOfDefault: /overload/ },
  },
};

/** The part of a bootstrap that makes an Envoy so: its heap is larger than it may be from the start. */
export const overload: JsonObject = {
  overload_manager: {
    refresh_interval: '0.1s',
    resource_monitors: [
      {
        name: 'envoy.resource_monitors.fixed_heap',
        typed_config: {
          '@type': `${type}.resource_monitors.fixed_heap.v3.FixedHeapConfig`,
          max_heap_size_bytes: 1_000,
        },
      },
    ],
    actions: [
      {
        name: 'envoy.overload_actions.stop_accepting_requests',
        triggers: [{ name: 'envoy.resource_monitors.fixed_heap', threshold: { value: 0.9 } }],
      },
    ],
  },
};
