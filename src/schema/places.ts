import { kinds } from './kinds.ts';
import type { Shape } from './shape.ts';

/** Where a field of a name exists: kind, and dotted path with `[]` for lists. */
export interface FieldPlace {
  readonly kind: string;
  readonly path: string;
}

let index: ReadonlyMap<string, readonly FieldPlace[]> | null = null;

/**
 * Every place of the seven kinds where a field of this name exists: those of `kind` first, then those in a field of the
 * same name as the one it was found in, then the shortest paths.
 */
export function placesOf(name: string, kind: string, parent: string): readonly FieldPlace[] {
  index ??= buildIndex();
  const places = index.get(name) ?? [];
  const rank = (place: FieldPlace): number =>
    (place.kind === kind ? 0 : 1000) + (place.path.endsWith(`.${parent}.${name}`) ? 0 : 500) + place.path.length;
  return [...places].sort((left, right) => rank(left) - rank(right));
}

function buildIndex(): ReadonlyMap<string, readonly FieldPlace[]> {
  const places = new Map<string, FieldPlace[]>();
  const walk = (kind: string, shape: Shape, path: string): void => {
    if (shape.type === 'array') walk(kind, shape.items, `${path}[]`);
    if (shape.type !== 'object') return;
    for (const [name, { shape: child }] of Object.entries(shape.fields)) {
      const place = { kind, path: `${path}.${name}` };
      places.set(name, [...(places.get(name) ?? []), place]);
      walk(kind, child, place.path);
    }
  };
  for (const { kind, spec } of kinds.values()) walk(kind, spec, 'spec');
  return places;
}
