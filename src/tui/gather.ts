import type { Engine, SourceState } from '../engine/protocol.ts';

/** What is needed to read sources again and again. */
export interface Gathering {
  readonly engine: Pick<Engine, 'arrivals'>;
  /** Reads them, those that rest too where it is to be at once; resolves when all that were asked have answered. */
  readonly gather: (atOnce: boolean) => Promise<void>;
  /** Milliseconds between two readings; null: there is but one. */
  readonly everyMs: number | null;
  readonly now: () => number;
  /** Hears how it stands with the sources, and whether more is going to come. */
  readonly hear: (sources: readonly SourceState[], more: boolean) => void;
  /** Shows what came. */
  readonly take: () => Promise<void>;
  readonly failed: (error: unknown) => void;
}

/** What comes within this time is shown together. */
const togetherMs = 500;
/** To show what came takes at most this part of the time. */
const share = 1 / 4;

/** Reads sources, and shows what came while others are awaited: one that hangs holds nobody up, and is not asked twice. */
export class Gatherer {
  readonly #parts: Gathering;
  readonly #timer: NodeJS.Timeout | null;
  #later: NodeJS.Timeout | undefined;
  #closed = false;
  #paused = false;
  /** Readings that go on, and when something came last. */
  #open = 0;
  #cameAt: number;
  #came = 0;
  #taken = -1;
  #more = true;
  #taking = false;
  #restUntil = 0;

  constructor(parts: Gathering) {
    this.#parts = parts;
    this.#cameAt = parts.now();
    const { everyMs } = parts;
    this.#timer = everyMs === null ? null : setInterval(() => this.#again(everyMs), everyMs);
    void this.#listen();
    this.read();
  }

  /** Reads now; sources that are awaited are not asked again. */
  read(atOnce = false): void {
    if (this.#closed) return;
    this.#open += 1;
    const end = (): void => {
      this.#open -= 1;
    };
    this.#parts.gather(atOnce).then(end, (error: unknown) => {
      end();
      this.#parts.failed(error);
    });
  }

  /** Whether what came is being shown. */
  get taking(): boolean {
    return this.#taking;
  }

  pause(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#consider();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#later);
    if (this.#timer) clearInterval(this.#timer);
  }

  /** A reading that goes on is waited for, unless nothing came of it for so long: then one source hangs, and the others do not wait for it. */
  #again(everyMs: number): void {
    if (this.#paused || (this.#open > 0 && this.#parts.now() - this.#cameAt < everyMs)) return;
    this.read();
  }

  async #listen(): Promise<void> {
    let step = 0;
    while (!this.#closed) {
      const told = await this.#parts.engine.arrivals(step).catch(() => null);
      if (told === null) return;
      step = told.step;
      if (told.came !== this.#came) this.#cameAt = this.#parts.now();
      this.#came = told.came;
      this.#more = told.reading;
      this.#parts.hear(told.sources, told.reading);
      this.#consider();
    }
  }

  #consider(): void {
    const nothing = this.#came === this.#taken || (this.#came === 0 && this.#more);
    if (this.#closed || this.#paused || this.#taking || nothing) return;
    clearTimeout(this.#later);
    const rest = this.#more ? this.#restUntil - this.#parts.now() : 0;
    if (rest <= 0) void this.#take();
    else this.#later = setTimeout(() => this.#consider(), rest);
  }

  async #take(): Promise<void> {
    this.#taking = true;
    this.#taken = this.#came;
    const begun = this.#parts.now();
    await this.#parts.take();
    this.#taking = false;
    const ended = this.#parts.now();
    this.#restUntil = ended + Math.max(togetherMs, (ended - begun) / share);
    this.#consider();
  }
}
