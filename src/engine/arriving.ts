import { bytesOf } from '../lib/bytes.ts';
import type { ExplainRequest } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';
import { ended } from '../routing/match/endings.ts';
import { chooseChains } from '../routing/match/filter-chain.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import type { Step } from '../routing/match/steps.ts';
import { isInner } from '../routing/gateway-tables.ts';
import type { Table } from '../routing/table/table.ts';
import type { Way } from './way.ts';

/** The request as it arrives at the gateway's listener, after what stands before it. */
export function arriving(request: ExplainRequest, { port, entry }: Way, table: Table): RoutingRequest {
  const headers = new Map<string, readonly string[] | null>();
  for (const [name, lines] of Object.entries(request.headers)) {
    headers.set(name.toLowerCase(), lines === null ? null : lines.map(bytesOf));
  }
  const host = headers.get('host');
  headers.delete('host');
  if (entry?.through.kind === 'ingress') {
    // Every Ingress controller tells the scheme and address its client used (AWS, nginx and others alike).
    headers.set('x-forwarded-proto', [entry.through.secure ? 'https' : 'http']);
    headers.set('x-forwarded-for', null);
    headers.set('x-forwarded-port', [String(entry.port)]);
  }
  const authority = host?.[0] ?? (request.authority === null ? null : bytesOf(request.authority));
  const tls = entry?.tls === 'ends' ? false : entry?.tls === 'renewed' ? true : request.tls;
  const sni = entry?.tls === 'renewed' ? null : (request.sni ?? (tls === false ? 'absent' : null));
  return {
    port,
    protocol: request.protocol,
    sni: tls === false ? 'absent' : sni,
    tls,
    method: request.method,
    // A log line of App Mesh's first listener shows the host after its rewrite: the client's own is then unknown.
    authority: request.logged && authority !== null && isRewritten(table, authority) ? null : authority,
    target: request.target === null ? null : bytesOf(request.target),
    headers,
    otherHeaders: request.otherHeaders,
  };
}

function isRewritten(table: Table, authority: string): boolean {
  return table.listeners.some(
    (listener) =>
      isInner(listener) &&
      listener.chains.some(({ manager }) => manager?.routes?.hosts.some(({ domains }) => domains.includes(authority))),
  );
}

/** Whether the listener a request arrives at speaks TLS; null where that is not known, or nobody listens. */
export function listenerTls(table: Table, routing: RoutingRequest): boolean | null {
  const [listener, ...others] = table.listeners.filter(({ port }) => port === routing.port);
  if (!listener || others.length > 0) return null;
  const [chain, ...more] = chooseChains(listener, routing).chains;
  return chain && more.length === 0 ? chain.tls : null;
}

/**
 * How a connection ends whose TLS is not what its listener takes, where the way is known: plain bytes to a TLS listener
 * close it (`NR` in the listener's own log), a handshake to a plain one is no HTTP (`DPE`, 400). Seen on 1.40.0.
 */
export function connectionOf(
  table: Table,
  routing: RoutingRequest,
  { entry }: Way,
  trace: ((step: Step) => void) | null,
): Decision | null {
  if (entry === null || routing.tls === null) return null;
  const secure = listenerTls(table, routing);
  const listener = table.listeners.find(({ port }) => port === routing.port);
  if (!listener || secure === null || secure === routing.tls) return null;
  const why = secure
    ? 'the listener takes TLS only, and plain HTTP arrives: the connection is closed without an answer'
    : 'TLS arrives at a listener that speaks plain HTTP: nothing before the gateway ends it';
  const { name, place } = listener;
  const told = { hop: 0, object: name, clause: '', place, refusals: 0 } as const;
  trace?.({ ...told, stage: 'listener', verdict: 'matched', reason: `listens on port ${listener.port}` });
  trace?.({ ...told, stage: 'filter-chain', verdict: 'refused', reason: why });
  const hop = { listener: name, virtualHost: null, route: null, cluster: null, rewrite: null, timeoutMs: null };
  if (secure) return ended('no-filter-chain', [hop], { responseFlag: 'NR', why });
  return ended('rejected', [hop], { status: 400, responseFlag: 'DPE', why });
}
