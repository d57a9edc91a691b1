import { AggregationTemporality, AggregationType, InstrumentType, MetricReader } from '@opentelemetry/sdk-metrics';
import { ToldClock } from '../../lib/clock.ts';
import type { CloudWatchExportOptions } from '../options.ts';
import { mostBuckets } from './buckets.ts';
import { batchesOf } from './datums.ts';
import { emfLines } from './emf.ts';
import { Sender } from './sender.ts';
import { SeriesMaker } from './series.ts';
import { Spool } from './spool.ts';

/** What the exporter says of itself, in the words of the catalogue. */
export interface SelfTold {
  readonly dropped: (series: number) => void;
  readonly lost: (points: number) => void;
  readonly waits: (seconds: number) => void;
}

/** How a reader is made. */
export interface ReaderOptions extends CloudWatchExportOptions {
  readonly cluster: string;
  readonly mostSeriesOfOne: number;
  readonly report: (line: string) => void;
  readonly told: SelfTold;
  readonly now?: () => number;
  /** Writes a line of the embedded metric format (to stdout). */
  readonly write?: (line: string) => void;
}

const minuteMs = 60_000;

/** Delta, with exponential buckets; once in each minute of the clock, so that the values of several agents meet in one period. */
export class CloudWatchReader extends MetricReader {
  readonly #options: ReaderOptions;
  readonly #namespace: string;
  readonly #maker: SeriesMaker;
  readonly #spool: Spool;
  readonly #sender: Sender | null;
  readonly #now: () => number;
  /** Agents do not all send in the same second. */
  readonly #offsetMs = Math.floor(minuteMs * (0.2 + 0.6 * Math.random()));
  #timer: NodeJS.Timeout | null = null;
  #statesOf = 0;
  #collecting: Promise<void> = Promise.resolve();
  #sending: Promise<void> = Promise.resolve();
  #busy = false;

  constructor(options: ReaderOptions) {
    super({
      aggregationSelector: aggregationOf,
      aggregationTemporalitySelector: () => AggregationTemporality.DELTA,
      cardinalitySelector: () => options.mostSeriesOfOne,
    });
    const { cluster, profile, topRoutes = 20, maxSeries = 2000, spoolFolder, report } = options;
    this.#options = options;
    this.#namespace = options.namespace ?? 'meshdoctor';
    this.#maker = new SeriesMaker({ cluster, profile, topRoutes, maxSeries });
    this.#spool = new Spool({ folder: spoolFolder, mostBytes: options.spoolBytes ?? 64 << 20, report });
    // What others tell in one period must lie in the same minute: what counts is the time as CloudWatch has it.
    const clock = new ToldClock(options.now);
    const sending = { namespace: this.#namespace, spool: this.#spool, report, callMs: options.callMs ?? 10_000, clock };
    this.#sender = options.by === 'put' ? new Sender(sending) : null;
    this.#now = () => clock.now();
  }

  /** Takes up what an earlier run left, and begins. */
  async begin(): Promise<void> {
    if (this.#sender) await this.#spool.open();
    this.#next();
  }

  protected override async onForceFlush(): Promise<void> {
    await this.#collect();
    await this.#send();
  }

  protected override async onShutdown(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.onForceFlush();
    this.#sender?.close();
  }

  #next(): void {
    const wait = minuteMs - (this.#now() % minuteMs) + this.#offsetMs;
    this.#timer = setTimeout(() => void this.#tick(), wait).unref();
  }

  /** Collects in every minute, however long the sending takes. */
  async #tick(): Promise<void> {
    this.#next();
    await this.#collect();
    if (!this.#busy) await this.#send();
  }

  #collect(): Promise<void> {
    this.#collecting = this.#collecting.then(() => this.#attempt('collected', () => this.#keep()));
    return this.#collecting;
  }

  #send(): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      this.#busy = true;
      await this.#attempt('sent', () => this.#drain());
      this.#busy = false;
    });
    return this.#sending;
  }

  async #attempt(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      this.#options.report(`metrics for CloudWatch could not be ${what}: ${said}`);
    }
  }

  async #keep(): Promise<void> {
    const { told, write = (line) => process.stdout.write(`${line}\n`) } = this.#options;
    const now = this.#now();
    const minute = now - (now % minuteMs);
    const { resourceMetrics } = await this.collect();
    // States are told once a minute, so that the sum over agents is right; a flush within the minute tells what was added.
    const { series, dropped } = this.#maker.make(resourceMetrics, { now, states: this.#statesOf !== minute });
    this.#statesOf = minute;
    told.dropped(dropped);
    if (this.#sender) {
      for (const batch of batchesOf(series, minute)) told.lost(await this.#spool.keep(batch, minute));
    } else {
      for (const line of emfLines(series, minute, this.#namespace)) write(line);
    }
  }

  async #drain(): Promise<void> {
    if (!this.#sender) return;
    const { told } = this.#options;
    told.lost(await this.#sender.drain());
    const oldest = this.#spool.waiting().at(-1);
    told.waits(oldest ? Math.max(0, this.#now() - oldest.minute) / 1000 : 0);
  }
}

function aggregationOf(type: InstrumentType) {
  return type === InstrumentType.HISTOGRAM
    ? ({ type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: mostBuckets, recordMinMax: true } } as const)
    : ({ type: AggregationType.DEFAULT } as const);
}
