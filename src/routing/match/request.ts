/**
 * A request as it reaches the gateway, as far as it is known. Text is a string of bytes: one character (U+0000–U+00FF) a byte,
 * UTF-8 encoded before it gets here (`bytesOf` in lib/bytes.ts). `null` is unknown; what is known to be absent says so.
 * Every way an unknown part can send the request through routes is a candidate of its decision; an unknown part is taken
 * to be well formed (no 400 or 307 before routing, no absolute URI), and an unknown header to ask for no upgrade.
 */
export interface RoutingRequest {
  /** The listener's port; null: unknown. */
  readonly port: number | null;
  readonly protocol: 'http1' | 'http2' | 'grpc' | null;
  /** The server name of the TLS handshake; `absent`: no TLS or no name sent; null: unknown. */
  readonly sni: string | 'absent' | null;
  /** Whether the client speaks TLS to the gateway; null: unknown. */
  readonly tls: boolean | null;
  readonly method: string | null;
  /** `Host` or `:authority`; `''` where the request has none. */
  readonly authority: string | null;
  /** The request target as sent: path and query; for CONNECT empty. */
  readonly target: string | null;
  /** Header lines by lower-case name, in order; an empty list: known to be absent; null: unknown. Without pseudo headers and `host`. */
  readonly headers: ReadonlyMap<string, readonly string[] | null>;
  /** What holds for a header that `headers` does not name. */
  readonly otherHeaders: 'absent' | 'unknown';
}
