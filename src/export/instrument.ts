import type { Dimension } from './dimensions.ts';

/** How much goes to CloudWatch; each holds those before it. */
export const profiles = ['off', 'alarms', 'routes', 'all'] as const;

/** How much goes to CloudWatch. */
export type Profile = (typeof profiles)[number];

/** What every instrument says of itself. */
interface Described {
  /** UCUM, as OpenTelemetry writes units: `s`, `By`, `{request}`, `1`. */
  readonly unit: string;
  readonly dimensions: readonly Dimension[];
  /** The smallest CloudWatch profile it belongs to. */
  readonly profile: Exclude<Profile, 'off'>;
  readonly meaning: string;
}

/** A sum that only grows; CloudWatch gets what was added in a minute. */
export interface Counter extends Described {
  readonly kind: 'counter';
}

/** A state that is set again at each look. */
export interface Gauge extends Described {
  readonly kind: 'gauge';
  /** How values of several agents make the cluster's; Prometheus: the aggregation, CloudWatch: the statistic. */
  readonly across: 'sum' | 'max' | 'min';
}

/** A distribution. */
export interface Histogram extends Described {
  readonly kind: 'histogram';
  /** Upper bounds for Prometheus; OTLP and CloudWatch get exponential buckets. */
  readonly bounds: readonly number[];
}

/**
 * A part of a whole, made from another instrument at export and never recorded. In CloudWatch one metric with a sample of 1
 * for each of the part and 0 for each of the rest: SampleCount is the whole, Sum the part, Average the ratio, over any
 * period and over all agents.
 */
export interface Share extends Described {
  readonly kind: 'share';
  readonly of: 'gateway.requests' | 'route.requests' | 'gateway.pods' | 'target.members';
  /** The values of a closed dimension that are the part. */
  readonly where: { readonly [D in Dimension]?: readonly string[] };
}

/** One metric of the catalogue. */
export type Instrument = Counter | Gauge | Histogram | Share;
