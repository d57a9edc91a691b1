import { catalogue, type InstrumentName } from './catalogue.ts';

/** The name of a metric on `/metrics`; a histogram's series end in `_bucket`, `_sum` and `_count`. Shares are not there: they are divided when asked. */
export function prometheusName(name: InstrumentName): string {
  const total = catalogue[name].kind === 'counter' ? '_total' : '';
  return `meshdoctor_${name.replaceAll('.', '_')}${total}`;
}
