import { asObject, asText, type JsonObject } from '../../../src/lib/json.ts';
import { waitUntil } from '../admin.ts';
import { applyWithStatus, patch, writeStatus } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';
import { addEvent } from '../kube/events.ts';
import { admitted, reconciled } from '../kube/mesh-controller.ts';
import type { ShopCluster } from '../kube/shop-cluster.ts';
import { erase, fresh, isWebhook, keyOf, kindOf, listAll, named, readYaml } from './objects.ts';
import type { Changes } from './story.ts';

/** Long before App Mesh ended (2026-09-30): nothing of the cluster was touched since. */
export const longAgo = '2026-08-14T09:30:00Z';
const meshApi = 'appmesh.k8s.aws/v1beta2';

/** Changes objects as a person, a controller and a webhook would; true where App Mesh objects are among them. */
export async function change(cluster: ShopCluster, changes: Changes, accepted: boolean): Promise<boolean> {
  const { client } = cluster;
  const { apply: text = '', merge = {}, status = {}, remove = [], doom = [], say = {} } = changes;
  const before = await listAll(client);
  for (const name of remove) for (const object of named(before, name)) await erase(client, object);
  const mesh = before.find(({ kind }) => kind === 'Mesh');
  const gateway = before.find((one) => keyOf(one) === 'VirtualGateway shop/edge');
  // While it is there it refuses new pods: nothing answers it.
  const webhooks = before.filter(isWebhook);
  const added = readYaml(text);
  const later = [...webhooks.filter((one) => !remove.includes(keyOf(one))), ...added.filter(isWebhook)];
  for (const object of webhooks) await erase(client, object);
  for (const object of added.filter((one) => !isWebhook(one))) {
    const made = isMesh(object) ? taken(object, { mesh, gateway }) : object;
    if (object.kind === 'Pod') await applyWhenAllowed(client, made);
    else await applyWithStatus(client, made);
  }
  for (const object of later) await applyWithStatus(client, fresh(object));
  for (const [name, part] of Object.entries(merge)) {
    for (const object of named(before, name)) await patch(client, object, asObject(part));
  }
  for (const name of doom) {
    for (const object of named(before, name)) await client.must(await client.pathOf(object), { method: 'DELETE' });
  }
  const after = await listAll(client);
  for (const [name, part] of Object.entries(status)) {
    for (const object of named(after, name)) await writeStatus(client, object, asObject(part));
  }
  for (const [name, said] of Object.entries(say)) {
    for (const object of named(after, name)) await addEvent(client, object, said);
  }
  const meshed = [...added, ...[...Object.keys(merge), ...remove].flatMap((name) => named(before, name))].some(isMesh);
  if (meshed && accepted) await reconcile(cluster, after.filter(isMesh), Object.keys(status));
  return meshed || [...Object.keys(merge)].some((name) => name.startsWith('Namespace'));
}

/** For a moment the API server still asks a webhook that was erased. */
async function applyWhenAllowed(client: KubeClient, pod: JsonObject): Promise<void> {
  await waitUntil('the API server to take a pod', async () => {
    await applyWithStatus(client, pod);
    return true;
  });
}

/** An App Mesh object. */
export function isMesh({ apiVersion }: JsonObject): boolean {
  return asText(apiVersion) === meshApi;
}

/** As the webhook takes an object, unless the story says itself which mesh and gateway it belongs to. */
function taken(object: JsonObject, owners: Parameters<typeof admitted>[1]): JsonObject {
  const made = admitted(object, kindOf(object) === 'Mesh' ? {} : owners);
  return { ...made, spec: { ...asObject(made.spec), ...asObject(object.spec) } };
}

/** Writes what the controller would of these objects, but for those whose status somebody told. */
export async function reconcile({ client }: ShopCluster, objects: readonly JsonObject[], told: readonly string[]) {
  for (const object of objects) {
    if (told.includes(keyOf(object))) continue;
    const made = reconciled(object, objects, longAgo);
    if ('status' in made) await writeStatus(client, object, made.status);
    else {
      const said = { reason: 'ReconcileError', message: made.trouble, component: kindOf(object), count: 11 };
      await addEvent(client, object, said);
    }
  }
}
