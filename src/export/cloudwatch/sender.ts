import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { aheadText, type ToldClock } from '../../lib/clock.ts';
import { type Batch, stampedInTime } from './datums.ts';
import type { Spool, Waiting } from './spool.ts';

/** How batches get to CloudWatch. */
export interface SenderOptions {
  readonly namespace: string;
  readonly spool: Spool;
  readonly report: (line: string) => void;
  readonly callMs: number;
  /** Hears what time it is at CloudWatch. */
  readonly clock: ToldClock;
}

/** Sends what waits in the spool. One at a time. */
export class Sender {
  readonly #options: SenderOptions;
  // Its own retries wait longer each time, by chance; what is left over then waits for the next minute.
  readonly #client = new CloudWatchClient({ maxAttempts: 4, retryMode: 'standard' });
  #failing = '';
  #wrong = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#client.middlewareStack.add(
      (next) => async (args) => {
        const begun = performance.now();
        const result = await next(args);
        this.#hear(result.response, performance.now() - begun);
        return result;
      },
      // Nearest to the wire: errors are answers there too.
      { step: 'deserialize', priority: 'low', name: 'hearDate' },
    );
  }

  /** Sends until nothing waits or CloudWatch does not take it; answers how many points it refused for good. */
  async drain(): Promise<number> {
    let refused = 0;
    for (const waiting of this.#options.spool.waiting()) {
      const done = await this.#send(waiting);
      refused += done.refused;
      if (!done.taken) return refused;
    }
    if (this.#failing !== '') this.#options.report('CloudWatch takes metrics again; what waited was sent');
    this.#failing = '';
    return refused;
  }

  close(): void {
    this.#client.destroy();
  }

  #hear(response: unknown, tookMs: number): void {
    const { clock, report } = this.#options;
    const headers: unknown = typeof response === 'object' && response && 'headers' in response ? response.headers : {};
    const date = typeof headers === 'object' && headers && 'date' in headers ? headers.date : undefined;
    clock.hear(typeof date === 'string' ? date : undefined, tookMs);
    const ahead = clock.wrongByMs();
    if ((ahead !== 0) === this.#wrong) return;
    this.#wrong = ahead !== 0;
    if (this.#wrong)
      report(`the clock of this machine is ${aheadText(ahead)} of CloudWatch's: metrics are stamped by that`);
    else report("the clock of this machine is CloudWatch's again");
  }

  /** How many points were refused for good, and whether CloudWatch took the others. */
  async #send(waiting: Waiting): Promise<{ readonly refused: number; readonly taken: boolean }> {
    const { spool } = this.#options;
    const batch = await waiting.read();
    if (!batch) {
      await waiting.remove();
      return { refused: waiting.points, taken: true };
    }
    const { refused, left } = await this.#put(batch);
    // What was taken must not be sent again with the rest.
    if (left.length > 0 && left.length < batch.length) await spool.keep(left, waiting.minute);
    if (left.length < batch.length) await waiting.remove();
    return { refused, taken: left.length === 0 };
  }

  async #put(told: Batch): Promise<{ readonly refused: number; readonly left: Batch }> {
    const { namespace: Namespace, callMs, report, clock } = this.#options;
    const batch = stampedInTime(told, clock);
    try {
      const command = new PutMetricDataCommand({ Namespace, MetricData: [...batch] });
      await this.#client.send(command, { abortSignal: AbortSignal.timeout(callMs) });
      return { refused: 0, left: [] };
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      const said = error instanceof Error ? `${name}: ${error.message}` : String(error);
      if (!/^(InvalidParameter|MissingRequired|Validation|RequestEntityTooLarge|Serialization|Malformed)/.test(name)) {
        if (this.#failing !== name) report(`CloudWatch took no metrics (${said}); they wait and are sent again`);
        this.#failing = name;
        return { refused: 0, left: batch };
      }
      // Refused for its stamps, perhaps: its answer told what time it is.
      if (stampedInTime(batch, clock) !== batch) return this.#put(batch);
      if (batch.length === 1) {
        report(`CloudWatch refused ${batch[0]?.MetricName} for good (${said})`);
        return { refused: 1, left: [] };
      }
      // A call is taken whole or not at all: the halves tell which point it was.
      const middle = Math.ceil(batch.length / 2);
      const first = await this.#put(batch.slice(0, middle));
      if (first.left.length > 0) return { refused: first.refused, left: [...first.left, ...batch.slice(middle)] };
      const second = await this.#put(batch.slice(middle));
      return { refused: first.refused + second.refused, left: second.left };
    }
  }
}
