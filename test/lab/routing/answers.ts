import { METHODS } from 'node:http';
import { bytesOf } from '../../../src/lib/bytes.ts';
import type { Decision } from '../../../src/routing/match/decision.ts';
import { splitTarget } from '../../../src/routing/match/path.ts';
import type { RoutingRequest } from '../../../src/routing/match/request.ts';
import type { WireRequest } from './requests.ts';

/** What a client and an upstream see of a request. */
export interface Answer {
  /** 0: the connection or stream was closed without an answer. */
  readonly status: number;
  readonly grpcStatus: number | null;
  /** The name of the route, where one answered. */
  readonly verdict: string | null;
  readonly location: string | null;
  /** What the upstream got: the path, the host, and how long the gateway waits for it (null: for ever). */
  readonly path: string | null;
  readonly host: string | null;
  readonly timeout: number | null;
}

/** A wire request as routing takes it. */
export function toRouting(request: WireRequest, port: number): RoutingRequest {
  const { method, host, target, protocol, tls, sni } = request;
  const headers = new Map<string, string[]>();
  for (const [name, value] of request.headers) {
    const key = name.toLowerCase();
    // The HTTP/1 codec trims blanks around a value.
    const seen = value.replace(/^[ \t]+|[ \t]+$/g, '');
    headers.set(key, [...(headers.get(key) ?? []), bytesOf(seen)]);
  }
  return {
    port,
    protocol,
    sni: tls && sni !== null ? sni : 'absent',
    tls,
    method,
    authority: host,
    target: bytesOf(target),
    headers,
    otherHeaders: 'absent',
  };
}

/** What our decision says the client and the upstream should see; null: undecided. */
export function expected(decision: Decision, request: WireRequest): Answer | null {
  const hop = decision.hops.at(-1);
  const nothing = {
    location: null,
    path: null,
    host: null,
    timeout: null,
    grpcStatus: decision.grpcStatus,
    status: decision.status ?? 0,
    verdict: hop?.route?.name ?? null,
  };
  switch (decision.outcome) {
    case 'undecided':
      return null;
    case 'redirect':
    case 'direct-response':
      return { ...nothing, location: decision.location };
    case 'forward': {
      // The upstream, of Node, refuses methods that it does not know.
      if (!METHODS.includes(request.method)) return { ...nothing, status: 400 };
      const [, query] = splitTarget(request.target);
      const path = `${hop?.rewrite?.path}${query}`;
      return { ...nothing, status: 200, path, host: hop?.rewrite?.host ?? null, timeout: hop?.timeoutMs || null };
    }
    default:
      return { ...nothing, verdict: null };
  }
}

/** What a decision is worth beside the real answer; `filtered`: rightly left open because of the planted filter. */
export function judged(
  decision: Decision,
  request: WireRequest,
  real: Answer,
): 'right' | 'filtered' | 'open' | 'wrong' {
  const ours = expected(decision, request);
  if (ours) return agrees(ours, real) ? 'right' : 'wrong';
  if (!decision.why?.includes('planted.fault')) return 'open';
  // The planted filter aborts every request that it may: 418, or 200 with a grpc-status.
  return real.status === 418 || (real.status === 200 && real.grpcStatus !== null) ? 'filtered' : 'wrong';
}

/** True when Envoy answered as we said; of answers that no route gave, the status counts. */
function agrees(ours: Answer, real: Answer): boolean {
  if (ours.status !== real.status || ours.grpcStatus !== real.grpcStatus) return false;
  if (ours.verdict !== null && ours.verdict !== real.verdict) return false;
  if (ours.location !== real.location) return false;
  return ours.path === null || (ours.path === real.path && ours.host === real.host && ours.timeout === real.timeout);
}
