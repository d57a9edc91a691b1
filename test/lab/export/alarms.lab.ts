import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  type PutCompositeAlarmCommandInput,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Metrics, startMetrics } from '../../../src/export/metrics.ts';
import { type AwsServer, startCloudWatch } from '../aws/server.ts';

const gateway = 'shop/edge';
const given: Readonly<Record<string, string>> = {
  Cluster: 'prod-eu',
  Gateway: gateway,
  Route: 'shop/cart',
  Namespace: 'meshdoctor',
  PageTopic: 'arn:aws:sns:eu-west-1:000000000000:page',
  TicketTopic: 'arn:aws:sns:eu-west-1:000000000000:ticket',
};

let server: AwsServer;
let client: CloudWatchClient;
let metrics: Metrics;
let folder: string;
let clock: string;
/** Milliseconds. */
let ahead = 0;

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: unknown }>>;
}

/** What CloudFormation makes of a template's value: references by name, and names within texts. */
function resolved(value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, names));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::Sub': text } = value as { Ref?: string; 'Fn::Sub'?: string };
  if (Ref !== undefined) return names[Ref];
  if (text !== undefined) return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => names[name] ?? `unknown ${name}`);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, names)]));
}

/** Puts every alarm of a template, as CloudFormation would. */
async function deploy(per: string): Promise<void> {
  const text = await readFile(`rules/alerts/cloudwatch/${per}.json`, 'utf8');
  const { Resources }: Template = JSON.parse(text);
  const names: Record<string, string> = { ...given };
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    const input = resolved(Properties, names) as { AlarmName: string };
    names[id] = input.AlarmName;
    if (Type === 'AWS::CloudWatch::Alarm')
      await client.send(new PutMetricAlarmCommand(input as PutMetricAlarmCommandInput));
    else await client.send(new PutCompositeAlarmCommand(input as PutCompositeAlarmCommandInput));
  }
}

async function firing(): Promise<readonly string[]> {
  const AlarmTypes = ['CompositeAlarm' as const, 'MetricAlarm' as const];
  const said = await client.send(new DescribeAlarmsCommand({ StateValue: 'ALARM', AlarmTypes, MaxRecords: 100 }));
  return [...(said.CompositeAlarms ?? []), ...(said.MetricAlarms ?? [])]
    .map(({ AlarmName = '' }) => AlarmName.replace('meshdoctor-prod-eu-shop/edge-', ''))
    .filter((name) => !name.startsWith('if-'))
    .sort();
}

function serve(ok: number, failed: number): void {
  metrics.add('gateway.requests', ok, { gateway, class: '2xx', by: 'upstream', cause: 'none' });
  metrics.add('gateway.requests', failed, { gateway, class: '5xx', by: 'gateway', cause: 'no-healthy-upstream' });
}

/** States are told once a minute: the clocks of this process and of the emulator are put forward to the next one. */
async function nextMinute(): Promise<void> {
  ahead += 60_000 - (Date.now() % 60_000) + 200;
  await writeFile(clock, String(ahead / 1000));
  vi.setSystemTime(Date.now() + 60_000 - (Date.now() % 60_000) + 200);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-clock-'));
  clock = join(folder, 'ahead');
  await writeFile(clock, '0');
  server = await startCloudWatch(clock);
  Object.assign(process.env, server.environment);
  client = new CloudWatchClient({});
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now(), shouldAdvanceTime: true });
  metrics = await startMetrics({
    cluster: 'prod-eu',
    prometheus: false,
    otlp: null,
    cloudWatch: { by: 'put', profile: 'routes', spoolFolder: null },
    report: () => {},
  });
}, 600_000);

afterAll(async () => {
  vi.useRealTimers();
  await metrics?.stop();
  client?.destroy();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

// The emulator evaluates alarms at each PutMetricData, over all points of the whole window at once. It does not look at
// dimensions, at TreatMissingData, or at each period by itself: those are read by cfn-lint and by people.
describe('CloudWatch alarms', () => {
  it('are taken, all of them', async () => {
    for (const per of ['gateway', 'route', 'cluster']) await deploy(per);
    const all = await client.send(
      new DescribeAlarmsCommand({ AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], MaxRecords: 100 }),
    );
    expect(all.MetricAlarms?.length).toBeGreaterThan(25);
    expect(all.CompositeAlarms?.length).toBe(6);
  });

  it('fire for what happens, and recover', async () => {
    await nextMinute();
    metrics.set('gateway.pods', 3, { gateway, pod: 'serving' });
    metrics.set('gateway.look.age', 12, { gateway });
    metrics.set('gateway.routes.down', 0, { gateway });
    serve(1000, 0);
    await metrics.flush();
    expect(await firing()).toEqual([]);

    serve(900, 100);
    await metrics.flush();
    expect(await firing()).toEqual(['GatewayErrorsFast-page', 'GatewayErrorsSlow-ticket']);

    // Nobody serves: the errors of the gateway are silent, the gateway itself speaks.
    await nextMinute();
    metrics.set('gateway.pods', 0, { gateway, pod: 'serving' });
    metrics.set('gateway.look.age', 1200, { gateway });
    await metrics.flush();
    await nextMinute();
    await metrics.flush();
    const down = await firing();
    expect(down).toContain('GatewayDown-page');
    expect(down).toContain('AgentBlind-ticket');
    expect(down).not.toContain('GatewayErrorsFast-page');

    await nextMinute();
    metrics.set('gateway.pods', 3, { gateway, pod: 'serving' });
    serve(100_000, 0);
    await metrics.flush();
    expect(await firing()).toEqual(['AgentBlind-ticket']);
  }, 60_000);
});
