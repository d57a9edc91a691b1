import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import {
  type AggregationOption,
  type AggregationTemporality,
  AggregationType,
  InstrumentType,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { OtlpOptions } from './options.ts';
import { temporalityOf } from './prometheus.ts';

/** How an export ended. */
type ExportResult = Parameters<Parameters<PushMetricExporter['export']>[1]>[0];

const minuteMs = 60_000;

class Exporter extends OTLPMetricExporter {
  readonly #report: (line: string) => void;
  #failing = false;

  constructor(url: string, report: (line: string) => void) {
    super({ url, aggregationPreference });
    this.#report = report;
  }

  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return temporalityOf(type);
  }

  override export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    super.export(metrics, (result) => {
      const failed = result.error !== undefined;
      // Sums are cumulative: the next export that gets through tells what this one would have.
      if (failed && !this.#failing) this.#report(`OTLP was not taken (${result.error?.message}); it is told again`);
      if (!failed && this.#failing) this.#report('OTLP is taken again');
      this.#failing = failed;
      done(result);
    });
  }
}

/** Cumulative, with exponential buckets, each minute. */
export function otlpReader(
  { url }: OtlpOptions,
  { mostSeriesOfOne, report }: { readonly mostSeriesOfOne: number; readonly report: (line: string) => void },
): PeriodicExportingMetricReader {
  return new PeriodicExportingMetricReader({
    exporter: new Exporter(url, report),
    exportIntervalMillis: minuteMs,
    exportTimeoutMillis: 30_000,
    cardinalityLimits: { default: mostSeriesOfOne },
  });
}

function aggregationPreference(type: InstrumentType): AggregationOption {
  const histogram = type === InstrumentType.HISTOGRAM;
  return { type: histogram ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT };
}
