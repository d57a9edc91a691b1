import type { Explained, RouteObject } from '../../../routing/explained.ts';
import type { Step } from '../../../routing/match/steps.ts';

/** The route that all but took a request that no route took, and the clause by which it refused; null: there is none. */
export function nearestRefusal(explained: Explained): string | null {
  const { steps, decision } = explained;
  const tried = steps.filter(({ stage, place, hop }) => stage === 'route' && place && hop === decision.hops.length - 1);
  const [near] = nearestFirst(
    explained,
    tried.filter(({ verdict, clause }) => verdict === 'refused' && clause !== ''),
  );
  const empty = tried.at(-1);
  if (near) return `nearest ${refusal(explained, near)}`;
  const origin = originOf(explained, empty);
  return origin ? `${origin.object}${placeOf(origin)} has no routes` : null;
}

/** A route that refused a request, and why. */
export function refusal(explained: Explained, step: Step): string {
  return `${nameOf(explained, step)}: asks that ${step.clause}; ${step.reason}`;
}

/** A route by its place in Envoy's order and the object it was made from, with where to edit it. */
export function nameOf(explained: Explained, step: Step): string {
  const { object, place } = step;
  const origin = originOf(explained, step);
  const index = /\/(\d+)$/.exec(place?.pointer ?? '')?.[1];
  const numbered = index === undefined ? '' : `#${index} `;
  if (!origin) return /^route \d+$/.test(object) ? `route #${index}` : `${numbered}route ${object}`;
  return `${numbered}${origin.object}${placeOf(origin)}`;
}

/** The object that the route of a step was made from. */
export function originOf({ objects }: Explained, step: Step | undefined): RouteObject | undefined {
  return step?.place ? objects[`${step.place.document} ${step.place.pointer}`] : undefined;
}

/** Where to edit an object, in brackets. */
export function placeOf({ file, line }: Pick<RouteObject, 'file' | 'line'>): string {
  return file === null ? '' : ` (${file}:${line})`;
}

/**
 * Routes that all but took the request first: fewest clauses refused, then those the path came furthest into. An object
 * that stands as two routes (`/x/` and `/x`) is told once.
 */
export function nearestFirst(explained: Explained, refused: readonly Step[]): readonly Step[] {
  const score = (step: Step): number => step.refusals * 1000 - closeness(step);
  const best = new Map<string, Step>();
  for (const step of refused) {
    const origin = originOf(explained, step);
    const key = origin ? `${origin.object} ${origin.file} ${origin.line}` : nameOf(explained, step);
    const held = best.get(key);
    if (!held || score(step) < score(held)) best.set(key, step);
  }
  return [...best.values()].sort((one, other) => score(one) - score(other));
}

/** How far the path of a request came into what a route asks of it; 999: all the way. */
export function closeness({ clause, reason }: Step): number {
  if (!clause.startsWith('path')) return 999;
  return Math.min(998, Number(/differs from character (\d+)/.exec(reason)?.[1] ?? 0));
}
