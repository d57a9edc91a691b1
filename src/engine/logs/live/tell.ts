import { causeOf } from '../../../traffic/cause.ts';
import type { Traffic, TrafficClass } from '../../../traffic/traffic.ts';
import { classKey } from './join.ts';
import type { LiveClass, LiveGateway, LiveRoute } from './live-document.ts';
import { everyFailure, everything, type LiveFold, routeKeys } from './live-fold.ts';

/** What is told of one gateway. */
export interface Told {
  readonly gateway: LiveGateway;
  readonly classes: readonly LiveClass[];
  readonly more: { readonly classes: number; readonly requests: number };
  readonly routes: readonly LiveRoute[];
}

const mostClasses = 300;

/** What the logs of a gateway say now. */
export function tell(gateway: string | null, fold: LiveFold, now: number): Told {
  const traffic = fold.look(now);
  const ratesOf = paceOf(fold, traffic);
  const { requests, failed, rates } = traffic;
  const all = ratesOf(everything, requests);
  const told = [...traffic.classes]
    .map((one) => ({ one, failing: isFailing(one), perMinute: ratesOf(classKey(one), one.count) }))
    .sort(
      (left, right) =>
        Number(right.failing) - Number(left.failing) ||
        right.perMinute - left.perMinute ||
        right.one.count - left.one.count,
    );
  const rest = told.slice(mostClasses);
  return {
    gateway: {
      ...{ gateway, requests, failed, rates },
      perMinute: all,
      failedShare: share(ratesOf(everyFailure, failed), all),
    },
    classes: told.slice(0, mostClasses).map(({ one, failing, perMinute }) => ({
      ...classOf(one),
      ...{ gateway, failing, perMinute },
      key: `${gateway ?? ''} ${classKey(one)}`,
      cause: failing ? causeOf(one) : null,
    })),
    more: { classes: rest.length, requests: rest.reduce((sum, { one }) => sum + one.count, 0) },
    routes: traffic.routes.map((one): LiveRoute => {
      const keys = routeKeys(one.label);
      const perMinute = ratesOf(keys.requests, one.requests);
      const failedShare = share(ratesOf(keys.failed, one.failed), perMinute);
      return { gateway, label: one.label, perMinute, more: one.perhaps > 0, failedShare, p99Ms: one.p99Ms };
    }),
  };
}

function isFailing({ status, flag }: Pick<TrafficClass, 'status' | 'flag'>): boolean {
  return status >= 400 || status === 0 || flag !== '-';
}

/** Rates a minute: of the last one where lines come in, else of the time that the log covers. */
function paceOf(fold: LiveFold, { covered }: Traffic): (key: string, count: number) => number {
  if (fold.lives) return (key) => fold.recent.perMinute(key);
  const minutes = covered ? Math.max(1, (covered.to - covered.from) / 60_000) : 1;
  return (_, count) => count / minutes;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}

function classOf(one: TrafficClass): Omit<LiveClass, 'key' | 'gateway' | 'failing' | 'perMinute' | 'cause'> {
  const { routes, unknown, method, path, status, flag, by, upstream, count } = one;
  const { p50Ms, p99Ms, firstSeen, lastSeen, samples } = one;
  return {
    ...{ routes, unknown, method, path, status, flag, by, upstream, count },
    ...{ p50Ms, p99Ms, firstSeen, lastSeen, samples },
  };
}
