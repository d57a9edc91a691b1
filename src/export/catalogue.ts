import { ofAgents } from './catalogue/agent.ts';
import { ofGateways } from './catalogue/gateway.ts';
import { ofRoutes } from './catalogue/route.ts';
import type { DimensionValue } from './dimensions.ts';
import type { Instrument } from './instrument.ts';

/**
 * Every metric there is. The name is said with `meshdoctor.` before it in OTLP, with `meshdoctor_`, underscores and
 * its unit in Prometheus (counters end in `_total`), and as it stands in the CloudWatch namespace `meshdoctor`.
 */
export const catalogue = { ...ofGateways, ...ofRoutes, ...ofAgents };

/** The catalogue, by name. */
type Catalogue = typeof catalogue;

/** Name of an instrument. */
export type InstrumentName = keyof Catalogue;

/** Names of the instruments of one kind. */
export type NameOf<K extends Instrument['kind']> = {
  [N in InstrumentName]: Catalogue[N]['kind'] extends K ? N : never;
}[InstrumentName];

/** The dimensions that a value of an instrument must have. */
export type DimensionsOf<N extends InstrumentName> = {
  readonly [D in Catalogue[N]['dimensions'][number]]: DimensionValue<D>;
};

/** Every instrument with its name, in the order of the catalogue. */
export const instruments: readonly (Instrument & { readonly name: InstrumentName })[] = Object.entries(catalogue).map(
  ([name, instrument]) => ({ ...instrument, name: name as InstrumentName }),
);
