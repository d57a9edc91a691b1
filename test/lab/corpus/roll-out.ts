import { asObject, type JsonObject } from '../../../src/lib/json.ts';
import { waitUntil } from '../admin.ts';
import { applyWithStatus, namespaceOf } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';
import { addEndpoints, rollOut } from '../kube/workloads.ts';
import { erase, fresh, isWebhook, keyOf, kindOf, listAll } from './objects.ts';

const injection = 'appmesh.k8s.aws/sidecarInjectorWebhook';

/**
 * Does what the Deployment controller does once a template has changed: the pods before go, the next ones run, and Services
 * lead to them. The lab has no injector that answers: the template must say that it wants none.
 */
export async function rollOutAnew(client: KubeClient, name: string, nodes: readonly string[]): Promise<void> {
  const all = await listAll(client);
  const deployment = all.find((one) => keyOf(one) === name);
  if (!deployment) throw new Error(`The cluster holds no ${name}.`);
  const { template, selector } = asObject(deployment.spec);
  const annotations = asObject(asObject(asObject(template).metadata).annotations);
  if (annotations[injection] !== 'disabled') throw new Error(`${name} wants pods that only App Mesh could make.`);
  const chooses = selectorOf(asObject(selector).matchLabels, namespaceOf(deployment));
  // While it is there it refuses new pods: nothing answers it.
  const webhooks = all.filter(isWebhook);
  for (const one of webhooks) await erase(client, one);
  for (const one of all) if (['Pod', 'ReplicaSet'].includes(kindOf(one)) && chooses(one)) await erase(client, one);
  const how = { network: '10.244.99.', nodes, startedAt: new Date().toISOString() };
  let pods: readonly JsonObject[] = [];
  // For a moment the API server still asks a webhook that was erased.
  await waitUntil('the API server to take the pods', async () => {
    pods = await rollOut(client, fresh(deployment), how);
    return true;
  });
  for (const service of all.filter(({ kind }) => kind === 'Service')) {
    const leads = selectorOf(asObject(service.spec).selector, namespaceOf(service));
    if (pods.some(leads)) await addEndpoints(client, service, pods);
  }
  for (const one of webhooks) await applyWithStatus(client, fresh(one));
}

/** Whether an object of a namespace has these labels; no labels choose nothing. */
function selectorOf(labels: unknown, namespace: string): (object: JsonObject) => boolean {
  const wanted = Object.entries(asObject(labels));
  return (object) => {
    const own = asObject(asObject(object.metadata).labels);
    return namespaceOf(object) === namespace && wanted.length > 0 && wanted.every(([key, value]) => own[key] === value);
  };
}
