import { metrics } from '@opentelemetry/api';
import { NodeSDK, resources } from '@opentelemetry/sdk-node';
import type { Metrics, MetricsOptions } from './options.ts';
import { PrometheusReader } from './prometheus.ts';
import { Recorder } from './recorder.ts';

/** No reader keeps more series of one instrument; the SDK sums the rest under `otel.metric.overflow`. */
const mostSeriesOfOne = 20_000;

/** Starts OpenTelemetry with one reader for each way out; one at a time in a process. */
export async function startSpine(options: MetricsOptions): Promise<Metrics> {
  const prometheus = options.prometheus ? new PrometheusReader(mostSeriesOfOne) : null;
  const sdk = new NodeSDK({
    resource: resources.resourceFromAttributes({ 'service.name': 'meshdoctor', 'k8s.cluster.name': options.cluster }),
    autoDetectResources: false,
    metricReaders: prometheus ? [prometheus] : [],
    spanProcessors: [],
    logRecordProcessors: [],
    textMapPropagator: null,
  });
  sdk.start();
  const recorder = new Recorder(metrics.getMeter('meshdoctor'));
  recorder.set('agent.up', 1, {});
  return {
    add: (instrument, value, dimensions) => recorder.add(instrument, value, dimensions),
    set: (instrument, value, dimensions) => recorder.set(instrument, value, dimensions),
    unset: (instrument, dimensions) => recorder.unset(instrument, dimensions),
    record: (instrument, value, dimensions) => recorder.record(instrument, value, dimensions),
    prometheusText: async () => (prometheus ? prometheus.text() : ''),
    flush: async () => {},
    stop: async () => {
      await sdk.shutdown();
      metrics.disable();
    },
  };
}
