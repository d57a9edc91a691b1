import { emptyHarvest, type Harvest, type SourceReport } from '../snapshot/snapshot.ts';

/** In the order they are joined: of an object that two brought the later one holds. */
const kinds = ['cluster', 'files', 'envoy', 'aws', 'traces', 'logs'] as const;

/** A source that is asked and answers on its own; `id` is the same from one reading to the next. */
export interface AskedSource {
  readonly kind: (typeof kinds)[number];
  readonly id: string;
  readonly name: string;
}

/** Reads a source, or leaves it to who already does; `soFar` takes what it brought before all of it was there. */
export type ReadSource = (
  source: AskedSource,
  read: (soFar: ((harvest: Harvest) => void) | null) => Promise<Harvest>,
) => Promise<Harvest>;

/** Just reads it: nobody wants to hear of it before all others were read. */
export const readOnce: ReadSource = (_, read) => read(null);

/** How it stands with a source; times are milliseconds since 1970. */
export interface SourceState {
  readonly name: string;
  /** Since when it is asked; null: it is not being read. */
  readonly askedAt: number | null;
  /** What it said last, and when; null: nothing yet. `whole`: false for what it said so far when it was read for the first time. */
  readonly last:
    | (Pick<SourceReport, 'state' | 'detail' | 'cost'> & { readonly at: number; readonly whole: boolean })
    | null;
}

/** How it stands with all sources. */
export interface Arrived {
  /** Grows with everything that is told. */
  readonly step: number;
  /** How many answers came so far. */
  readonly came: number;
  /** Whether more is going to come. */
  readonly reading: boolean;
  readonly sources: readonly SourceState[];
}

interface Known extends AskedSource {
  askedAt: number | null;
  reading: number;
  held: { readonly harvest: Harvest; readonly at: number; readonly whole: boolean } | null;
}

/** What came of sources that are read side by side, again and again; of one that does not answer, what it said last. */
export class Arrivals {
  readonly #known = new Map<string, Known>();
  readonly #now: () => number;
  #reading = 0;
  #step = 0;
  #came = 0;
  /** Readings that go on. */
  #open = 0;
  #waiting: (() => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Begins a reading; gives the way to end it: sources that it did not ask for are gone. */
  begin(): () => void {
    this.#reading += 1;
    this.#open += 1;
    const reading = this.#reading;
    return () => {
      this.#open -= 1;
      for (const [id, one] of this.#known) if (one.reading < reading && one.askedAt === null) this.#known.delete(id);
      this.#tell();
    };
  }

  /** One that an earlier reading still waits for is not asked again: what is held of it stands in. */
  readonly read: ReadSource = async (source, read) => {
    const one = this.#known.get(source.id) ?? { ...source, askedAt: null, reading: 0, held: null };
    this.#known.set(source.id, one);
    one.reading = this.#reading;
    if (one.askedAt !== null) return one.held?.harvest ?? awaited(one);
    one.askedAt = this.#now();
    this.#tell();
    try {
      const first = one.held === null;
      const harvest = await read(first ? (soFar) => this.#take(one, soFar, false) : null);
      this.#take(one, harvest, true);
      return harvest;
    } finally {
      one.askedAt = null;
      this.#tell();
    }
  };

  /** What each source brought last, in the order they are joined. */
  harvests(): readonly Harvest[] {
    const all = [...this.#known.values()];
    return kinds.flatMap((kind) =>
      all.filter((one) => one.kind === kind).map((one) => one.held?.harvest ?? awaited(one)),
    );
  }

  /** How it stands with them, once that is otherwise than at step `seen`. */
  async told(seen: number): Promise<Arrived> {
    if (this.#step === seen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const sources = [...this.#known.values()].flatMap(statesOf);
    return { step: this.#step, came: this.#came, reading: this.#open > 0, sources };
  }

  #take(one: Known, harvest: Harvest, whole: boolean): void {
    const { at = this.#now() } = harvest;
    // It was not asked again: what it said before stands, as old as it is.
    if (harvest.at !== undefined && one.held?.at === at && one.held.whole === whole) return;
    one.held = { harvest, at, whole };
    this.#came += 1;
    this.#tell();
  }

  #tell(): void {
    this.#step += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** A source may speak of several: a bundle of those that came in it. */
function statesOf({ name, askedAt, held }: Known): readonly SourceState[] {
  if (!held) return [{ name, askedAt, last: null }];
  const { at, whole } = held;
  return held.harvest.sources.map(({ name: its, state, detail, cost }) => ({
    ...{ name: its, askedAt },
    last: { state, detail, cost, at, whole },
  }));
}

/** Nothing yet of a source that was asked: what it tells is unknown, never missing. */
function awaited({ name }: AskedSource): Harvest {
  return {
    ...emptyHarvest,
    gaps: [{ missing: name, reason: 'it has not answered yet', remedy: null }],
  };
}
