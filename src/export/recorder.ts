import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import { catalogue, type DimensionsOf, type InstrumentName, instruments, type NameOf } from './catalogue.ts';
import { type Dimension, dimensionValues } from './dimensions.ts';

interface Held {
  readonly attributes: Attributes;
  readonly value: number;
  readonly at: number;
}

/** Takes values by the names of the catalogue to the instruments of a meter. */
export class Recorder {
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #gauges = new Map<string, Map<string, Held>>();
  readonly #asked = new Map<string, () => number>();
  readonly #holdMs: number;
  readonly #now: () => number;

  constructor(meter: Meter, holdMs: number, now: () => number = Date.now) {
    this.#holdMs = holdMs;
    this.#now = now;
    for (const instrument of instruments) {
      const { name, unit, meaning: description } = instrument;
      const full = `meshdoctor.${name}`;
      if (instrument.kind === 'counter') this.#counters.set(name, meter.createCounter(full, { unit, description }));
      if (instrument.kind === 'histogram') {
        const advice = { explicitBucketBoundaries: [...instrument.bounds] };
        this.#histograms.set(name, meter.createHistogram(full, { unit, description, advice }));
      }
      if (instrument.kind === 'gauge') {
        const held = new Map<string, Held>();
        this.#gauges.set(name, held);
        meter.createObservableGauge(full, { unit, description }).addCallback((result) => {
          const asked = this.#asked.get(name);
          if (asked) result.observe(asked());
          for (const { value, attributes } of this.#fresh(held)) result.observe(value, attributes);
        });
      }
    }
  }

  add<N extends NameOf<'counter'>>(instrument: N, value: number, dimensions: DimensionsOf<N>): void {
    if (value > 0 && Number.isFinite(value))
      this.#counters.get(instrument)?.add(value, attributesOf(instrument, dimensions));
  }

  set<N extends NameOf<'gauge'>>(instrument: N, value: number, dimensions: DimensionsOf<N>): void {
    if (!Number.isFinite(value)) return;
    const attributes = attributesOf(instrument, dimensions);
    this.#gauges.get(instrument)?.set(JSON.stringify(attributes), { attributes, value, at: this.#now() });
  }

  /** A gauge without dimensions that is asked for whenever it is read. */
  tell(instrument: 'agent.up' | 'agent.memory', value: () => number): void {
    this.#asked.set(instrument, value);
  }

  unset<N extends NameOf<'gauge'>>(instrument: N, dimensions: DimensionsOf<N>): void {
    this.#gauges.get(instrument)?.delete(JSON.stringify(attributesOf(instrument, dimensions)));
  }

  record<N extends NameOf<'histogram'>>(instrument: N, value: number, dimensions: DimensionsOf<N>): void {
    if (value >= 0 && Number.isFinite(value))
      this.#histograms.get(instrument)?.record(value, attributesOf(instrument, dimensions));
  }

  *#fresh(held: Map<string, Held>): Iterable<Held> {
    const oldest = this.#now() - this.#holdMs;
    for (const [key, value] of held) {
      if (value.at < oldest) held.delete(key);
      else yield value;
    }
  }
}

const objectName = /^[\w.-]{1,63}\/[\w.-]{1,253}$|^[\w.-]{1,100}$/;

/** The dimensions in the order of the catalogue. What is no name of an object is `other`: a path must never get out here. */
function attributesOf(instrument: InstrumentName, dimensions: { readonly [D in Dimension]?: string }): Attributes {
  const attributes: Attributes = {};
  const names: readonly Dimension[] = catalogue[instrument].dimensions;
  for (const name of names) {
    const value = dimensions[name] ?? '';
    const known: readonly string[] | null = dimensionValues[name];
    const good = known ? known.includes(value) : objectName.test(value);
    attributes[name] = good ? value : 'other';
  }
  return attributes;
}
