import type { LogLine } from '../snapshot/access-log/line.ts';
import { Quantiles } from './quantiles.ts';
import type { Classified, RouteTally } from './traffic.ts';

type Growing = { -readonly [K in keyof RouteTally]: RouteTally[K] } & { readonly quantiles: Quantiles };

/** Routes beyond so many are not counted one by one. */
const mostRoutes = 5_000;

/** The routes that a kind of request takes. */
export interface RoutesTaken {
  readonly routes: readonly (Growing | null)[];
  readonly failed: boolean;
  /** The client left before the answer. */
  readonly left: boolean;
  /** The answer says how long a request takes. */
  readonly answered: boolean;
}

/** Counts requests by route: unlike classes, of every request, however many kinds of them there are. */
export class RouteTallies {
  readonly #routes = new Map<string, Growing>();
  /** Requests by a route beyond the cap. */
  #beyond = 0;

  /** The routes of requests like this one; a route beyond the cap is null. */
  taken(
    decided: Classified,
    { status, method }: Pick<LogLine, 'status' | 'method'>,
    flag: string | null,
    failed: boolean,
  ): RoutesTaken {
    const left = /\b(?:DC|DR)\b/.test(flag ?? '');
    return {
      routes: decided.routes.map((label, at) => this.#of(decided, label, at)),
      failed,
      left,
      answered: !left && status !== null && status >= 200 && method !== 'CONNECT',
    };
  }

  /** `durationMs` is below 0 where the line does not tell it. */
  add(taken: RoutesTaken, durationMs: number): void {
    const { routes } = taken;
    const sure = routes.length === 1;
    for (let at = 0; at < routes.length; at += 1) {
      const one = routes[at];
      if (!one) this.#beyond += 1;
      else if (sure) count(one, taken, durationMs);
      else one.perhaps += 1;
    }
  }

  result(): readonly RouteTally[] {
    return [...this.#routes.values()].map(({ quantiles, ...one }) => ({
      ...one,
      p50Ms: quantiles.at(0.5),
      p99Ms: quantiles.at(0.99),
    }));
  }

  /** True where every request was counted. */
  get whole(): boolean {
    return this.#beyond === 0;
  }

  #of({ routes, refs, virtualHost, cluster, timeoutMs }: Classified, label: string, at: number): Growing | null {
    const held = this.#routes.get(label);
    if (held) return held;
    if (this.#routes.size >= mostRoutes) return null;
    const sure = routes.length === 1;
    const made: Growing = {
      label,
      ref: refs[at] ?? null,
      virtualHost,
      cluster: sure ? cluster : null,
      timeoutMs: sure ? timeoutMs : null,
      requests: 0,
      perhaps: 0,
      failed: 0,
      left: 0,
      answered: 0,
      p50Ms: null,
      p99Ms: null,
      quantiles: new Quantiles(),
    };
    this.#routes.set(label, made);
    return made;
  }
}

function count(one: Growing, { failed, left, answered }: RoutesTaken, durationMs: number): void {
  one.requests += 1;
  if (failed) one.failed += 1;
  if (left) one.left += 1;
  if (!answered || durationMs < 0) return;
  one.answered += 1;
  one.quantiles.add(durationMs);
}
