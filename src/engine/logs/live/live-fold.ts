import type { ReadLine } from '../../../collect/access-log/reader.ts';
import type { LogLine } from '../../../snapshot/access-log/line.ts';
import { type FoldOptions, TrafficFold } from '../../../traffic/fold.ts';
import type { Classify, Traffic } from '../../../traffic/traffic.ts';
import type { FoldedLogs } from '../view.ts';
import { mostClasses } from '../gateway-logs.ts';
import { ProcessTally } from '../process-tally.ts';
import { emptyTally, type LineSink, takeLine } from '../tally.ts';
import { classKey, joined } from './join.ts';
import { RecentCounts } from './recent-counts.ts';

/** By what logged requests are decided. */
export interface Deciding {
  readonly classify: Classify;
  readonly otherCluster: NonNullable<FoldOptions['otherCluster']>;
}

/** What is older than once to twice as long is forgotten. */
const turnMs = 600_000;

/** Keys of what is counted beside classes and routes. */
export const everything = 'all';
export const everyFailure = 'all failed';

/** Keys of a route's requests, and of those that failed. */
export function routeKeys(label: string): { readonly requests: string; readonly failed: string } {
  return { requests: `route ${label}`, failed: `failed ${label}` };
}

/**
 * The fold of a gateway's logs while they are written: what is told is of the last 10 to 20 minutes, in bounded memory. There
 * are two folds; the newer one becomes the older one, and that is forgotten. Lines of the time before it was opened go into
 * the older one, so that the newer one tells what happens now.
 */
export class LiveFold {
  readonly sink: LineSink;
  readonly recent = new RecentCounts();
  #deciding: Deciding;
  #older: TrafficFold;
  #newer: TrafficFold;
  #turnedAt: number;
  #counted: ReadonlyMap<string, number> = new Map();
  #traffic: Traffic | null = null;
  /** How many looks may still find lines that waited for their other one. */
  #unsettled = 0;
  #lives = false;

  constructor(deciding: Deciding, now: number) {
    this.#deciding = deciding;
    this.#older = this.#fold();
    this.#newer = this.#fold();
    this.#turnedAt = now;
    const fold = { add: (line: LogLine, length: number) => this.#add(line, length) };
    this.sink = { fold, tally: emptyTally(), processes: new ProcessTally() };
  }

  /** Requests that come from now on are decided by this. */
  decideBy(deciding: Deciding): void {
    this.#deciding = deciding;
  }

  take(read: ReadLine, length: number, window: Parameters<typeof takeLine>[2]): void {
    takeLine(read, length, window, this.sink);
  }

  /** True once there was a line of after it was opened. */
  get lives(): boolean {
    return this.#lives;
  }

  /** Counts what came since the last look. */
  look(now: number): Traffic {
    const known = this.#traffic;
    if (known && this.#unsettled === 0) {
      this.recent.add(now, new Map());
      return known;
    }
    this.#unsettled = Math.max(0, this.#unsettled - 1);
    this.#older.settle();
    this.#newer.settle();
    const newer = this.#newer.result();
    const counts = countsOf(newer);
    const grown = new Map<string, number>();
    for (const [key, count] of counts) {
      const more = count - (this.#counted.get(key) ?? 0);
      if (more > 0) grown.set(key, more);
    }
    this.recent.add(now, grown);
    this.#counted = counts;
    const traffic = joined(this.#older.result(), newer);
    this.#traffic = traffic;
    if (now - this.#turnedAt >= turnMs) this.#turn(now);
    return traffic;
  }

  /** The same as rules are told of logs that were read. */
  folded(names: readonly string[], whole: boolean, now: number): FoldedLogs {
    const { tally, processes } = this.sink;
    return { traffic: this.look(now), processes, lines: tally.lines, names, asked: null, whole };
  }

  #add(line: LogLine, length: number): void {
    this.#unsettled = 2;
    const isOld = line.at !== null && line.at < this.#turnedAt;
    if (!isOld) this.#lives = true;
    (isOld ? this.#older : this.#newer).add(line, length);
  }

  #turn(now: number): void {
    this.#older = this.#newer;
    this.#newer = this.#fold();
    this.#counted = new Map();
    this.#turnedAt = now;
    this.#unsettled = 2;
  }

  #fold(): TrafficFold {
    return new TrafficFold({
      classify: (request) => this.#deciding.classify(request),
      by: 'route',
      mostClasses,
      otherCluster: (line, decided) => this.#deciding.otherCluster(line, decided),
    });
  }
}

function countsOf({ classes, routes, requests, failed }: Traffic): ReadonlyMap<string, number> {
  const counts = new Map<string, number>([
    [everything, requests],
    [everyFailure, failed],
  ]);
  for (const one of classes) counts.set(classKey(one), one.count);
  for (const one of routes) {
    const keys = routeKeys(one.label);
    counts.set(keys.requests, one.requests);
    counts.set(keys.failed, one.failed);
  }
  return counts;
}
