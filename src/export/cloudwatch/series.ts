import { DataPointType, type ExponentialHistogram, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { catalogue, type InstrumentName, instruments } from '../catalogue.ts';
import { type Instrument, type Profile, profiles } from '../instrument.ts';
import type { Dimension } from '../dimensions.ts';
import { addBuckets, type Buckets, bucketsOf, valuesOf } from './buckets.ts';
import { TopRoutes } from './top-routes.ts';

/** One metric of CloudWatch, and its values of one minute. */
export interface Series {
  readonly name: InstrumentName;
  readonly unit: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  readonly values: readonly number[];
  /** How often each value was seen. */
  readonly counts: readonly number[];
}

/** Which series are made. */
export interface SeriesOptions {
  readonly cluster: string;
  readonly profile: Profile;
  readonly topRoutes: number;
  readonly maxSeries: number;
}

/** A value with the dimensions it was told with. */
interface Point {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number | ExponentialHistogram;
}

type Points = ReadonlyMap<string, readonly Point[]>;

const hourMs = 3_600_000;
/** This part of the ceiling is kept for the series that alarms need. */
const keptForAlarms = 0.2;

/** Makes series of what was collected: by profile, the busiest routes and `other`, never more than the ceiling in an hour. */
export class SeriesMaker {
  readonly #options: SeriesOptions;
  readonly #routes: TopRoutes;
  /** CloudWatch bills each series of an hour. */
  readonly #billed = new Set<string>();
  readonly #dropped = new Set<string>();
  #hour = 0;

  constructor(options: SeriesOptions) {
    this.#options = options;
    this.#routes = new TopRoutes(options.topRoutes);
  }

  /** The series of a minute, with gauges or without, and how many were left out for the first time in this hour. */
  make(
    collected: ResourceMetrics,
    { now, states }: { readonly now: number; readonly states: boolean },
  ): { readonly series: readonly Series[]; readonly dropped: number } {
    this.#turn(Math.floor(now / hourMs));
    const points = this.#folded(pointsOf(collected));
    const before = this.#dropped.size;
    const series: Series[] = [];
    for (const instrument of instruments) {
      if (profiles.indexOf(instrument.profile) > profiles.indexOf(this.#options.profile)) continue;
      if (!states && isState(instrument)) continue;
      for (const one of seriesOf(instrument, points)) {
        const whole = { ...one, dimensions: [['cluster', this.#options.cluster] as const, ...one.dimensions] };
        if (this.#admitted(instrument.profile, whole)) series.push(whole);
      }
    }
    return { series, dropped: this.#dropped.size - before };
  }

  #turn(hour: number): void {
    if (hour === this.#hour) return;
    this.#hour = hour;
    this.#billed.clear();
    this.#dropped.clear();
    this.#routes.rank();
  }

  #folded(points: Points): Points {
    if (this.#options.profile !== 'routes') return points;
    for (const { dimensions, value } of points.get('route.requests') ?? [])
      if (typeof value === 'number') this.#routes.see(dimensions.gateway ?? '', dimensions.route ?? '', value);
    const named = (point: Point): Point => {
      const { gateway = '', route } = point.dimensions;
      if (route === undefined || this.#routes.has(gateway, route)) return point;
      return { ...point, dimensions: { ...point.dimensions, route: 'other' } };
    };
    return new Map([...points].map(([name, of]) => [name, name.startsWith('route.') ? of.map(named) : of]));
  }

  #admitted(profile: Profile, { name, dimensions }: Series): boolean {
    const key = JSON.stringify([name, dimensions]);
    if (this.#billed.has(key)) return true;
    const { maxSeries } = this.#options;
    const room = profile === 'alarms' ? maxSeries : Math.floor(maxSeries * (1 - keptForAlarms));
    if (this.#billed.size < room) this.#billed.add(key);
    // Bounded too: a flood of names must not fill the memory that counts it.
    else if (this.#dropped.size < 10 * maxSeries) this.#dropped.add(key);
    return this.#billed.has(key);
  }
}

function isState(instrument: Instrument): boolean {
  return instrument.kind === 'gauge' || (instrument.kind === 'share' && catalogue[instrument.of].kind === 'gauge');
}

function pointsOf({ scopeMetrics }: ResourceMetrics): Points {
  const found = new Map<string, Point[]>();
  for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    if (metric.dataPointType === DataPointType.HISTOGRAM) continue;
    const name = metric.descriptor.name.replace(/^meshdoctor\./, '');
    const points: Point[] = [];
    for (const { attributes, value } of metric.dataPoints) {
      const dimensions = Object.entries(attributes).map(([key, said]) => [key, String(said)] as const);
      points.push({ dimensions: Object.fromEntries(dimensions), value });
    }
    found.set(name, points);
  }
  return found;
}

type NamedInstrument = Instrument & { readonly name: InstrumentName };

function* seriesOf(instrument: NamedInstrument, points: Points): Iterable<Series> {
  const groups = new Map<string, Point[]>();
  for (const point of points.get(instrument.kind === 'share' ? instrument.of : instrument.name) ?? []) {
    const key = JSON.stringify(dimensionsOf(instrument.dimensions, point));
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  for (const group of groups.values()) {
    const [first] = group;
    const said = valuesOfGroup(instrument, group);
    if (!first || said.values.length === 0) continue;
    const { name, unit } = instrument;
    yield { name, unit, dimensions: dimensionsOf(instrument.dimensions, first), ...said };
  }
}

/** The SDK tells what is beyond its own limit without dimensions. */
function dimensionsOf(names: readonly Dimension[], { dimensions }: Point): (readonly [string, string])[] {
  return names.map((name) => [name, dimensions[name] ?? 'other'] as const);
}

function valuesOfGroup(instrument: NamedInstrument, group: readonly Point[]): Pick<Series, 'values' | 'counts'> {
  if (instrument.kind === 'histogram') return distribution(group);
  const numbers = group.map(({ value }) => (typeof value === 'number' ? value : 0));
  if (instrument.kind === 'share') {
    const whole = sum(numbers);
    const part = sum(numbers.filter((_, index) => isPart(instrument.where, group[index])));
    // Of none, none: the one thing that a state must be able to say, and that a sum need not.
    if (whole === 0) return !isState(instrument) ? { values: [], counts: [] } : { values: [0], counts: [1] };
    const both = [
      [1, part],
      [0, whole - part],
    ].filter(([, count]) => count !== 0);
    return { values: both.map(([value = 0]) => value), counts: both.map(([, count = 0]) => count) };
  }
  const { [instrument.kind === 'gauge' ? instrument.across : 'sum']: combine } = combined;
  return { values: [combine(numbers)], counts: [1] };
}

function isPart(where: { readonly [D in Dimension]?: readonly string[] }, point: Point | undefined): boolean {
  return Object.entries(where).every(([name, among]) => among.includes(point?.dimensions[name] ?? ''));
}

function distribution(group: readonly Point[]): Pick<Series, 'values' | 'counts'> {
  let all: Buckets | null = null;
  for (const { value } of group) {
    if (typeof value === 'number' || value.count === 0) continue;
    all = all ? addBuckets(all, bucketsOf(value)) : bucketsOf(value);
  }
  return all ? valuesOf(all) : { values: [], counts: [] };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((left, right) => left + right, 0);

const combined = {
  sum,
  max: (numbers: readonly number[]): number => Math.max(...numbers),
  min: (numbers: readonly number[]): number => Math.min(...numbers),
} as const;
