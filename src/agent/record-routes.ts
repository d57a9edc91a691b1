import type { Followed } from '../engine/protocol.ts';
import type { Metrics } from '../export/metrics.ts';
import { RouteWindow } from './route-health.ts';

const states = ['gateway.routes.down', 'gateway.routes.slow', 'gateway.routes.paged'] as const;

/** Tells what followed logs told, turn by turn. */
export class RouteRecorder {
  readonly #windows = new Map<string, RouteWindow>();

  /** `now`: milliseconds of a monotonic clock. */
  record(metrics: Pick<Metrics, 'add' | 'set' | 'unset' | 'record'>, { gateways }: Followed, now: number): void {
    const there = new Set(gateways.map(({ gateway }) => gateway));
    for (const gateway of this.#windows.keys()) {
      if (there.has(gateway)) continue;
      this.#windows.delete(gateway);
      for (const state of states) metrics.unset(state, { gateway });
    }
    for (const { gateway, routes, lost, paged } of gateways) {
      for (const { route, endings, received, sent, retries, durations } of routes) {
        for (const { class: of, by, cause, count } of endings)
          metrics.add('route.requests', count, { gateway, route, class: of, by, cause });
        metrics.add('route.bytes', received, { gateway, route, direction: 'received' });
        metrics.add('route.bytes', sent, { gateway, route, direction: 'sent' });
        metrics.add('route.retries', retries, { gateway, route });
        for (const [ms, count] of durations) {
          for (let one = 0; one < count; one += 1) {
            metrics.record('route.latency', ms / 1000, { gateway, route });
            metrics.record('gateway.latency', ms / 1000, { gateway });
          }
        }
      }
      metrics.add('gateway.lost_route', lost, { gateway });
      const window = this.#windows.get(gateway) ?? new RouteWindow();
      this.#windows.set(gateway, window);
      const { down, slow } = window.judge(routes, now);
      metrics.set('gateway.routes.down', down.length, { gateway });
      metrics.set('gateway.routes.slow', slow.length, { gateway });
      metrics.set('gateway.routes.paged', down.filter((route) => paged.includes(route)).length, { gateway });
    }
  }
}
