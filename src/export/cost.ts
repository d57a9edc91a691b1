import type { Alert } from './alert.ts';
import { alerts } from './alerts.ts';
import { instruments } from './catalogue.ts';
import { type Instrument, type Profile, profiles } from './instrument.ts';
import { type Dimension, dimensionValues } from './dimensions.ts';

/** List prices of us-east-1 in dollars a month, as of 2026-11 (aws.amazon.com/cloudwatch/pricing). */
const price = {
  /** Of a series, up to this many; then the next. */
  series: [
    [10_000, 0.3],
    [240_000, 0.1],
    [750_000, 0.05],
    [Number.POSITIVE_INFINITY, 0.02],
  ],
  alarm: 0.1,
  compositeAlarm: 0.5,
  dashboard: 3,
  putMetricData: 0.01 / 1000,
} as const;

const minutesOfMonth = 60 * 730;
const metricsACall = 1000;

/** What is to be priced. */
export interface Fleet {
  readonly gateways: number;
  /** Of all gateways together. */
  readonly routes: number;
  /** Targets of all gateways together; as many as routes where it is not known. */
  readonly targets?: number;
  readonly clusters?: number;
  readonly agents?: number;
  readonly topRoutes?: number;
  /** Ceiling of each agent. */
  readonly maxSeries?: number;
  /** Sends with PutMetricData; otherwise lines on stdout bring the metrics, and no call is paid (true). */
  readonly put?: boolean;
  /** Rules that find something about a gateway at the same time (3). */
  readonly findings?: number;
}

/** A month in CloudWatch, in dollars. */
export interface MonthlyCost {
  readonly profile: Profile;
  readonly series: number;
  readonly metrics: number;
  readonly alarms: number;
  readonly calls: number;
  readonly total: number;
}

/** What a profile costs a month, at list price, without free tiers and discounts. */
export function monthlyCost(profile: Profile, fleet: Fleet): MonthlyCost {
  const { agents = 1, clusters = 1, maxSeries = 2000, put = true } = fleet;
  if (profile === 'off') return { profile, series: 0, metrics: 0, alarms: 0, calls: 0, total: 0 };
  const wanted = instruments
    .filter((instrument) => profiles.indexOf(instrument.profile) <= profiles.indexOf(profile))
    .reduce((sum, instrument) => sum + seriesOf(instrument, profile, fleet), 0);
  const series = Math.min(wanted, agents * maxSeries);
  const metrics = priceOfSeries(series);
  const alarms = fleet.gateways * priceOfAlarms('gateway') + clusters * priceOfAlarms('cluster');
  const callsAMinute = agents * Math.max(1, Math.ceil(series / agents / metricsACall));
  const calls = put ? callsAMinute * minutesOfMonth * price.putMetricData : 0;
  return { profile, series, metrics, alarms, calls, total: metrics + alarms + calls };
}

/** Lines for people, one for each profile. */
export function costLines(fleet: Fleet): readonly string[] {
  const dollars = (amount: number): string => `$${amount.toFixed(2)}`.padStart(10);
  const rows = profiles.map((profile) => {
    const { series, metrics, alarms, calls, total } = monthlyCost(profile, fleet);
    const columns = [metrics, alarms, calls, total].map(dollars).join('');
    return `${profile.padEnd(8)}${String(series).padStart(8)}${columns}`;
  });
  const { maxSeries = 2000, agents = 1, put = true } = fleet;
  return [
    `${'profile'.padEnd(8)}${'series'.padStart(8)}${['metrics', 'alarms', 'calls', 'a month'].map((word) => word.padStart(10)).join('')}`,
    ...rows,
    `List prices of us-east-1; never more than ${agents * maxSeries} series (--max-series ${maxSeries}, ${agents} ${agents === 1 ? 'agent' : 'agents'}).`,
    `More: $${priceOfAlarms('route').toFixed(2)} for the alarms of each route that gets its own, $${price.dashboard} a dashboard.`,
    ...(put ? [] : ['Beside that the log group bills what it takes in: $0.50 a GB, a line a minute for each object.']),
  ];
}

/** How many series an instrument makes: its objects, times the values of its other dimensions that occur. */
function seriesOf(instrument: Instrument, profile: Profile, fleet: Fleet): number {
  const { gateways, routes, targets = routes, clusters = 1, topRoutes = 20, findings = 3 } = fleet;
  const has = (dimension: Dimension): boolean => instrument.dimensions.includes(dimension);
  if (instrument.dimensions.length === 0) return clusters;
  if (has('rule')) return gateways * findings;
  const shown = profile === 'all' ? routes : Math.min(routes, gateways * (topRoutes + 1));
  const objects = has('route') ? shown : has('target') ? targets : gateways;
  return objects * spread(instrument.dimensions);
}

/** Of class, by and cause some eight combinations occur in an hour, not all 110. */
function spread(dimensions: readonly Dimension[]): number {
  if (dimensions.includes('cause')) return 8;
  return dimensions.reduce((product, name) => product * (dimensionValues[name]?.length ?? 1), 1);
}

function priceOfSeries(series: number): number {
  let left = series;
  let sum = 0;
  for (const [most, each] of price.series) {
    const here = Math.min(left, most);
    sum += here * each;
    left -= here;
  }
  return sum;
}

/** Alarms as the templates make them: one condition is an alarm, several are as many under a composite one. */
function priceOfAlarms(per: Alert['per']): number {
  const own = alerts.filter((alert) => alert.per === per && alert.only !== 'prometheus');
  const composite = own.filter(({ all, any = [] }) => all.length + any.length > 1);
  const plain = own.length - composite.length;
  const parts = new Set(
    composite.flatMap(({ all, any = [], forMinutes }) =>
      [...all, ...any].map((one) => JSON.stringify([one, one.minutes === undefined ? Math.max(1, forMinutes) : 1])),
    ),
  );
  return (plain + parts.size) * price.alarm + composite.length * price.compositeAlarm;
}
