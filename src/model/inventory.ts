import { memoize } from '../lib/memo.ts';
import type { Gap } from '../snapshot/coverage.ts';
import type { EnvoySection } from '../snapshot/envoy/section.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Relation } from './relation.ts';

/** Whether all objects of a kind in a namespace were seen: with the proof, or with what is missing. */
export type Completeness =
  | { readonly complete: true; readonly proof: Evidence }
  | { readonly complete: false; readonly gap: Gap };

/** Says from the coverage table whether every object of `kind` in `namespace` (`*`: in all of them) was seen. */
export function completeness(snapshot: Snapshot, kind: string, namespace: string): Completeness {
  let because: string | null = null;
  for (const [index, entry] of snapshot.coverage.entries()) {
    const { subject } = entry;
    if (subject.type !== 'objects') continue;
    if (subject.kind !== '*' && subject.kind !== kind) continue;
    if (subject.namespace !== '*' && subject.namespace !== namespace) continue;
    if (entry.state === 'listed') {
      return {
        complete: true,
        proof: { source: 'coverage', document: 'coverage', pointer: `/${index}`, value: entry, note: entry.reason },
      };
    }
    because ??= entry.reason;
  }
  return { complete: false, gap: unseenGap(kind, namespace, because) };
}

/** The proof that a section of an Envoy was read whole, for what is not in it; null where it was not. */
export function sectionProof(snapshot: Snapshot, envoy: string, section: EnvoySection, note: string): Evidence | null {
  for (const [index, entry] of snapshot.coverage.entries()) {
    const { subject, state } = entry;
    if (subject.type !== 'envoy' || subject.envoy !== envoy || subject.section !== section) continue;
    if (state !== 'listed') return null;
    return { source: 'coverage', document: 'coverage', pointer: `/${index}`, value: entry, note };
  }
  return null;
}

/** Anything with a namespace and a name. */
interface Named {
  readonly ref: { readonly namespace: string | null; readonly name: string };
}

/** Looks an object up in what was read: present, absent with the proof that all were listed, or unknown. */
export function lookUp<T extends Named>(
  { completeness: seenOf }: { readonly completeness: (kind: string, namespace: string) => Completeness },
  kind: string,
  objects: readonly T[],
  namespace: string | null,
  name: string,
): Relation<T> {
  const found = named(objects, namespace, name);
  if (found) return { state: 'present', value: found };
  const seen = seenOf(kind, namespace ?? '*');
  if (seen.complete) return { state: 'absent', proof: [seen.proof] };
  return { state: 'unknown', gap: seen.gap };
}

/** The object of a name among those of one kind. */
export function named<T extends Named>(objects: readonly T[], namespace: string | null, name: string): T | undefined {
  const position = positions(objects).get(nameKey(namespace, name));
  return position === undefined ? undefined : objects[position];
}

const positions = memoize((objects: readonly Named[]) => {
  return new Map(objects.map(({ ref }, index) => [nameKey(ref.namespace, ref.name), index]));
});

/** A key that two names share exactly when they are the same; `/` is in no Kubernetes name. */
export function nameKey(namespace: string | null, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

function unseenGap(kind: string, namespace: string, because: string | null): Gap {
  return {
    missing: `all ${kind} objects${namespace === '*' ? '' : ` of namespace ${namespace}`}`,
    reason: because ?? 'files cover nothing beyond themselves',
    remedy: 'give the missing files; if the files given are the whole set, say so with --closed',
  };
}
