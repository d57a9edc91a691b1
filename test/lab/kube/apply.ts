import { asObject, asText, type JsonObject } from '../../../src/lib/json.ts';
import type { Answer, KubeClient } from './client.ts';

const fieldManager = 'kubectl';

/** Makes or changes an object of any kind, as `kubectl apply --server-side` does; returns it as it is stored. */
export async function apply(client: KubeClient, object: JsonObject): Promise<JsonObject> {
  return client.must(`${await client.pathOf(object)}?fieldManager=${fieldManager}&force=true`, {
    method: 'PATCH',
    body: object,
    contentType: 'application/apply-patch+yaml',
  });
}

/** The same without an error: what the server says to an object it may refuse. */
export async function tryApply(client: KubeClient, object: JsonObject): Promise<Answer> {
  return client.call(`${await client.pathOf(object)}?fieldManager=${fieldManager}&force=true`, {
    method: 'PATCH',
    body: object,
    contentType: 'application/apply-patch+yaml',
  });
}

/** Applies an object, and then the status it carries, which the API server takes only on its own path. */
export async function applyWithStatus(client: KubeClient, object: JsonObject): Promise<JsonObject> {
  const { status, ...rest } = object;
  const stored = await apply(client, rest);
  return status === undefined ? stored : writeStatus(client, object, asObject(status));
}

/** Writes (parts of) the status of an object that exists. */
export async function writeStatus(client: KubeClient, object: JsonObject, status: JsonObject): Promise<JsonObject> {
  return patch(client, object, { status }, '/status');
}

/** Changes fields of an object that exists, by merge patch: null takes a field away. */
export async function patch(
  client: KubeClient,
  object: JsonObject,
  change: JsonObject,
  subresource = '',
): Promise<JsonObject> {
  return client.must(`${await client.pathOf(object)}${subresource}`, {
    method: 'PATCH',
    body: change,
    contentType: 'application/merge-patch+json',
  });
}

/** Deletes an object at once. */
export async function remove(client: KubeClient, object: JsonObject): Promise<void> {
  await client.must(`${await client.pathOf(object)}?gracePeriodSeconds=0`, { method: 'DELETE' });
}

/** The name of an object. */
export function nameOf(object: JsonObject): string {
  return asText(asObject(object.metadata).name) ?? '';
}

/** The namespace of an object. */
export function namespaceOf(object: JsonObject): string {
  return asText(asObject(object.metadata).namespace) ?? '';
}
