import { linesIn } from '../../collect/access-log/lines.ts';
import { compileFormat, formatsOf } from '../../collect/access-log/formats.ts';
import type { LineParser } from '../../collect/access-log/text-parser.ts';
import type { Gateway } from '../../model/gateway.ts';
import type { Model } from '../../model/model.ts';
import type { TrafficView } from '../../snapshot/access-log/traffic-view.ts';
import { TrafficFold } from '../../traffic/fold.ts';
import type { GroupBy } from '../../traffic/traffic.ts';
import { classifyBy } from './classify.ts';
import { nameOf } from './gateway-name.ts';
import { ProcessTally } from './process-tally.ts';
import { logSpans, otherClusterIn } from './gateway-envoys.ts';
import { emptyTally, type Log, pieceTaker, readLog, type Sink } from './tally.ts';
import type { FoldedLogs } from './view.ts';
import type { LogsDocument } from '../../report/logs-document.ts';

/** Classes beyond so many are told together; each takes up to 30 KiB. */
export const mostClasses = 2_000;

/** How logs are read and folded. */
export interface Folding {
  readonly format: string | null;
  /** Milliseconds since 1970; null: open. */
  readonly since: number | null;
  readonly until: number | null;
  readonly by: GroupBy;
  readonly envoyVersion: string | null;
}

/** The logs of one gateway, folded while they are read: nothing of them is kept but what the fold keeps. */
export class GatewayLogs {
  readonly sink: Sink;
  readonly formats: readonly LineParser[];
  readonly #folding: Folding;
  readonly #names: string[] = [];

  /** `gateway`: whose configuration decides; null: that of the only one, if there is one. */
  constructor(model: Model, gateway: Gateway | null, folding: Folding) {
    const { format, by, envoyVersion } = folding;
    this.formats = formatsFor(model, format);
    this.#folding = folding;
    const { classify, asks } = classifyBy(model, gateway && nameOf(gateway), envoyVersion);
    const spans = gateway ? logSpans(model, gateway) : [];
    const otherCluster = gateway ? otherClusterIn(gateway) : () => null;
    const fold = new TrafficFold({ classify, asks, by, mostClasses, spans, otherCluster });
    this.sink = { fold, tally: emptyTally(), processes: new ProcessTally() };
  }

  /** Reads one log; what it came to as a source. */
  async read(log: Log): Promise<LogsDocument['sources'][number]> {
    this.#names.push(log.name);
    return readLog(log, this.formats, this.#folding, this.sink);
  }

  /** Takes a log that is there already. */
  take(name: string, text: string): void {
    this.#names.push(name);
    const taker = pieceTaker(this.formats, null, this.#folding, this.sink);
    for (const piece of linesIn(text)) taker.take(piece);
    taker.end();
  }

  /** No more lines come. */
  end(): FoldedLogs {
    const { since, until } = this.#folding;
    const asked: TrafficView['asked'] =
      since === null && until === null ? null : { from: timeOf(since), to: timeOf(until) };
    const { fold, processes, tally } = this.sink;
    return { traffic: fold.end(), processes, lines: tally.lines, names: this.#names, asked, whole: true };
  }
}

/** The formats to try: the one that was given, then those of the configuration. */
export function formatsFor({ snapshot }: Model, given: string | null): readonly LineParser[] {
  const parser = given === null ? null : compileFormat(given);
  return [...(parser ? [parser] : []), ...formatsOf(snapshot)];
}

/** A moment as ISO 8601; null where there is none. */
export function timeOf(at: number | null): string | null {
  return at === null || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
}
