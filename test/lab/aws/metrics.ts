import { type CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';

/** Sum and count of each metric and set of dimensions: `gateway.requests class=2xx gateway=shop/edge`. */
export type Sums = Readonly<Record<string, { readonly sum: number; readonly count: number }>>;

/** What a CloudWatch holds of a namespace, of the last three hours and the next. */
export async function metricSums(client: CloudWatchClient, Namespace: string, name?: string): Promise<Sums> {
  const sums: Record<string, { sum: number; count: number }> = {};
  let next: string | undefined;
  do {
    const asked = { Namespace, NextToken: next, ...(name === undefined ? {} : { MetricName: name }) };
    const { Metrics = [], NextToken } = await client.send(new ListMetricsCommand(asked));
    next = NextToken;
    for (const { MetricName, Dimensions = [] } of Metrics) {
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          ...{ Namespace, MetricName, Dimensions },
          ...{ Period: 3600, Statistics: ['Sum', 'SampleCount'] },
          StartTime: new Date(Date.now() - 3 * 3_600_000),
          EndTime: new Date(Date.now() + 3_600_000),
        }),
      );
      const total = (of: 'Sum' | 'SampleCount') => Datapoints.reduce((all, point) => all + (point[of] ?? 0), 0);
      const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
      sums[`${MetricName} ${dimensions.join(' ')}`] = { sum: total('Sum'), count: total('SampleCount') };
    }
  } while (next !== undefined);
  return sums;
}
