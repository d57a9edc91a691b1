import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { listedKinds, listPath } from '../../../src/collect/kubernetes/kinds.ts';
import { asList, asObject, asText, type JsonObject } from '../../../src/lib/json.ts';
import { nameOf, namespaceOf } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';

/** Objects that a YAML text holds. */
export function readYaml(text: string): readonly JsonObject[] {
  return parseAllDocuments(text)
    .map((document) => asObject(document.toJS()))
    .filter(({ kind }) => kind !== undefined);
}

/** `Kind namespace/name`, or `Kind name`. */
export function keyOf(object: JsonObject): string {
  const namespace = namespaceOf(object);
  return `${object.kind} ${namespace === '' ? '' : `${namespace}/`}${nameOf(object)}`;
}

/** Every object of a cluster that meshdoctor looks at. */
export async function listAll(client: KubeClient): Promise<readonly JsonObject[]> {
  const lists = await Promise.all(
    listedKinds.map(async (kind) => {
      const { status, body } = await client.call(listPath(kind, kind.versions[0] ?? 'v1', null));
      if (status !== 200) return [];
      const { apiVersion } = asObject(body);
      return asList(asObject(body).items).map((item) => ({ ...asObject(item), apiVersion, kind: kind.kind }));
    }),
  );
  return lists.flat();
}

/** The objects that a name of a story means; there is at least one. */
export function named(objects: readonly JsonObject[], name: string): readonly JsonObject[] {
  const [, start = '', only] = /^(.*)\*(\d?)$/.exec(name) ?? [];
  const found = objects.filter((one) => (start === '' ? keyOf(one) === name : keyOf(one).startsWith(start)));
  const chosen = only ? found.slice(Number(only), Number(only) + 1) : found;
  if (chosen.length === 0) throw new Error(`The cluster holds no ${name}.`);
  return chosen;
}

/** Deletes an object whatever holds it back. */
export async function erase(client: KubeClient, object: JsonObject): Promise<void> {
  const path = await client.pathOf(object);
  if (asList(asObject(object.metadata).finalizers).length > 0) {
    const body = { metadata: { finalizers: null } };
    await client.call(path, { method: 'PATCH', body, contentType: 'application/merge-patch+json' });
  }
  await client.call(`${path}?gracePeriodSeconds=0`, { method: 'DELETE' });
  // No controller empties a namespace here; without its own finalizer it goes at once.
  if (kindOf(object) === 'Namespace') {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: nameOf(object) }, spec: { finalizers: [] } };
    await client.call(`${path}/finalize`, { method: 'PUT', body });
  }
}

/** Makes a cluster hold just these objects again, as they were; members follow a Mesh or gateway that had to be made anew. */
export async function restore(client: KubeClient, wanted: readonly JsonObject[]): Promise<void> {
  const there = new Map((await listAll(client)).map((one) => [keyOf(one), one]));
  // Webhooks go first and come last: while they are there they refuse pods.
  for (const [key, object] of there) if (isWebhook(object)) await erase(client, object).then(() => there.delete(key));
  const anew = new Map<string, string>();
  for (const was of [...wanted].sort((one, other) => turn(one) - turn(other))) {
    const object = following(was, anew);
    const now = there.get(keyOf(object));
    there.delete(keyOf(object));
    if (now === undefined || asObject(now.metadata).deletionTimestamp !== undefined) {
      if (now !== undefined) await erase(client, now);
      const made = await make(client, object);
      anew.set(uidOf(was), uidOf(made));
    } else if (!isDeepStrictEqual(content(now), content(object))) {
      await write(client, object, now);
    }
  }
  const added = [...there.values()].sort(
    (one, other) => Number(one.kind === 'Namespace') - Number(other.kind === 'Namespace'),
  );
  for (const object of added) await erase(client, object);
}

const owners = ['Mesh', 'VirtualGateway'];

/** What others refer to comes first, what refuses others last. */
function turn(object: JsonObject): number {
  const owner = owners.indexOf(kindOf(object));
  return owner >= 0 ? owner : owners.length + Number(isWebhook(object));
}

function following(object: JsonObject, anew: ReadonlyMap<string, string>): JsonObject {
  if (anew.size === 0) return object;
  let text = JSON.stringify(object);
  for (const [before, after] of anew) text = text.replaceAll(`"uid":"${before}"`, `"uid":"${after}"`);
  return asObject(JSON.parse(text));
}

function uidOf({ metadata }: JsonObject): string {
  return asText(asObject(metadata).uid) ?? '';
}

async function make(client: KubeClient, object: JsonObject): Promise<JsonObject> {
  const path = await client.pathOf(object);
  const made = await client.must(path.slice(0, path.lastIndexOf('/')), { method: 'POST', body: fresh(object) });
  await writeStatusOf(client, object, made);
  return made;
}

async function write(client: KubeClient, object: JsonObject, now: JsonObject): Promise<void> {
  const path = await client.pathOf(object);
  const body = stamped(object, now);
  await writeStatusOf(client, object, await client.must(path, { method: 'PUT', body }));
}

/** Whoever wrote a status has taken the generation there is now. */
async function writeStatusOf(client: KubeClient, object: JsonObject, stored: JsonObject): Promise<void> {
  if (object.status === undefined) return;
  const status = asObject(object.status);
  const { generation } = asObject(stored.metadata);
  const taken = status.observedGeneration === undefined ? status : { ...status, observedGeneration: generation };
  const body = { ...stamped(object, stored), status: taken };
  await client.must(`${await client.pathOf(object)}/status`, { method: 'PUT', body });
}

/** The object as an update of what is stored. */
function stamped(object: JsonObject, stored: JsonObject): JsonObject {
  const { resourceVersion } = asObject(stored.metadata);
  const { metadata, ...rest } = fresh(object);
  return { ...rest, metadata: { ...asObject(metadata), resourceVersion } };
}

/** True of what the API server asks about new objects. */
export function isWebhook(object: JsonObject): boolean {
  return kindOf(object).endsWith('WebhookConfiguration');
}

/** An object without what the server itself writes. */
export function fresh(object: JsonObject): JsonObject {
  const {
    resourceVersion: _,
    uid: __,
    creationTimestamp: ___,
    generation: ____,
    ...metadata
  } = asObject(object.metadata);
  return { ...object, metadata: { ...metadata, managedFields: undefined } };
}

/** What a person would call the same object: the server's own stamps aside. How far behind a status is counts. */
function content(object: JsonObject): JsonObject {
  const { labels, annotations, finalizers, ownerReferences, generation } = asObject(object.metadata);
  const { metadata: _, status, ...rest } = object;
  const { observedGeneration, ...told } = asObject(status);
  const behind = Number(generation ?? 0) - Number(observedGeneration ?? generation ?? 0);
  return { ...rest, status: { ...told, behind }, labels, annotations, finalizers, ownerReferences };
}

/** The kind of an object. */
export function kindOf(object: JsonObject): string {
  return asText(object.kind) ?? '';
}
