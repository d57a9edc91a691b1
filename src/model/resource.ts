import {
  asList,
  asNumber,
  asObject,
  asText,
  asTextMap,
  asTexts,
  dottedSegments,
  isObject,
  type JsonObject,
  member,
  pointer,
} from '../lib/json.ts';
import type { Evidence, EvidenceSource } from '../snapshot/evidence.ts';
import type { KubernetesObject, ObjectRef, Place } from '../snapshot/object.ts';

/** What every Kubernetes object has, read once and tolerant of garbled fields. */
export interface Resource {
  readonly ref: ObjectRef;
  /** Where it was read. */
  readonly place: Place;
  readonly body: JsonObject;
  readonly spec: JsonObject;
  readonly status: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly uid: string | null;
  readonly createdAt: string | null;
  /** `metadata.deletionTimestamp`: it is being deleted, and waits for its finalizers. */
  readonly deletedAt: string | null;
  readonly finalizers: readonly string[];
  /** The controller that made it. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  readonly generation: number | null;
  /** True for what an API server once returned (uid, resourceVersion or status present), false for what a person wrote. */
  readonly exported: boolean;
  /** False for objects that only stand by (`--base`). */
  readonly reported: boolean;
  /** Evidence at a dotted path (`spec.listeners[0].port`); where the path ends early, at its deepest part that exists. */
  readonly at: (path: string, note?: string) => Evidence;
}

/** Reads what all kinds share. */
export function readResource(object: KubernetesObject, source: EvidenceSource): Resource {
  const metadata = asObject(object.body.metadata);
  return {
    ref: object.ref,
    place: object.place,
    body: object.body,
    spec: asObject(object.body.spec),
    status: asObject(object.body.status),
    labels: asTextMap(metadata.labels),
    annotations: asTextMap(metadata.annotations),
    uid: asText(metadata.uid) ?? null,
    createdAt: asText(metadata.creationTimestamp) ?? null,
    deletedAt: asText(metadata.deletionTimestamp) ?? null,
    finalizers: asTexts(metadata.finalizers),
    owner: readOwner(metadata.ownerReferences),
    generation: asNumber(metadata.generation) ?? null,
    exported: metadata.uid !== undefined || metadata.resourceVersion !== undefined || isObject(object.body.status),
    reported: object.reported,
    at: (path, note) => evidenceAt(object, source, dottedSegments(path), note),
  };
}

function readOwner(references: unknown): Resource['owner'] {
  const owners = asList(references).map(asObject);
  const { kind, name } = owners.find(({ controller }) => controller === true) ?? owners[0] ?? {};
  return typeof kind === 'string' && typeof name === 'string' ? { kind, name } : null;
}

function evidenceAt(
  object: KubernetesObject,
  source: EvidenceSource,
  segments: readonly string[],
  note: string | undefined,
): Evidence {
  const found: string[] = [];
  let value: unknown = object.body;
  for (const segment of segments) {
    const next = member(value, segment);
    if (next === undefined) break;
    found.push(segment);
    value = next;
  }
  return {
    source: object.cluster === undefined ? source : 'kubernetes',
    document: object.place.document,
    pointer: object.place.pointer + pointer(...found),
    value,
    ...(note === undefined ? {} : { note }),
  };
}
