import type { Decision } from '../../routing/match/decision.ts';
import { routesOf } from '../../routing/origins.ts';
import type { Table } from '../../routing/table/table.ts';
import { pathShape } from '../../snapshot/path-shape.ts';

/** Paths that every Envoy's normalisation leaves as they are. */
const plain = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+\/?$/;

/**
 * Texts that routes compare paths with, in lower case, by listener and virtual host; null where something else than comparing
 * decides: a regex, a matcher tree.
 */
export type PathTexts = ReadonlyMap<string, ReadonlySet<string>> | null;

/** What the routes of these tables compare paths with. */
export function pathTextsOf(tables: readonly Table[]): PathTexts {
  const texts = new Map<string, Set<string>>();
  for (const table of tables) {
    for (const { listener, host, route } of routesOf(table)) {
      const { action } = route;
      const rewritesByRegex = action.type === 'forward' && [action.path.kind, action.host.kind].some(isRegex);
      if (host.matcher || rewritesByRegex) return null;
      const key = `${listener.name} ${host.name}`;
      const held = texts.get(key) ?? new Set();
      texts.set(key, held);
      for (const clause of route.clauses) {
        if (clause.field === 'header' && clause.name === ':path') return null;
        if (clause.field !== 'path' || clause.test.kind === 'connect') continue;
        if (!('value' in clause.test)) return null;
        held.add(clause.test.value.toLowerCase());
      }
    }
  }
  return texts;
}

function isRegex(kind: string): boolean {
  return kind === 'regex' || kind === 'path-regex' || kind === 'template';
}

/** The shape by which a path may be decided like others of it; null where it has none. */
export function decidingShape(target: string | null, texts: PathTexts): string | null {
  if (target === null || texts === null || !plain.test(target)) return null;
  const shape = pathShape(target);
  return shape.includes(':id') && !shape.includes('…') ? shape : null;
}

/**
 * True where all paths of a shape are decided like this one: on no pass is there a route whose text reaches into what the
 * shape hides. A text that ends before it, or differs before it, takes all of them or none.
 */
export function isDecidedByShape(
  target: string,
  shape: string,
  { hops, candidates }: Decision,
  texts: PathTexts,
): boolean {
  if (texts === null || candidates.some((one) => !isDecidedByShape(target, shape, one, texts))) return false;
  const hidden = target.slice(shape.indexOf(':id'));
  return hops.every(({ listener, virtualHost }, at) => {
    const path = at === 0 ? target : hops[at - 1]?.rewrite?.path;
    if (path === undefined || !path.endsWith(hidden)) return false;
    const open = path.slice(0, path.length - hidden.length).toLowerCase();
    const asked = [...(texts.get(`${listener} ${virtualHost}`) ?? [])];
    return asked.every((text) => text.length <= open.length || !text.startsWith(open));
  });
}
