import type { Followed } from '../engine/protocol.ts';

type CountedRoute = Followed['gateways'][number]['routes'][number];

interface Turn {
  readonly at: number;
  readonly requests: number;
  readonly failed: number;
  readonly answered: number;
  readonly slow: number;
}

const downWithinMs = 5 * 60_000;
const slowWithinMs = 30 * 60_000;
const leastFailed = 20;
const leastAnswered = 500;

/** What the routes of a gateway came to of late. */
export interface RouteHealth {
  /** Names of the routes of which half or more, and twenty or more, of the requests of five minutes failed. */
  readonly down: readonly string[];
  /** Names of those whose p99 is above 80 % of their time-out, of 500 or more requests of half an hour. */
  readonly slow: readonly string[];
}

/** Remembers what each route came to, half an hour long. */
export class RouteWindow {
  readonly #turns = new Map<string, Turn[]>();

  /** Takes what came since the last turn; `now`: milliseconds of a monotonic clock. */
  judge(routes: readonly CountedRoute[], now: number): RouteHealth {
    for (const { route, endings, answered, slow } of routes) {
      // Those that no route took, and those of several, are no route's.
      if (!route.includes('/')) continue;
      const sum = (of: readonly CountedRoute['endings'][number][]) => of.reduce((all, { count }) => all + count, 0);
      const failed = sum(endings.filter((one) => one.class === '5xx'));
      const turns = this.#turns.get(route) ?? [];
      turns.push({ at: now, requests: sum(endings), failed, answered, slow });
      this.#turns.set(route, turns);
    }
    const down: string[] = [];
    const slow: string[] = [];
    for (const [route, turns] of this.#turns) {
      while (turns[0] && turns[0].at <= now - slowWithinMs) turns.shift();
      if (turns.length === 0) this.#turns.delete(route);
      const late = turns.filter(({ at }) => at > now - downWithinMs);
      const { requests, failed } = total(late);
      if (failed >= leastFailed && failed * 2 >= requests) down.push(route);
      const all = total(turns);
      if (all.answered >= leastAnswered && all.slow * 100 > all.answered) slow.push(route);
    }
    return { down, slow };
  }
}

function total(turns: readonly Turn[]): Omit<Turn, 'at'> {
  const sum = { requests: 0, failed: 0, answered: 0, slow: 0 };
  for (const { requests, failed, answered, slow } of turns) {
    sum.requests += requests;
    sum.failed += failed;
    sum.answered += answered;
    sum.slow += slow;
  }
  return sum;
}
