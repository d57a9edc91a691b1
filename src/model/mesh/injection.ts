import { memoize } from '../../lib/memo.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { Workload } from '../platform/kinds.ts';
import { appMeshName, envoyOf, runnersOfGateway } from '../platform/runners.ts';
import { workloadsSelected } from '../platform/selected.ts';
import type { Resource } from '../resource.ts';
import { presentValue } from '../relation.ts';
import type { VirtualNode } from './kinds.ts';
import { namespaceOf } from './links.ts';

/** The label of a namespace, and annotation of a pod, that the webhook goes by. */
export const injectorKey = 'appmesh.k8s.aws/sidecarInjectorWebhook';
const injectorPath = `metadata.labels["${injectorKey}"]`;

/**
 * Whether the webhook fills in the next pod of a workload: it is called for namespaces whose label says `enabled` or
 * `disabled`, and the pod's annotation of the same name overrides the label (controller pkg/inject; webhook.yaml).
 */
export function asksForInjection(namespace: Resource, podAnnotations: Readonly<Record<string, string>>): boolean {
  const label = namespace.labels[injectorKey];
  if (label !== 'enabled' && label !== 'disabled') return false;
  return (podAnnotations[injectorKey] ?? label) === 'enabled';
}

/** True where the webhook that injects was looked for and is not installed. */
export function injectorGone(model: Model): boolean {
  const there = model.platform.webhooks.some(({ webhooks }) =>
    webhooks.some(({ name }) => name === 'mpod.appmesh.k8s.aws'),
  );
  return !there && model.completeness('MutatingWebhookConfiguration', '*').complete;
}

/** The namespace of an object where it still asks for injection, with its label as evidence. */
export function injectingNamespace(
  model: Model,
  name: string | null,
  podAnnotations: Readonly<Record<string, string>>,
): { readonly namespace: Resource; readonly evidence: Evidence } | null {
  const namespace = presentValue(namespaceOf(model, name ?? ''));
  if (!namespace || injectorGone(model) || !asksForInjection(namespace, podAnnotations)) return null;
  return { namespace, evidence: namespace.at(injectorPath) };
}

/** The VirtualNodes whose podSelector selects the pods of a workload. */
export function nodesOfWorkload(model: Model, workload: Workload): readonly VirtualNode[] {
  return nodesByWorkload(model).get(workload) ?? [];
}

const nodesByWorkload = memoize((model: Model): ReadonlyMap<Workload, readonly VirtualNode[]> => {
  const nodes = new Map<Workload, VirtualNode[]>();
  for (const node of model.virtualNodes) {
    for (const workload of workloadsSelected(model)(node.ref.namespace, node.podSelector)) {
      nodes.set(workload, [...(nodes.get(workload) ?? []), node]);
    }
  }
  return nodes;
});

/** True for a workload that runs a gateway: no fix may touch its template. */
export function runsGateway(model: Model, workload: Workload): boolean {
  const named = envoyOf(workload);
  if (named && appMeshName(named)?.includes('/virtualGateway/')) return true;
  return gatewayWorkloads(model).has(workload);
}

const gatewayWorkloads = memoize(
  (model: Model): ReadonlySet<Workload> =>
    new Set(model.gateways.flatMap((gateway) => runnersOfGateway(model, gateway).workloads)),
);
