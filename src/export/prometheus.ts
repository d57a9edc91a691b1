import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, InstrumentType, MetricReader } from '@opentelemetry/sdk-metrics';
import { instruments } from './catalogue.ts';
import { prometheusStem } from './prometheus-name.ts';

const stems = new Map(instruments.map(({ name }) => [`meshdoctor.${name}`, prometheusStem(name)]));

/** Cumulative, with explicit buckets, asked for by whoever serves `/metrics`. */
export class PrometheusReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer('', false, undefined, true, true);

  constructor(mostSeries: number) {
    super({
      aggregationTemporalitySelector: temporalityOf,
      cardinalitySelector: () => mostSeries,
    });
  }

  async text(): Promise<string> {
    const { resourceMetrics } = await this.collect();
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((metric) => {
        const name = stems.get(metric.descriptor.name) ?? metric.descriptor.name;
        return { ...metric, descriptor: { ...metric.descriptor, name } };
      }),
    }));
    return `${this.#serializer.serialize({ ...resourceMetrics, scopeMetrics }).trimEnd()}\n`;
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

/** Cumulative; but a gauge of which only the values of now are told: the SDK keeps cumulative ones for ever. */
export function temporalityOf(type: InstrumentType): AggregationTemporality {
  return type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
}
