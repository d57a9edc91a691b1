import type { ProcessLineKind } from '../snapshot/access-log/line.ts';
import type { Rates } from '../traffic/rates.ts';
import type { TrafficClass } from '../traffic/traffic.ts';

/** A span of time, ISO 8601; null where it is open or not known. */
interface Span {
  readonly from: string | null;
  readonly to: string | null;
}

/** What of a class serves to explain it, and is not printed. */
export type Unprinted = 'example' | 'hop' | 'refs' | 'cluster' | 'otherCluster' | 'contradiction' | 'traceIds';

/** A class of requests as machines read it (docs: `logs`). */
export interface LoggedClass extends Omit<TrafficClass, Unprinted> {
  readonly perMinute: number | null;
  readonly explanation: string | null;
  /** Of a failing class: how many requests of the same method and path were served; null where that tells nothing. */
  readonly served: number | null;
}

/** What `logs` prints as JSON: every member is documented in docs/logs.md. */
export interface LogsDocument {
  readonly schemaVersion: 1;
  /** Every line that was read. */
  readonly lines: number;
  readonly parsed: number;
  readonly unparsed: number;
  /** The form of a few unparsed lines: letters and digits are masked. */
  readonly unparsedSamples: readonly string[];
  readonly processLines: number;
  readonly processKinds: Readonly<Record<ProcessLineKind, number>>;
  /** Lines outside `--since` and `--until`. */
  readonly outside: number;
  readonly requests: number;
  readonly bytes: number;
  readonly window: { readonly asked: Span | null; readonly covered: Span | null };
  readonly byStatusFlag: readonly {
    readonly listener: string | null;
    readonly status: number;
    readonly flag: string;
    readonly count: number;
  }[];
  readonly rates: Rates | null;
  readonly classes: readonly LoggedClass[];
  readonly notes: readonly string[];
  readonly sources: readonly {
    readonly name: string;
    readonly state: 'ok' | 'partial' | 'failed';
    readonly detail: string;
    readonly cost: { readonly calls: number; readonly bytes: number };
  }[];
}
