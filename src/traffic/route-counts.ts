import type { LogLine } from '../snapshot/access-log/line.ts';
import { endingOf, type ShortEnding } from './ending.ts';
import { LostClasses } from './lost-classes.ts';
import { Pairing } from './pairing.ts';
import type { LoggedRequest } from './request.ts';
import type { Classified, Classify } from './traffic.ts';

/** What came by one route since the last turn. */
export interface CountedRoute {
  /** `NS/NAME` of its object; `none`: no route took them; `other`: it is not known which, or has no object. */
  readonly route: string;
  readonly endings: readonly (ShortEnding & { readonly count: number })[];
  readonly received: number;
  readonly sent: number;
  /** How often their requests were sent once more, as far as lines tell it. */
  readonly retries: number;
  /** Milliseconds, to three digits, and how many requests took that long. */
  readonly durations: readonly (readonly [ms: number, count: number])[];
  /** Answers that are no streams, and those of them that took more than 80 % of the time-out. */
  readonly answered: number;
  readonly slow: number;
}

/** What a gateway's logs told since the last turn. */
export interface CountedTurn {
  readonly routes: readonly CountedRoute[];
  /** Requests whose class was served within a day, and that no route takes any more. */
  readonly lost: number;
}

interface Growing {
  readonly endings: Map<string, ShortEnding & { count: number }>;
  readonly durations: Map<number, number>;
  received: number;
  sent: number;
  retries: number;
  answered: number;
  slow: number;
}

/** Routes beyond so many are told together. */
const mostRoutes = 5_000;
/** p99 above 80 % of the time-out: more than one of a hundred takes longer than that. */
const nearTimeout = 0.8;

/** Counts the requests of one gateway by route, turn by turn; what is kept between turns is bounded. */
export class RouteCounts {
  readonly #pairing = new Pairing<never>((outer, inner) => {
    if (outer.line) this.#count({ outer: outer.line, inner: inner?.line ?? null });
  });
  readonly #lost = new LostClasses();
  #routes = new Map<string, Growing>();
  #classify: Classify = () => null;
  /** Whether the gateway hands requests to itself, so that each has two lines; null: not known yet. */
  #hands: boolean | null = null;

  /** What decides from now on. */
  decideBy(classify: Classify): void {
    this.#classify = classify;
    this.#hands = null;
  }

  /** `length`: of the line as it was read. */
  add(line: LogLine, length: number): void {
    const alone = { outer: line, inner: null };
    if (this.#hands === null) {
      const decided = this.#classify(alone);
      if (decided) this.#hands = decided.inner !== null;
    }
    if (this.#hands) this.#pairing.add(line, length);
    else this.#count(alone);
  }

  /** What was counted since the last turn. A line whose other one did not come for a whole turn is counted alone. */
  turn(): CountedTurn {
    this.#pairing.settle();
    const routes = [...this.#routes].map(
      ([route, { endings, durations, ...sums }]): CountedRoute => ({
        route,
        endings: [...endings.values()],
        durations: [...durations],
        ...sums,
      }),
    );
    this.#routes = new Map();
    return { routes, lost: this.#lost.turn() };
  }

  #count(request: LoggedRequest): void {
    const { outer } = request;
    const decided = this.#classify(request);
    const ending = endingOf(request);
    const one = this.#of(routeOf(decided, ending));
    const key = `${ending.class} ${ending.by} ${ending.cause}`;
    const held = one.endings.get(key);
    if (held) held.count += 1;
    else one.endings.set(key, { ...ending, count: 1 });
    one.received += outer.received ?? 0;
    one.sent += outer.sent ?? 0;
    one.retries += retriesOf(request);
    if (outer.at !== null) this.#lost.see(outer, ending, outer.at);
    const { durationMs: ms } = outer;
    if (ms === null) return;
    const rounded = Number(ms.toPrecision(3));
    one.durations.set(rounded, (one.durations.get(rounded) ?? 0) + 1);
    const stream = outer.method === 'CONNECT' || outer.status === null || outer.status < 200;
    if (stream || ending.cause === 'client-left') return;
    one.answered += 1;
    if (decided?.timeoutMs && ms > nearTimeout * decided.timeoutMs) one.slow += 1;
  }

  #of(route: string): Growing {
    const name = this.#routes.has(route) || this.#routes.size < mostRoutes ? route : 'other';
    const held = this.#routes.get(name);
    if (held) return held;
    const made = { endings: new Map(), durations: new Map(), received: 0, sent: 0, retries: 0, answered: 0, slow: 0 };
    this.#routes.set(name, made);
    return made;
  }
}

/** Who hands requests to itself tries there once: what leaves it is on the inner line. */
function retriesOf({ outer, inner }: LoggedRequest): number {
  return Math.max(0, ((inner ?? outer).attempts ?? 0) - 1);
}

function routeOf(decided: Classified | null, { cause }: ShortEnding): string {
  if (!decided || decided.routes.length === 0) return cause === 'no-route' ? 'none' : 'other';
  const [ref = null] = decided.refs;
  return decided.routes.length > 1 || ref === null ? 'other' : `${ref.namespace}/${ref.name}`;
}
