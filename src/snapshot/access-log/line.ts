/** One line of an access log, as far as it tells. Null: the format does not log it; `-`: logged, and there was none. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number | null;
  readonly method: string | null;
  /** The request target with its query, before any rewrite where the format logs that. */
  readonly path: string | null;
  /** The format cuts the path at a length, and this one reached it. */
  readonly pathCut: boolean;
  readonly protocol: string | null;
  readonly status: number | null;
  /** Response flags as Envoy writes them: `URX,UF`, `-` for none. */
  readonly flag: string | null;
  readonly details: string | null;
  readonly received: number | null;
  readonly sent: number | null;
  readonly durationMs: number | null;
  /** `x-envoy-upstream-service-time`: `-` where no upstream answered. */
  readonly serviceMs: string | null;
  /** How often it was sent to an upstream; 1 also where none could be chosen (seen on 1.40.0). */
  readonly attempts: number | null;
  readonly authority: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly upstream: string | null;
  readonly cluster: string | null;
  readonly route: string | null;
  readonly failure: string | null;
  /** The gateway's own address or port, which tells the listener. */
  readonly local: string | null;
  readonly sni: string | null;
  readonly pod: string | null;
  /** Request headers by lower-case name; `-` is known to be absent. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The fields of a line that hold text as it was logged. */
export type LoggedField = Exclude<keyof LogLine, 'headers' | 'pathCut'>;

/** What a line of Envoy's own log says. */
export type ProcessLineKind = 'stream-closed' | 'config-rejected' | 'secret-not-delivered' | 'other';

/** A line of Envoy's own log. */
export interface ProcessLine {
  readonly kind: ProcessLineKind;
  readonly at: number | null;
  readonly level: string;
  readonly text: string;
}
