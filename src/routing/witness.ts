import { redacted } from '../snapshot/redact.ts';
import type { RoutingRequest } from './match/request.ts';

/** A concrete request that shows a fault, as reports print it. */
export interface Witness {
  readonly method: string;
  /** Scheme, host as the gateway is to see it, path and query; `explain` takes it. */
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly protocol: 'http1' | 'http2' | 'grpc';
  readonly sni: string | null;
  readonly curl: string;
}

/**
 * Writes a request down for people. The curl command connects to the listener's port on this machine, where
 * `kubectl port-forward` puts it, whatever host and port the URL names; null where the request is not wholly known,
 * holds a value that was redacted, or is one that curl cannot send (CONNECT).
 */
export function witnessOf(request: RoutingRequest): Witness | null {
  const { method, target, authority, port } = request;
  if (method === null || method === 'CONNECT' || target === null || authority === null || port === null) return null;
  // A route may ask for a value that was hidden when it was read: whoever sends the placeholder shows nothing.
  const values = [target, authority, ...[...request.headers.values()].flatMap((lines) => lines ?? [])];
  if (values.some((value) => value.includes(redacted))) return null;
  const scheme = request.tls === true ? 'https' : 'http';
  const sni = request.tls === true && request.sni !== null && request.sni !== 'absent' ? request.sni : null;
  const host = textOf(authority);
  const headers: (readonly [string, string])[] = [];
  for (const [name, lines] of request.headers) for (const line of lines ?? []) headers.push([name, textOf(line)]);
  // curl asks for the server name and the host of the URL, and leaves the scheme's own port out of Host.
  const named = sni ?? (host === '' ? 'localhost' : host);
  if (named !== host || host.endsWith(scheme === 'https' ? ':443' : ':80')) headers.unshift(['host', host]);
  const url = `${scheme}://${named}${textOf(target)}`;
  const protocol = request.protocol ?? 'http1';
  return { method, url, headers, protocol, sni, curl: curlOf({ method, url, headers, protocol, port }) };
}

interface Command extends Pick<Witness, 'method' | 'url' | 'headers' | 'protocol'> {
  readonly port: number;
}

function curlOf({ method, url, headers, protocol, port }: Command): string {
  const secure = url.startsWith('https:');
  const version = protocol === 'http1' ? '--http1.1' : secure ? '--http2' : '--http2-prior-knowledge';
  return [
    'curl -i',
    method === 'HEAD' ? '-I' : method === 'GET' ? '' : `-X ${quoted(method)}`,
    protocol === 'http1' && !secure ? '' : version,
    secure ? '-k' : '',
    // Without these curl resolves `..`, and reads brackets as patterns.
    /\/\.|%2e/i.test(url) ? '--path-as-is' : '',
    /[[\]{}]/.test(url) ? '-g' : '',
    `--connect-to ::127.0.0.1:${port}`,
    ...headers.map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
    quoted(url),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A request's text is bytes; people read UTF-8. */
function textOf(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}
