import { asList, asObject, asText } from '../../lib/json.ts';
import type { ApiAnswer } from './cluster.ts';
import type { ListedKind } from './kinds.ts';

/** The versions an API server serves, by group; null where it did not say. */
export type Served = ReadonlyMap<string, readonly string[]> | null;

/** Reads `/apis`: every user may ask that (role system:discovery), unless it was taken away. */
export function readServed(answer: ApiAnswer): Served {
  if (!answer.ok || answer.status !== 200) return null;
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    return null;
  }
  const served = new Map<string, readonly string[]>();
  for (const group of asList(asObject(body).groups).map(asObject)) {
    const versions = asList(group.versions).flatMap((version) => asText(asObject(version).version) ?? []);
    served.set(asText(group.name) ?? '', versions);
  }
  return served.size > 0 ? served : null;
}

/** The version to list a kind by; null where the server serves none we read. */
export function versionOf(kind: ListedKind, served: Served): string | null {
  const [best = 'v1'] = kind.versions;
  if (kind.group === '' || served === null) return best;
  const offered = served.get(kind.group) ?? [];
  return kind.versions.find((version) => offered.includes(version)) ?? null;
}
