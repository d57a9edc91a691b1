import { LogCollapsingLowestDenseDDSketch } from '@datadog/sketches-js';

/** Quantiles with a relative error of at most 1 %; 2,048 bins span 18 orders of magnitude, more than any duration. */
export class Quantiles {
  readonly #sketch = new LogCollapsingLowestDenseDDSketch({ relativeAccuracy: 0.01, binLimit: 2_048 });

  add(value: number): void {
    this.#sketch.accept(value);
  }

  /** Null where nothing was added. */
  at(quantile: number): number | null {
    if (this.#sketch.count === 0) return null;
    return Math.round(this.#sketch.getValueAtQuantile(quantile) * 100) / 100;
  }
}
