import type { Gap, Seen } from '../snapshot/coverage.ts';
import type { SeenClass, SeenProcessLines, TrafficView } from '../snapshot/access-log/traffic-view.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import { type ObjectRef, type Place, refKey, refText } from '../snapshot/object.ts';
import type { Gateway } from './gateway.ts';
import type { Model } from './model.ts';

/** What the access logs of a gateway say; why that is not known, where none that was read is its. */
export function trafficOf({ traffic }: Pick<Model, 'traffic'>, { ref }: Pick<Gateway, 'ref'>): Seen<TrafficView> {
  const own = traffic?.find(({ gateway }) => gateway !== null && refKey(gateway) === refKey(ref));
  if (own) return { state: 'listed', value: own };
  const unclaimed = traffic?.find(({ gateway }) => gateway === null);
  const missing = `the access log of ${refText(ref)}`;
  const gap: Gap = unclaimed
    ? {
        missing,
        reason: `which of several gateways wrote ${unclaimed.logs.join(', ')} is not known`,
        remedy: 'name the gateway: vgw/NAME or --gateway NS/NAME',
      }
    : { missing, reason: 'none was read', remedy: 'name it with --access-log FILE, or read its pods with --live' };
  return { state: 'not-read', gap };
}

/** Minutes that a log covers; at least one, so that a rate of a few seconds is none of an hour. */
export function coveredMinutes({ covered }: TrafficView): number {
  if (!covered) return 1;
  return Math.max(1, (Date.parse(covered.to) - Date.parse(covered.from)) / 60_000);
}

/** How much of a gateway's traffic so many requests are. */
export function impactOf(
  view: TrafficView,
  count: number,
): { readonly requestsPerMinute: number; readonly share: number } {
  return {
    requestsPerMinute: Math.round((count / coveredMinutes(view)) * 10) / 10,
    share: Math.round((count / Math.max(1, view.requests)) * 1000) / 1000,
  };
}

/** When classes began, where the log shows it: a class that is there from the first line on began at any time before. */
export function sinceOf({ covered }: TrafficView, classes: readonly SeenClass[]): { readonly since?: string } {
  const first = classes.flatMap(({ firstSeen }) => firstSeen ?? []).sort()[0];
  if (!covered || first === undefined) return {};
  const span = Date.parse(covered.to) - Date.parse(covered.from);
  const quiet = Date.parse(first) - Date.parse(covered.from);
  return quiet > Math.max(10_000, span * 0.02) ? { since: first } : {};
}

/** Evidence that stands in the fold of a gateway's logs. */
export function logEvidence(
  place: Place,
  value: unknown,
  note: string,
  source: Evidence['source'] = 'access-log',
): Evidence {
  return { source, document: place.document, pointer: place.pointer, value, note };
}

/** Evidence of a class: how many requests went so, and one of them. */
export function classEvidence(view: TrafficView, one: SeenClass): Evidence {
  const { method, path, status, flag, count, firstSeen, lastSeen, sample } = one;
  const value = { method, path, status, flag, count, firstSeen, lastSeen, sample };
  return logEvidence(one.place, value, `${count} x "${method} ${path}" ${status} ${flag} in ${view.logs.join(', ')}`);
}

/** Requests of these classes. */
export function countOf(classes: readonly SeenClass[]): number {
  return classes.reduce((sum, { count }) => sum + count, 0);
}

/** What most of a group's requests are, first. */
export function mostFirst(classes: readonly SeenClass[]): readonly SeenClass[] {
  return [...classes].sort((one, other) => other.count - one.count);
}

/** The objects of the routes that requests of these classes took, each once: the first 50. */
export function routesTaken(classes: readonly SeenClass[]): readonly ObjectRef[] {
  const refs = classes.flatMap(({ routes }) => routes.flatMap(({ ref }) => ref ?? []));
  return [...new Map(refs.map((ref) => [refText(ref), ref])).values()].slice(0, 50);
}

/** Answered 5xx, or not at all though the client stayed. */
export function isFailed({ status, flag }: Pick<SeenClass, 'status' | 'flag'>): boolean {
  return status >= 500 || (status === 0 && !/\b(?:DC|DR)\b/.test(flag));
}

/** Requests of one gateway that failed on their way to one target. */
export interface LoggedFailures {
  /** Of the target's requests that failed, most first. */
  readonly classes: readonly SeenClass[];
  readonly failed: number;
  /** All requests to the target. */
  readonly tried: number;
}

/** Below these a few failures are noise: pods come and go. */
const leastFailed = 20;
const leastShare = 0.01;

/** The failures among requests that `belongs` takes, where they are noteworthy: at least 20, and 1 % of all; else null. */
export function loggedFailures(view: TrafficView, belongs: (one: SeenClass) => boolean): LoggedFailures | null {
  const all = view.classes.filter(belongs);
  const classes = mostFirst(all.filter(isFailed));
  const failed = countOf(classes);
  const tried = countOf(all);
  return failed >= leastFailed && failed / tried >= leastShare ? { classes, failed, tried } : null;
}

/** How requests ended and why, each ending once, most first: `1900 x 503 UF: no connection to the upstream`. */
export function endingsText(classes: readonly SeenClass[]): string {
  const counts = new Map<string, number>();
  for (const { status, flag, cause, count } of classes) {
    const ending = `${status} ${flag}${cause === null ? '' : `: ${cause}`}`;
    counts.set(ending, (counts.get(ending) ?? 0) + count);
  }
  const endings = [...counts].sort(([, one], [, other]) => other - one).slice(0, 3);
  return endings.map(([ending, count]) => `${count} x ${ending}`).join('; ');
}

/** What Envoy's own log says of one kind. */
export function processLines(view: TrafficView, kind: SeenProcessLines['kind']): readonly SeenProcessLines[] {
  return view.processLines.filter((lines) => lines.kind === kind);
}
