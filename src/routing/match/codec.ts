import type { Manager } from '../table/table.ts';
import type { RoutingRequest } from './request.ts';

/** A request that Envoy answers before any route is looked at. */
export interface Answered {
  /** Null: the stream is reset without an answer. */
  readonly status: number | null;
  readonly location: string | null;
  readonly why: string;
  /** A gRPC client gets it as such; not where it is given before gRPC is looked at. */
  readonly asGrpc: boolean;
}

/** The methods that the HTTP/1 codec knows (seen on 1.36.2 and 1.40.0; source/common/http/http1/balsa_parser.cc). */
export const knownMethods: ReadonlySet<string> = new Set(
  `ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY OPTIONS PATCH POST
   PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE`.split(
    /\s+/,
  ),
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the codecs refuse
const oddHost = /[\x00-\x20"#/<>?\\^`{|}\x7f-\xff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the codecs refuse
const oddTarget = { http1: /[\x00-\x20\x7f-\xff]/, http2: /[\x00-\x20\x7f]/ };
/** What stands before the `@` of an absolute URI, where there is one. */
const userFits = /^[^"#<>?@[\\\]^`{|}]*$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What the codec refuses; an unknown part, the protocol too, is taken to be well formed. */
export function refusedByCodec(request: RoutingRequest, manager: Manager): Answered | null {
  const { protocol } = request;
  if (protocol === 'http1') return refusedByHttp1(request, manager);
  if (protocol !== null) return refusedByHttp2(request);
  const first = refusedByHttp1(request, manager);
  return first && refusedByHttp2(request) ? first : null;
}

/** What the connection manager refuses before it looks at its options, of a request in origin form. */
export function refusedByManager({ authority, method, target }: RoutingRequest): Answered | null {
  if (authority === '') return manages(400, 'the request has no Host');
  if (target === null || method === 'CONNECT') return null;
  if (target.includes('#')) return manages(400, 'the path holds a fragment (#), which a client must not send');
  return target.startsWith('/') ? null : manages(404, 'the path does not begin with /');
}

function refusedByHttp1(request: RoutingRequest, manager: Manager): Answered | null {
  const { authority, method, target } = request;
  if (method !== null && !(manager.anyMethod ? token.test(method) : knownMethods.has(method))) {
    return codec(400, `"${method}" is no method that the HTTP/1 codec knows; methods are upper case`);
  }
  if (target !== null && oddTarget.http1.test(target)) {
    return codec(400, 'the path holds a blank or a byte that is not ASCII: it must be percent-encoded');
  }
  if (method === 'CONNECT') {
    const fits = authority === null || (/:\d+$/.test(authority) && isUriHost(authority));
    return fits ? null : codec(400, 'CONNECT needs host:port');
  }
  const { request: made, scheme, user } = originForm(request);
  if (scheme !== null) {
    const fits = isUriHost(made.authority ?? '') && userFits.test(user);
    return fits ? null : codec(400, 'the URI of the request line is malformed');
  }
  if (authority !== null && oddHost.test(authority)) return codec(400, 'the host holds a forbidden character');
  const fits = target === null || target.startsWith('/') || (target === '*' && method === 'OPTIONS');
  return fits || authority === '' ? null : codec(400, 'the path does not begin with /');
}

function refusedByHttp2({ authority, method, target }: RoutingRequest): Answered | null {
  const reset = (why: string): Answered => codec(null, `${why}: the stream is reset`);
  if (method !== null && !token.test(method)) return reset(`"${method}" is no method`);
  if (authority !== null && (oddHost.test(authority) || authority.includes('@'))) {
    return reset('the host holds a forbidden character');
  }
  if (method === 'CONNECT' || target === null) return null;
  if (oddTarget.http2.test(target)) return reset('the path holds a blank');
  const fits = target.startsWith('/') || (target === '*' && method === 'OPTIONS');
  return fits ? null : reset('the path does not begin with /');
}

/** A host as the codec's own URI parser takes it, for CONNECT and in absolute URIs. */
function isUriHost(host: string): boolean {
  const port = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d+))?$/.exec(host);
  return port !== null && Number(port[1] ?? 0) < 65_536;
}

function codec(status: number | null, why: string): Answered {
  return { status, location: null, why, asGrpc: false };
}

function manages(status: number, why: string): Answered {
  return { status, location: null, why, asGrpc: true };
}

/** A request without what its request line says beyond path and query. */
interface Origin {
  readonly request: RoutingRequest;
  readonly scheme: string | null;
  readonly user: string;
}

/** An absolute URI in an HTTP/1 request line overrides Host and gives the scheme; who it names before `@` is dropped. */
export function originForm(request: RoutingRequest): Origin {
  const [, scheme, authority, rest] = /^(https?):\/\/([^/?#]+)(.*)$/is.exec(request.target ?? '') ?? [];
  const http2 = request.protocol === 'http2' || request.protocol === 'grpc';
  if (scheme === undefined || authority === undefined || rest === undefined || http2 || request.method === 'CONNECT') {
    return { request, scheme: null, user: '' };
  }
  const at = authority.lastIndexOf('@');
  const made = { ...request, authority: authority.slice(at + 1), target: rest === '' ? '/' : rest };
  return { request: made, scheme: scheme.toLowerCase(), user: authority.slice(0, Math.max(at, 0)) };
}
