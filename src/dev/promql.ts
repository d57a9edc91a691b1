import { catalogue } from '../export/catalogue.ts';
import type { Instrument } from '../export/instrument.ts';
import { prometheusName } from '../export/prometheus-name.ts';

/** A part of a whole, made from another instrument. */
export type Share = Extract<Instrument, { kind: 'share' }>;

/** Which series are asked for, and how they are put together. */
export interface Asked {
  /** Labels that stay, as in `by (…)`. */
  readonly by: string;
  /** Labels that must fit: `gateway=~"$gateway"`. */
  readonly among?: readonly string[];
  /** The time over which a counter is looked at: `5m`. */
  readonly range: string;
  readonly grown: 'increase' | 'rate';
}

/** All of what a share is a part of. */
export function wholeOf(of: Share['of'], { by, among = [], range, grown }: Asked): string {
  const series = seriesOf(of, among);
  return `sum by (${by}) (${catalogue[of].kind === 'counter' ? `${grown}(${series}[${range}])` : series})`;
}

/** The part. Where no series of it is there, a state is 0 as long as there is a whole. */
export function partOf({ of, where }: Share, { by, among = [], range, grown }: Asked): string {
  const values = Object.entries(where).map(([label, some]) => `${label}=~"${some.join('|')}"`);
  const part = seriesOf(of, [...among, ...values]);
  if (catalogue[of].kind === 'counter') return `sum by (${by}) (${grown}(${part}[${range}]))`;
  return `sum by (${by}) (${part} or 0 * ${seriesOf(of, among)})`;
}

/** A metric with the labels that must fit. */
export function seriesOf(name: keyof typeof catalogue, among: readonly string[]): string {
  return `${prometheusName(name)}${among.length > 0 ? `{${among.join(',')}}` : ''}`;
}
