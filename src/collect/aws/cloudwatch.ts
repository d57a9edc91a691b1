import {
  CloudWatchClient,
  type Dimension,
  GetMetricDataCommand,
  ListMetricsCommand,
  type Metric,
} from '@aws-sdk/client-cloudwatch';
import type { JsonObject } from '../../lib/json.ts';
import { readCloudWatchView } from '../../snapshot/cloudwatch.ts';
import { makeDocument } from '../../snapshot/document.ts';
import { emptyHarvest, type Harvest } from '../../snapshot/snapshot.ts';
import { describeError } from '../describe-error.ts';

/** How CloudWatch is asked. */
export interface CloudWatchOptions {
  /** The snapshot's time: values of the quarter of an hour before it are asked for. */
  readonly now: string;
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

const loadBalancers = ['AWS/NetworkELB', 'AWS/ApplicationELB'];
const hostCounts = ['HealthyHostCount', 'UnHealthyHostCount'];
/** The dimensions by which exporters name an App Mesh gateway (App Mesh examples: howto-k8s-metrics-extension). */
const gatewayDimensions = ['VirtualGateway', 'appmesh_virtual_gateway', 'appmesh.virtual_gateway'];
const windowMs = 15 * 60 * 1000;
/** GetMetricData takes 500 queries a call. */
const queriesACall = 500;
/** A region with more is asked for these alone, and that is said. */
const mostMetrics = 2000;
/** GetMetricData costs $0.01 for 1,000 metrics, ListMetrics $0.01 for 1,000 calls (list price of us-east-1). */
const priceOfOne = 0.00001;

/** Calls made, metrics paid for, and what AWS refused. */
interface Tally {
  calls: number;
  metrics: number;
  readonly refused: { readonly action: string; readonly message: string }[];
  readonly failed: string[];
}

/** Asks CloudWatch for the targets of load balancers and for the metrics of gateways; region and credentials by the SDK's default chain. */
export async function readCloudWatch(options: CloudWatchOptions): Promise<Harvest> {
  // The SDK would write a warning about Node 20 to stderr, in the middle of the report.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // Adaptive: a throttled call waits, and so do those after it.
  const client = new CloudWatchClient({ maxAttempts: 5, retryMode: 'adaptive' });
  const tally: Tally = { calls: 0, metrics: 0, refused: [], failed: [] };
  try {
    const region = await client.config.region();
    const targets: Metric[] = [];
    for (const Namespace of loadBalancers) {
      for (const MetricName of hostCounts) {
        const input = { Namespace, MetricName, RecentlyActive: 'PT3H' as const };
        targets.push(...((await listMetrics(client, input, options, tally)) ?? []));
      }
    }
    const named: Metric[] = [];
    let told = true;
    for (const Name of gatewayDimensions) {
      const input = { Dimensions: [{ Name }], RecentlyActive: 'PT3H' as const };
      const found = await listMetrics(client, input, options, tally);
      if (found) named.push(...found);
      else told = false;
    }
    const whole = targets.filter(({ Dimensions }) => Dimensions?.every(({ Name }) => Name !== 'AvailabilityZone'));
    const series = await getValues(client, whole.slice(0, mostMetrics), options, tally);
    const left = whole.length - Math.min(whole.length, mostMetrics);
    if (left > 0) tally.failed.push(`${left} more metrics of load balancers were not asked for`);
    return harvestOf(
      { region, series, gatewayMetrics: told ? named.map(nameOf) : null, refused: tally.refused },
      options,
      tally,
    );
  } catch (error) {
    return failedHarvest(error, tally);
  } finally {
    client.destroy();
  }
}

/** All pages; null where AWS refused. */
async function listMetrics(
  client: CloudWatchClient,
  input: {
    readonly Namespace?: string;
    readonly MetricName?: string;
    readonly Dimensions?: { Name: string }[];
    readonly RecentlyActive: 'PT3H';
  },
  { signal }: CloudWatchOptions,
  tally: Tally,
): Promise<readonly Metric[] | null> {
  return attempt('cloudwatch:ListMetrics', tally, async () => {
    const found: Metric[] = [];
    let NextToken: string | undefined;
    do {
      tally.calls += 1;
      const page = await client.send(new ListMetricsCommand({ ...input, NextToken }), { abortSignal: signal });
      found.push(...(page.Metrics ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined && found.length < mostMetrics);
    return found;
  });
}

async function getValues(
  client: CloudWatchClient,
  metrics: readonly Metric[],
  { signal, now }: CloudWatchOptions,
  tally: Tally,
): Promise<readonly JsonObject[]> {
  const values = new Map<string, { at: string; value: number }[]>();
  for (let from = 0; from < metrics.length; from += queriesACall) {
    const part = metrics.slice(from, from + queriesACall);
    const queries = part.map((metric, index) => ({
      Id: `m${from + index}`,
      // Of healthy targets the most, of unhealthy ones the fewest: a finding then holds for all of a minute.
      MetricStat: {
        Metric: metric,
        Period: 60,
        Stat: metric.MetricName === 'HealthyHostCount' ? 'Maximum' : 'Minimum',
      },
    }));
    const range = { StartTime: new Date(Date.parse(now) - windowMs), EndTime: new Date(now) };
    await attempt('cloudwatch:GetMetricData', tally, async () => {
      let NextToken: string | undefined;
      do {
        tally.calls += 1;
        tally.metrics += NextToken === undefined ? part.length : 0;
        const command = new GetMetricDataCommand({
          ...range,
          MetricDataQueries: queries,
          NextToken,
          ScanBy: 'TimestampAscending',
        });
        const page = await client.send(command, { abortSignal: signal });
        for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
          const points = Timestamps.map((time, index) => ({ at: time.toISOString(), value: Values[index] ?? 0 }));
          values.set(Id, [...(values.get(Id) ?? []), ...points]);
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
    });
  }
  return metrics.map((metric, index) => ({
    ...nameOf(metric),
    values: (values.get(`m${index}`) ?? []).sort((left, right) => (left.at < right.at ? -1 : 1)),
  }));
}

/** Runs a call; a refusal is noted with its IAM action, and any other failure ends the source. */
async function attempt<T>(action: string, tally: Tally, call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (!/AccessDenied|UnauthorizedOperation|NotAuthorized/.test(name)) throw error;
    if (tally.refused.every((one) => one.action !== action))
      tally.refused.push({ action, message: describeError(error) });
    return null;
  }
}

function nameOf({ Namespace, MetricName, Dimensions }: Metric) {
  const entries = (Dimensions ?? []).flatMap(({ Name, Value }: Dimension) =>
    Name && Value ? [[Name, Value] as const] : [],
  );
  return { namespace: Namespace ?? '', metric: MetricName ?? '', dimensions: Object.fromEntries(entries) };
}

function harvestOf(
  body: JsonObject & { readonly region: string },
  { now, keep }: CloudWatchOptions,
  tally: Tally,
): Harvest {
  const origin = `CloudWatch ${body.region}`;
  const id = 'aws/cloudwatch.json';
  const text = `${JSON.stringify(body, null, 2)}\n`;
  const document = makeDocument({ id, kind: 'cloudwatch', origin, readAt: now, envoy: null }, text, keep);
  const price = (tally.calls + tally.metrics) * priceOfOne;
  const said = [
    ...tally.refused.map(({ action }) => `${action} was refused`),
    ...tally.failed,
    `${tally.metrics} metrics, about $${price.toFixed(5)}`,
  ];
  return {
    ...emptyHarvest,
    documents: [document],
    cloudWatch: readCloudWatchView(body, id),
    gaps: tally.refused.map(({ action, message }) => ({
      missing: `what CloudWatch says in ${body.region}`,
      reason: `${action} was refused: ${message}`,
      remedy: `allow ${action} on * in the policy of the identity that runs this`,
    })),
    sources: [
      {
        name: origin,
        state: said.length > 1 ? 'partial' : 'ok',
        detail: said.join('; '),
        cost: { calls: tally.calls, bytes: Buffer.byteLength(text) },
      },
    ],
  };
}

function failedHarvest(error: unknown, { calls }: Tally): Harvest {
  const reason = describeError(error);
  const unset = /region is missing|credential|token/i.test(reason);
  const remedy = unset
    ? 'give a region and credentials as for the aws command: AWS_REGION, AWS_PROFILE, a role'
    : 'look at the way to CloudWatch, or leave out --aws';
  return {
    ...emptyHarvest,
    gaps: [{ missing: 'what CloudWatch says', reason, remedy }],
    sources: [
      {
        name: 'CloudWatch',
        state: 'failed',
        detail: `asked for metrics: ${reason}; ${remedy}`,
        cost: { calls, bytes: 0 },
        trouble: 'not-seen',
      },
    ],
  };
}
