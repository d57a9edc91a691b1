/** What a connection manager makes of the host before virtual hosts see it (source/common/http/header_utility.cc of Envoy). */

/** Where the port's `:` stands in `host:port` or `[::1]:port`; -1: no port. */
export function portStart(host: string): number {
  const colon = host.lastIndexOf(':');
  const bracket = host.lastIndexOf(']');
  if (colon < 0 || (bracket >= 0 && bracket > colon)) return -1;
  return colon + 1 > host.length ? -1 : colon;
}

/** Strips a numeric port: whichever it is, or only this one. */
export function stripPort(host: string, only: number | null): string {
  const at = portStart(host);
  if (at < 0) return host;
  const port = host.slice(at + 1);
  if (!/^\s*[+]?\d+\s*$/.test(port)) return host;
  return only !== null && Number(port) !== only ? host : host.slice(0, at);
}

/** Strips the trailing dot of a host name, at its end or right before a port (HeaderUtility::stripTrailingHostDot). */
export function stripTrailingDot(host: string): string {
  const dot = host.lastIndexOf('.');
  const behind = host.charAt(dot + 1);
  return dot >= 0 && (behind === '' || behind === ':') ? host.slice(0, dot) + host.slice(dot + 1) : host;
}
