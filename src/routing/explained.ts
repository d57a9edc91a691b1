import type { Decision } from './match/decision.ts';
import type { Step } from './match/steps.ts';
import type { Grade } from './translate/translation.ts';

/** A request to explain, as a person gave it. Text is text; what is not known is null. */
export interface ExplainRequest {
  readonly id: string | null;
  readonly method: string | null;
  readonly url: string;
  /** Host, with its port where the URL writes one that is not the scheme's own. */
  readonly authority: string | null;
  readonly target: string | null;
  readonly headers: Readonly<Record<string, readonly string[] | null>>;
  readonly otherHeaders: 'absent' | 'unknown';
  /** The listener's port; null: to be found from the URL's. */
  readonly port: number | null;
  readonly urlPort: number;
  readonly protocol: 'http1' | 'http2' | 'grpc' | null;
  readonly sni: string | null;
  readonly tls: boolean | null;
  /** What a log line says was answered. */
  readonly logged: { readonly status: number; readonly flag: string } | null;
  /** Any fields of the decision that are expected. */
  readonly expect: Readonly<Record<string, unknown>> | null;
}

/** A request explained. */
export interface Explained {
  readonly id: string | null;
  readonly method: string | null;
  readonly url: string;
  readonly decision: Decision;
  /** What the objects ask for, where an Envoy decided and there are objects. */
  readonly desired: Decision | null;
  /** The fields in which the two differ. */
  readonly differs: readonly string[];
  /** The objects behind routes, by `document pointer` of the route. */
  readonly objects: Readonly<
    Record<
      string,
      {
        readonly object: string;
        readonly file: string | null;
        readonly line: number | null;
        readonly grade: Grade;
        readonly notes: readonly string[];
      }
    >
  >;
  readonly steps: readonly Step[];
  readonly by: {
    readonly gateway: string;
    /** Null: no Envoy was read, and the table is the one App Mesh would have pushed. */
    readonly envoy: string | null;
    readonly version: string;
    readonly versionKnown: boolean;
  };
  /** How the listener's port was found; empty where it was asked for. */
  readonly port: string;
  readonly endpoints: readonly {
    readonly cluster: string;
    /** False where the Envoy told of no such cluster. */
    readonly known: boolean;
    readonly hosts: readonly { readonly address: string; readonly failures: readonly string[] }[];
  }[];
  readonly faults: readonly { readonly document: string; readonly pointer: string; readonly message: string }[];
}
