import type { Metrics, MetricsOptions } from './options.ts';

export type { CloudWatchExportOptions, Metrics, MetricsOptions } from './options.ts';

/** Starts what takes values and sends them; at most one at a time in a process. Loads OpenTelemetry and, for `put`, the AWS SDK. */
export async function startMetrics(options: MetricsOptions): Promise<Metrics> {
  const { startSpine } = await import('./spine.ts');
  return startSpine(options);
}
