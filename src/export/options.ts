import type { DimensionsOf, NameOf } from './catalogue.ts';
import type { Profile } from './instrument.ts';

/** Where metrics go and how much of them. */
export interface MetricsOptions {
  /** Name of the cluster: a dimension in CloudWatch, a resource attribute in OTLP; Prometheus adds its own. */
  readonly cluster: string;
  /** Serves `prometheusText`. */
  readonly prometheus: boolean;
  readonly otlp: OtlpOptions | null;
  readonly cloudWatch: CloudWatchExportOptions | null;
  /** Milliseconds after which a state that was not set again is not told any more (five minutes). */
  readonly holdMs?: number;
  /** What went wrong on the way out and what was done, for the log: one line, no secrets. */
  readonly report: (line: string) => void;
}

/** Where OTLP goes to; headers by `OTEL_EXPORTER_OTLP_HEADERS`. */
export interface OtlpOptions {
  /** Such as `http://collector:4318/v1/metrics`. */
  readonly url: string;
  /** Who tells it: of several agents that tell of one gateway each sum is another's (`service.instance.id`). */
  readonly instance: string;
}

/** How CloudWatch is given metrics; region and credentials by the SDK's default chain. */
export interface CloudWatchExportOptions {
  /** `put`: PutMetricData; `emf`: embedded metric format on stdout, which needs no permission of ours. */
  readonly by: 'put' | 'emf';
  readonly profile: Profile;
  readonly namespace?: string;
  /** Of each gateway this many routes have their own series (20); the others are `other`. */
  readonly topRoutes?: number;
  /** Never more series of this agent than this in an hour (2,000). */
  readonly maxSeries?: number;
  /** Where minutes wait that CloudWatch does not take; null: they wait in memory, at most ten of them. */
  readonly spoolFolder: string | null;
  /** The spool never takes more (64 MiB). */
  readonly spoolBytes?: number;
  /** Milliseconds after which a call to CloudWatch, its own retries included, counts as failed (10,000). */
  readonly callMs?: number;
}

/** Where the agent says what it measured. Nothing here throws, and nothing waits but `flush`, `stop` and the text. */
export interface Metrics {
  add<N extends NameOf<'counter'>>(instrument: N, value: number, dimensions: DimensionsOf<N>): void;
  /** Holds until it is set again, is taken back, or `holdMs` have passed. */
  set<N extends NameOf<'gauge'>>(instrument: N, value: number, dimensions: DimensionsOf<N>): void;
  /** Takes a gauge back: its object is gone. */
  unset<N extends NameOf<'gauge'>>(instrument: N, dimensions: DimensionsOf<N>): void;
  record<N extends NameOf<'histogram'>>(instrument: N, value: number, dimensions: DimensionsOf<N>): void;
  /** The text of `/metrics`; empty where Prometheus is off. */
  prometheusText(): Promise<string>;
  /** Sends what there is now. */
  flush(): Promise<void>;
  /** Sends what there is, keeps in the spool what is not taken, and ends. */
  stop(): Promise<void>;
}
