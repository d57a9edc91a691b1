import type { SeenClass, TrafficView } from '../snapshot/access-log/traffic-view.ts';
import type { ReportClass, ReportTraffic } from './document.ts';

const mostClasses = 100;

/** The traffic of a gateway as a report tells it. */
export function reportTraffic(view: TrafficView, cluster: string | null): ReportTraffic {
  const { gateway, logs, asked, covered, requests, failed, rates } = view;
  const ordered = [...view.classes].sort((one, other) => rank(one) - rank(other) || other.count - one.count);
  const rest = ordered.slice(mostClasses);
  const minutes = covered ? Math.max(1, (Date.parse(covered.to) - Date.parse(covered.from)) / 60_000) : 1;
  return {
    ...{ gateway, cluster, logs, asked, covered, requests, failed, rates },
    classes: ordered.slice(0, mostClasses).map((one) => reportClass(one, requests, minutes)),
    more: { classes: rest.length, requests: rest.reduce((sum, { count }) => sum + count, 0) },
  };
}

/** Clients' failures first, then those of scanners and health checks, then what was served. */
function rank(one: SeenClass): number {
  if (!isFailing(one)) return 2;
  return one.sender === null ? 0 : 1;
}

/** True for what a person wants to know the cause of. */
export function isFailing({ status, flag }: Pick<ReportClass, 'status' | 'flag'>): boolean {
  return status >= 400 || status === 0 || flag !== '-';
}

function reportClass(one: SeenClass, requests: number, minutes: number): ReportClass {
  const { method, path, status, flag, count, firstSeen, lastSeen, routes, by, served, sender } = one;
  return {
    ...{ method, path, status, flag, count, firstSeen, lastSeen, by, served, sender },
    perMinute: Math.round((count / minutes) * 100) / 100,
    share: Math.round((count / Math.max(1, requests)) * 10_000) / 10_000,
    routes: routes.map(({ label }) => label),
    cause: isFailing(one) ? [one.cause, one.nearest].filter((text) => text !== null).join('; ') || null : null,
  };
}
