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
import type { Evidence } from '../snapshot/evidence.ts';
import type { KubernetesObject, ObjectRef, Place } from '../snapshot/object.ts';

/**
 * What every Kubernetes object has, tolerant of garbled fields. What rules ask of each object of a kind is read once, the rest
 * when it is asked for: there are ten thousands of them.
 */
export class Resource {
  readonly ref: ObjectRef;
  readonly spec: JsonObject;
  readonly status: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
  /** As it was read. */
  readonly object: KubernetesObject;

  constructor(object: KubernetesObject) {
    this.object = object;
    this.ref = object.ref;
    this.spec = asObject(object.body.spec);
    this.status = asObject(object.body.status);
    this.labels = asTextMap(this.metadata.labels);
  }

  get body(): JsonObject {
    return this.object.body;
  }

  /** Where it was read. */
  get place(): Place {
    return this.object.place;
  }

  get metadata(): JsonObject {
    return asObject(this.object.body.metadata);
  }

  get annotations(): Readonly<Record<string, string>> {
    return asTextMap(this.metadata.annotations);
  }

  get uid(): string | null {
    return asText(this.metadata.uid) ?? null;
  }

  get createdAt(): string | null {
    return asText(this.metadata.creationTimestamp) ?? null;
  }

  /** `metadata.deletionTimestamp`: it is being deleted, and waits for its finalizers. */
  get deletedAt(): string | null {
    return asText(this.metadata.deletionTimestamp) ?? null;
  }

  get finalizers(): readonly string[] {
    return asTexts(this.metadata.finalizers);
  }

  /** The controller that made it. */
  get owner(): { readonly kind: string; readonly name: string } | null {
    return readOwner(this.metadata.ownerReferences);
  }

  get generation(): number | null {
    return asNumber(this.metadata.generation) ?? null;
  }

  /** True for what an API server once returned (uid, resourceVersion or status present), false for what a person wrote. */
  get exported(): boolean {
    const { uid, resourceVersion } = this.metadata;
    return uid !== undefined || resourceVersion !== undefined || isObject(this.object.body.status);
  }

  /** False for objects that only stand by (`--base`). */
  get reported(): boolean {
    return this.object.reported;
  }

  /** Evidence at a dotted path (`spec.listeners[0].port`); where the path ends early, at its deepest part that exists. */
  at(path: string, note?: string): Evidence {
    return evidenceAt(this.object, dottedSegments(path), note);
  }
}

function readOwner(references: unknown): { readonly kind: string; readonly name: string } | null {
  const owners = asList(references).map(asObject);
  const { kind, name } = owners.find(({ controller }) => controller === true) ?? owners[0] ?? {};
  return typeof kind === 'string' && typeof name === 'string' ? { kind, name } : null;
}

function evidenceAt(object: KubernetesObject, segments: readonly string[], note: string | undefined): Evidence {
  const found: string[] = [];
  let value: unknown = object.body;
  for (const segment of segments) {
    const next = member(value, segment);
    if (next === undefined) break;
    found.push(segment);
    value = next;
  }
  return {
    source: object.cluster === undefined ? 'manifest' : 'kubernetes',
    document: object.place.document,
    pointer: object.place.pointer + pointer(...found),
    value,
    ...(note === undefined ? {} : { note }),
  };
}
