import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import { type KindSchema, kinds } from '../../../src/schema/kinds.ts';
import { toOpenApi } from '../../../src/schema/to-openapi.ts';
import { waitUntil } from '../admin.ts';
import { apply } from './apply.ts';
import type { KubeClient } from './client.ts';

const group = 'appmesh.k8s.aws';
const version = 'v1beta2';

/** Installs the seven App Mesh kinds, and waits until each is served. */
export async function installCrds(client: KubeClient): Promise<void> {
  const schemas = [...kinds.values()];
  await Promise.all(schemas.map((schema) => apply(client, crdOf(schema))));
  for (const { plural } of schemas) {
    await waitUntil(`the CRD of ${plural} to be established`, () => isServed(client, plural));
  }
}

async function isServed(client: KubeClient, plural: string): Promise<boolean> {
  const { body } = await client.call(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`);
  const conditions = asList(asObject(asObject(body).status).conditions).map(asObject);
  if (!conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return false;
  return (await client.call(`/apis/${group}/${version}/${plural}`)).status === 200;
}

/** A CRD as the controller's chart installs it: the spec by our schema, a status of its own, whatever it holds. */
function crdOf(schema: KindSchema): JsonObject {
  const { kind, plural, scope, spec } = schema;
  const properties = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: toOpenApi(spec),
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), categories: ['all'] },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties } },
        },
      ],
    },
  };
}
