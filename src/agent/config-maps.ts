import type { ApiAnswer } from '../collect/kubernetes/cluster.ts';
import { asList, asObject, asText, type JsonObject } from '../lib/json.ts';
import type { AgentApi } from './api.ts';
import type { CopyStore } from './copy-place.ts';
import { parse } from './lease.ts';

/** What the API server takes of one ConfigMap (`MaxSecretSize`, which holds for ConfigMaps too). */
const mostBytes = 1024 * 1024;
const labels = { 'app.kubernetes.io/name': 'meshdoctor', 'app.kubernetes.io/component': 'rescue-copy' };
/** A list holds whole copies. */
const pageSize = 5;

/** Keeps each copy in a ConfigMap of its own, in one namespace. */
export function configMapStore(api: AgentApi, namespace: string): CopyStore {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`;
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return {
    async *all() {
      let next = '';
      do {
        const query = new URLSearchParams({ labelSelector: selector.join(','), limit: String(pageSize) });
        if (next !== '') query.set('continue', next);
        const { items, metadata } = taken('list configmaps', await api.ask(`${path}?${query}`));
        for (const item of asList(items).map(asObject)) yield* copiesOf(item);
        next = asText(asObject(metadata).continue) ?? '';
      } while (next !== '');
    },
    async get(name) {
      const object = taken('get configmaps', await api.ask(`${path}/${objectName(name)}`));
      const copy = [...copiesOf(object)].find((one) => one.name === name);
      if (!copy) throw new Error(`the ConfigMap ${namespace}/${objectName(name)} does not hold ${name}`);
      return copy.bytes;
    },
    async put(name, bytes) {
      if (bytes.length >= mostBytes)
        throw new Error(
          `it has ${Math.ceil(bytes.length / 1024)} KiB, and a ConfigMap takes less than 1024: keep copies on a volume or in S3`,
        );
      const metadata = { name: objectName(name), namespace, labels };
      const binaryData = { [name]: Buffer.from(bytes).toString('base64') };
      taken(
        'create configmaps',
        await api.write('POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata, immutable: true, binaryData }),
      );
    },
    async remove(name) {
      const answer = await api.write('DELETE', `${path}/${objectName(name)}`);
      if (!(answer.ok && answer.status === 404)) taken('delete configmaps', answer);
    },
  };
}

function* copiesOf(object: JsonObject): Generator<{ readonly name: string; readonly bytes: Uint8Array }> {
  for (const [name, data] of Object.entries(asObject(object.binaryData)))
    yield { name, bytes: Buffer.from(asText(data) ?? '', 'base64') };
}

function objectName(copy: string): string {
  return `rescue.${copy.replace(/\.rescue\.tar\.gz$/, '').toLowerCase()}`;
}

function taken(what: string, answer: ApiAnswer): JsonObject {
  if (!answer.ok) throw new Error(answer.reason);
  if (answer.status === 403) throw new Error(`not allowed: ${what}`);
  const said = parse(answer.text);
  if (answer.status >= 300) throw new Error(`the API server answered ${answer.status}: ${asText(said.message) ?? ''}`);
  return said;
}
