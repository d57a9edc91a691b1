import { followLines } from '../../../collect/access-log/follow.ts';
import { textsOf } from '../../../collect/access-log/lines.ts';
import { LogReader } from '../../../collect/access-log/reader.ts';
import { describeError } from '../../../collect/describe-error.ts';
import type { CollectRequest, LogsRequest } from '../../../collect/request.ts';
import type { Gateway } from '../../../model/gateway.ts';
import type { Model } from '../../../model/model.ts';
import type { TrafficClass } from '../../../traffic/traffic.ts';
import { podLogs } from '../add-traffic.ts';
import { classifyBy } from '../classify.ts';
import { otherClusterIn } from '../gateway-envoys.ts';
import { formatsFor } from '../gateway-logs.ts';
import { nameOf } from '../gateway-name.ts';
import { bundledLog, onlyGateway, type SourceLog } from '../sources.ts';
import { type Log, podOf } from '../tally.ts';
import { type Judging, viewOf } from '../view.ts';
import { classKey } from './join.ts';
import type { LiveLog, LiveTraffic } from './live-document.ts';
import { type Deciding, LiveFold } from './live-fold.ts';
import { tell } from './tell.ts';

type Following = { -readonly [K in keyof LiveLog]: LiveLog[K] } & { readonly gateway: string | null };

/** A class, and the gateway whose configuration decides it. */
export interface LiveExample {
  readonly gateway: string | null;
  readonly one: TrafficClass;
}

/** Logs that are followed while they are written: files, those of a bundle, and those of gateway pods as they come and go. */
export class LiveLogs {
  readonly #wanted: LogsRequest;
  readonly #ending = new AbortController();
  readonly #folds = new Map<string | null, LiveFold>();
  readonly #logs = new Map<string, Following>();
  readonly #closes: (() => void)[] = [];
  #gaps: readonly string[] = [];
  #model: Model | null = null;

  constructor(wanted: LogsRequest) {
    this.#wanted = wanted;
  }

  /** From now on this model decides; logs that it names and that are not followed are. */
  async use(model: Model, request: CollectRequest): Promise<void> {
    if (model === this.#model) return;
    const before = this.#model;
    this.#model = model;
    // What was decided is remembered for as long as the same objects and Envoys decide.
    if (before?.snapshot.envoys === model.snapshot.envoys && before.snapshot.objects === model.snapshot.objects) return;
    for (const [name, fold] of this.#folds) fold.decideBy(decidingBy(model, name));
    const { signal } = this.#ending;
    const gateway = onlyGateway(model, request.gateways);
    const files = this.#wanted.paths.map((path) => ({
      gateway,
      log: { name: path, pieces: followLines(path, signal) },
    }));
    const bundled = model.snapshot.documents.filter(({ kind }) => kind === 'access_log');
    for (const source of [...files, ...bundled.map((document) => ({ gateway, log: bundledLog(document) }))])
      if (!this.#logs.has(source.log.name)) this.#begin(model, source);
    await this.#followPods(model, request);
  }

  /** What they say now. */
  tell(now: number): LiveTraffic {
    const told = [...this.#folds].map(([gateway, fold]) => tell(gateway, fold, now));
    const tallies = [...this.#folds.values()].map(({ sink }) => sink.tally);
    const sum = (of: readonly number[]): number => of.reduce((total, one) => total + one, 0);
    return {
      logs: [...this.#logs.values()].map(({ gateway: _, ...log }) => log),
      gaps: this.#gaps,
      lines: sum(tallies.map(({ lines }) => lines)),
      unparsed: sum(tallies.map(({ unparsed }) => unparsed)),
      gateways: told.map(({ gateway }) => gateway),
      classes: told.flatMap(({ classes }) => classes),
      more: {
        classes: sum(told.map(({ more }) => more.classes)),
        requests: sum(told.map(({ more }) => more.requests)),
      },
      routes: told.flatMap(({ routes }) => routes),
    };
  }

  /** A class by its key; null: it is forgotten. */
  example(key: string, now: number): LiveExample | null {
    for (const [gateway, fold] of this.#folds) {
      const one = fold.look(now).classes.find((known) => `${gateway ?? ''} ${classKey(known)}` === key);
      if (one) return { gateway, one };
    }
    return null;
  }

  /** The same as rules are told of it. */
  views(model: Model, position: Judging['position'], now: number): readonly ReturnType<typeof viewOf>[] {
    const told = [...this.#folds].filter(([, fold]) => fold.look(now).requests > 0);
    return told.map(([name, fold], index) => {
      const mine = [...this.#logs.values()].filter((log) => log.gateway === name);
      const whole = this.#gaps.length === 0 && mine.every(({ state }) => state !== 'failed');
      const folded = fold.folded(
        mine.map((log) => log.name),
        whole,
        now,
      );
      return viewOf(folded, { model, gateway: gatewayOf(model, name), envoyVersion: null, position, index });
    });
  }

  /** Ends it. */
  close(): void {
    this.#ending.abort();
    for (const close of this.#closes) close();
  }

  async #followPods(model: Model, request: CollectRequest): Promise<void> {
    const { pods } = this.#wanted;
    if (!pods) return;
    const { logs, gaps, close } = await podLogs(model, request, pods, this.#ending.signal, true);
    this.#gaps = gaps.map(({ missing, reason }) => `${missing}: ${reason}`);
    const begun = logs.filter(({ log }) => (this.#logs.get(log.name)?.state ?? 'failed') === 'failed');
    for (const source of begun) this.#begin(model, source);
    if (begun.length > 0) this.#closes.push(close);
    else close();
  }

  #begin(model: Model, { gateway, log }: SourceLog): void {
    const name = gateway && nameOf(gateway);
    let fold = this.#folds.get(name);
    if (!fold) {
      fold = new LiveFold(decidingBy(model, name), Date.now());
      this.#folds.set(name, fold);
    }
    const following: Following = {
      ...{ name: log.name, state: 'reading', detail: '', lines: 0, lastAt: null },
      gateway: name,
    };
    this.#logs.set(log.name, following);
    void this.#follow(
      log,
      following,
      fold,
      new LogReader(formatsFor(model, this.#wanted.format), log.pod ?? podOf(log.name)),
    );
  }

  async #follow({ pieces }: Log, following: Following, fold: LiveFold, reader: LogReader): Promise<void> {
    try {
      for await (const piece of pieces) {
        for (const line of textsOf(piece)) {
          fold.take(reader.read(line), line.length, this.#wanted);
          following.lines += 1;
        }
        following.lastAt = Date.now();
      }
      following.state = 'ended';
    } catch (error) {
      following.state = 'failed';
      following.detail = describeError(error);
    }
  }
}

function gatewayOf(model: Model, name: string | null): Gateway | null {
  return model.gateways.find((one) => nameOf(one) === name) ?? null;
}

function decidingBy(model: Model, name: string | null): Deciding {
  const gateway = gatewayOf(model, name);
  return {
    classify: classifyBy(model, name, null).classify,
    otherCluster: gateway ? otherClusterIn(gateway) : () => null,
  };
}
