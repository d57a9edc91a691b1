/** The busiest routes of each gateway. They change only with the hour, because CloudWatch bills each series of an hour. */
export class TopRoutes {
  readonly #most: number;
  readonly #seen = new Map<string, Map<string, number>>();
  readonly #chosen = new Map<string, Set<string>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts requests of a route; while there is room it is chosen at once. */
  see(gateway: string, route: string, requests: number): void {
    const seen = this.#seen.get(gateway) ?? new Map<string, number>();
    seen.set(route, (seen.get(route) ?? 0) + requests);
    this.#seen.set(gateway, seen);
  }

  has(gateway: string, route: string): boolean {
    const chosen = this.#chosen.get(gateway) ?? new Set<string>();
    this.#chosen.set(gateway, chosen);
    if (chosen.has(route) || route === 'other') return true;
    if (chosen.size >= this.#most) return false;
    for (const [next] of this.#byRequests(gateway)) {
      if (chosen.size >= this.#most) break;
      chosen.add(next);
    }
    return chosen.has(route);
  }

  /** Chooses anew; what was long ago counts half at each turn. */
  rank(): void {
    this.#chosen.clear();
    for (const [gateway, seen] of this.#seen) {
      const top = this.#byRequests(gateway).slice(0, this.#most);
      this.#chosen.set(gateway, new Set(top.map(([route]) => route)));
      for (const [route, requests] of seen) {
        if (requests < 1) seen.delete(route);
        else seen.set(route, requests / 2);
      }
      if (seen.size === 0) this.#seen.delete(gateway);
    }
  }

  #byRequests(gateway: string): [string, number][] {
    return [...(this.#seen.get(gateway) ?? [])].sort(
      ([leftName, left], [rightName, right]) => right - left || (leftName < rightName ? -1 : 1),
    );
  }
}
