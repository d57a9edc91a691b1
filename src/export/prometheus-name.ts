import { catalogue, type InstrumentName } from './catalogue.ts';

/** Units as Prometheus writes them after a name; collectors that bring OTLP to a Prometheus do the same. */
const suffixes: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/** A metric's own name on `/metrics`, with its unit; the series of a histogram or a counter end in more. */
export function prometheusStem(name: InstrumentName): string {
  const suffix = suffixes[catalogue[name].unit];
  const stem = `meshdoctor_${name.replaceAll('.', '_')}`;
  return suffix === undefined || stem.endsWith(`_${suffix}`) ? stem : `${stem}_${suffix}`;
}

/** The name of a metric on `/metrics`; a histogram's series end in `_bucket`, `_sum` and `_count`. Shares are not there: they are divided when asked. */
export function prometheusName(name: InstrumentName): string {
  return `${prometheusStem(name)}${catalogue[name].kind === 'counter' ? '_total' : ''}`;
}
