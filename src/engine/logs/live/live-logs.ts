import { followLines } from '../../../collect/access-log/follow.ts';
import { textsOf } from '../../../collect/access-log/lines.ts';
import { LogReader } from '../../../collect/access-log/reader.ts';
import { describeError } from '../../../collect/describe-error.ts';
import type { CollectRequest, LogsRequest } from '../../../collect/request.ts';
import type { Gateway } from '../../../model/gateway.ts';
import type { Model } from '../../../model/model.ts';
import type { TrafficClass } from '../../../traffic/traffic.ts';
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
import { LivePods, podLogName } from './live-pods.ts';
import { tell } from './tell.ts';

type Following = { -readonly [K in keyof LiveLog]: LiveLog[K] } & {
  readonly gateway: string | null;
  /** The pod that writes it; null: a file, or a log of a bundle. */
  readonly pod: string | null;
  readonly fold: LiveFold;
  readonly reader: LogReader;
};

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
  #pods: LivePods | null = null;
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
      logs: [...this.#logs.values()].map((one) => this.#stateOf(one)),
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
      const whole = this.#gaps.length === 0 && mine.every((log) => this.#stateOf(log).state !== 'failed');
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
    this.#pods?.close();
  }

  async #followPods(model: Model, { live }: CollectRequest): Promise<void> {
    const { pods: wanted } = this.#wanted;
    // Where pods could not be listed nobody knows which are gone: those that are followed still are.
    if (!wanted || !live || !arePodsSeen(model)) return;
    this.#pods ??= new LivePods(live, wanted, (name, lines) => this.#take(name, lines));
    const { pods, gaps } = await this.#pods.follow(model.snapshot.objects);
    this.#gaps = gaps;
    const names = new Set(pods.map(({ name }) => name));
    const there = new Set(model.snapshot.objects.flatMap(({ ref }) => (ref.kind === 'Pod' ? podLogName(ref) : [])));
    for (const following of this.#logs.values()) {
      const { name, pod } = following;
      if (pod === null) continue;
      following.state = names.has(name) ? 'reading' : 'ended';
      if (!there.has(name)) this.#logs.delete(name);
    }
    for (const { name, gateway, pod } of pods) {
      if (!this.#logs.has(name)) this.#open(model, name, gatewayOf(model, gateway), pod);
    }
  }

  #begin(model: Model, { gateway, log }: SourceLog): void {
    const following = this.#open(model, log.name, gateway, null);
    void this.#read(log, following);
  }

  #open(model: Model, name: string, gateway: Gateway | null, pod: string | null): Following {
    const writer = gateway && nameOf(gateway);
    let fold = this.#folds.get(writer);
    if (!fold) {
      fold = new LiveFold(decidingBy(model, writer), Date.now());
      this.#folds.set(writer, fold);
    }
    const reader = new LogReader(formatsFor(model, this.#wanted.format), pod ?? podOf(name));
    const following: Following = {
      ...{ name, state: 'reading', detail: '', lines: 0, lastAt: null },
      ...{ gateway: writer, pod, fold, reader },
    };
    this.#logs.set(name, following);
    return following;
  }

  async #read({ pieces }: Log, following: Following): Promise<void> {
    try {
      for await (const piece of pieces) this.#take(following.name, textsOf(piece));
      following.state = 'ended';
    } catch (error) {
      following.state = 'failed';
      following.detail = describeError(error);
    }
  }

  #take(name: string, lines: Iterable<string>): void {
    const following = this.#logs.get(name);
    if (!following) return;
    for (const line of lines) {
      following.fold.take(following.reader.read(line), line.length, this.#wanted);
      following.lines += 1;
    }
    following.lastAt = Date.now();
  }

  /** How it stands with a log; one of a pod goes on after what went wrong. */
  #stateOf({ name, state, detail, lines, lastAt, pod }: Following): LiveLog {
    const trouble = pod === null || state === 'ended' ? null : (this.#pods?.troubleOf(name) ?? null);
    return trouble === null
      ? { name, state, detail, lines, lastAt }
      : { name, state: 'failed', detail: trouble, lines, lastAt };
  }
}

function arePodsSeen({ snapshot }: Model): boolean {
  return snapshot.coverage.some(
    ({ subject, state }) => subject.type === 'objects' && subject.kind === 'Pod' && state === 'listed',
  );
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
