import { asObject, asTextMap, pointer } from '../lib/json.ts';
import { groupBy, memoize } from '../lib/memo.ts';
import type { Model } from '../model/model.ts';
import { type KubernetesObject, type ObjectRef, refKey, refText } from '../snapshot/object.ts';
import type { Suppression } from '../snapshot/suppression.ts';
import type { Finding, Suppressed } from './finding.ts';

/** The annotation that names the rules to be silent about an object. */
export const ignoreAnnotation = 'meshdoctor.io/ignore';
/** Why they are to be silent. */
export const reasonAnnotation = 'meshdoctor.io/ignore-reason';
/** The last day, UTC, on which they are. */
export const untilAnnotation = 'meshdoctor.io/ignore-until';

/** Every suppression there is: by annotation, one for each rule it names, then those of the configuration file. */
export const suppressionsOf = memoize((model: Model): readonly Suppression[] => [
  ...model.snapshot.objects.flatMap(annotated),
  ...(model.snapshot.suppressions ?? []),
]);

function annotated(object: KubernetesObject): readonly Suppression[] {
  const annotations = asTextMap(asObject(object.body.metadata).annotations);
  const rules = annotations[ignoreAnnotation];
  if (rules === undefined) return [];
  const named = rules.split(',').flatMap((rule) => rule.trim() || []);
  return [...new Set(named)].map((rule) => ({
    rule,
    objects: { kind: object.ref.kind, namespace: object.ref.namespace, name: object.ref.name, labels: {} },
    ref: object.ref,
    reason: annotations[reasonAnnotation]?.trim() || null,
    until: annotations[untilAnnotation]?.trim() ?? null,
    by: `annotation of ${refText(object.ref)}`,
    evidence: annotationEvidence(object, ignoreAnnotation, rules),
  }));
}

/** An annotation as evidence. */
export function annotationEvidence({ place }: KubernetesObject, name: string, value: string): Suppression['evidence'] {
  return {
    source: 'manifest',
    document: place.document,
    pointer: place.pointer + pointer('metadata', 'annotations', name),
    value,
    note: name,
  };
}

/** `active`: it holds now; `expired`: its last day is over; `unreadable`: what it says is no day, and so it never holds. */
export function stateOf({ until }: Suppression, now: string): 'active' | 'expired' | 'unreadable' {
  if (until === null) return 'active';
  const end = endOfDay(until);
  if (end === null) return 'unreadable';
  return Date.parse(now) < end ? 'active' : 'expired';
}

/** The end of a day written `YYYY-MM-DD`, UTC, in milliseconds; null where that is no day of the calendar. */
export function endOfDay(day: string): number | null {
  const begin = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // 2026-02-30 parses as the second of March: a day that does not come back as it was written is none.
  if (Number.isNaN(begin) || new Date(begin).toISOString().slice(0, 10) !== day) return null;
  return begin + 86_400_000;
}

/** Whether a suppression speaks of an object. */
function coversObject(model: Model, { objects }: Suppression, ref: ObjectRef): boolean {
  return (
    like(objects.kind, ref.kind) &&
    like(objects.namespace, ref.namespace ?? '') &&
    like(objects.name, ref.name) &&
    Object.entries(objects.labels).every(([name, value]) => labelsOf(model).get(refKey(ref))?.[name] === value)
  );
}

const labelsOf = memoize(
  ({ snapshot }: Model) =>
    new Map(snapshot.objects.map(({ ref, body }) => [refKey(ref), asTextMap(asObject(body.metadata).labels)])),
);

/** `*` stands for any text; null for every text. */
function like(pattern: string | null, text: string): boolean {
  if (pattern === null) return true;
  const [first = '', ...parts] = pattern.split('*');
  if (parts.length === 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  const last = parts.pop() ?? '';
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** The suppressions of a rule that speak of any of these objects, held or not, as they are written. */
export function suppressionsOn(model: Model, rule: string, refs: Iterable<ObjectRef>): readonly Suppression[] {
  const named = byObject(model).get(rule);
  if (!named) return [];
  const found = new Map<Suppression, number>();
  for (const ref of refs) {
    for (const { suppression, at } of [...(named.get(objectKey(ref)) ?? []), ...(named.get(anyObject) ?? [])]) {
      if (!found.has(suppression) && coversObject(model, suppression, ref)) found.set(suppression, at);
    }
  }
  return [...found].sort(([, one], [, other]) => one - other).map(([suppression]) => suppression);
}

const anyObject = '*';

/** By rule, then by the kind and name of the one object that is meant; those that may mean several stand under `*`. */
const byObject = memoize((model: Model) => {
  const all = suppressionsOf(model).map((suppression, at) => ({ suppression, at }));
  const rules = groupBy(all, ({ suppression }) => suppression.rule);
  return new Map(
    [...rules].map(([rule, named]) => [rule, groupBy(named, ({ suppression }) => objectKey(suppression.objects))]),
  );
});

function objectKey({ kind, name }: Pick<Suppression['objects'], 'kind' | 'name'>): string {
  return kind === null || name === null || kind.includes('*') || name.includes('*') ? anyObject : `${kind} ${name}`;
}

/** Marks each finding that a suppression in force speaks of. */
export function suppress(model: Model, findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => {
    const on = suppressionsOn(model, finding.rule, [...finding.subjects, ...finding.affects]);
    const held = on.find((one) => stateOf(one, model.now) === 'active');
    return held ? { ...finding, suppressed: saidBy(held) } : finding;
  });
}

function saidBy({ reason, until, by }: Suppression): Suppressed {
  return { reason, until, by };
}
