import { metrics } from '@opentelemetry/api';
import { NodeSDK, resources } from '@opentelemetry/sdk-node';
import type { CloudWatchReader } from './cloudwatch/reader.ts';
import type { Metrics, MetricsOptions } from './options.ts';
import { PrometheusReader } from './prometheus.ts';
import { Recorder } from './recorder.ts';

/** No reader keeps more series of one instrument; the SDK sums the rest under `otel.metric.overflow`. */
const mostSeriesOfOne = 50_000;

const usualHoldMs = 5 * 60_000;

/** Starts OpenTelemetry with one reader for each way out; one at a time in a process. */
export async function startSpine(options: MetricsOptions): Promise<Metrics> {
  const { cluster, report } = options;
  const prometheus = options.prometheus ? new PrometheusReader(mostSeriesOfOne) : null;
  let recorder: Recorder | null = null;
  const cloudWatch = await cloudWatchReader(options, () => recorder);
  const otlp = options.otlp ? (await import('./otlp.ts')).otlpReader(options.otlp, { mostSeriesOfOne, report }) : null;
  const sdk = new NodeSDK({
    resource: resources.resourceFromAttributes({
      'service.name': 'meshdoctor',
      ...(options.otlp ? { 'service.instance.id': options.otlp.instance } : {}),
      'k8s.cluster.name': cluster,
    }),
    autoDetectResources: false,
    metricReaders: [prometheus, cloudWatch, otlp].filter((reader) => reader !== null),
    spanProcessors: [],
    logRecordProcessors: [],
    textMapPropagator: null,
  });
  sdk.start();
  const told = new Recorder(metrics.getMeter('meshdoctor'), options.holdMs ?? usualHoldMs);
  recorder = told;
  told.tell('agent.up', () => 1);
  told.tell('agent.memory', () => process.memoryUsage.rss());
  await cloudWatch?.begin();
  return {
    add: (instrument, value, dimensions) => told.add(instrument, value, dimensions),
    set: (instrument, value, dimensions) => told.set(instrument, value, dimensions),
    unset: (instrument, dimensions) => told.unset(instrument, dimensions),
    record: (instrument, value, dimensions) => told.record(instrument, value, dimensions),
    prometheusText: async () => (prometheus ? prometheus.text() : ''),
    flush: async () => {
      await Promise.all([cloudWatch?.forceFlush(), otlp?.forceFlush().catch(() => {})]);
    },
    stop: async () => {
      await sdk.shutdown().catch((error: Error) => report(`metrics did not end well: ${error.message}`));
      metrics.disable();
    },
  };
}

async function cloudWatchReader(
  { cluster, cloudWatch, report }: MetricsOptions,
  recorder: () => Recorder | null,
): Promise<CloudWatchReader | null> {
  if (!cloudWatch || cloudWatch.profile === 'off') return null;
  // The SDK would write a warning about Node 20 to stderr.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { CloudWatchReader: Reader } = await import('./cloudwatch/reader.ts');
  return new Reader({
    ...cloudWatch,
    cluster,
    mostSeriesOfOne,
    report,
    told: {
      dropped: (series) => recorder()?.add('agent.series.dropped', series, {}),
      lost: (points) => recorder()?.add('agent.points.lost', points, {}),
      waits: (seconds) => recorder()?.set('agent.spool.age', seconds, {}),
    },
  });
}
