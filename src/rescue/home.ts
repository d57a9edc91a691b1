import { asList, asObject, isObject, type JsonObject } from '../lib/json.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import type { Pod, Service, Workload } from '../model/platform/kinds.ts';
import { Resource } from '../model/resource.ts';
import { readSelector, selects } from '../model/selector.ts';
import { refText } from '../snapshot/object.ts';

/** Where a rescued gateway is to run, and what it takes over from the old one. */
export interface Home {
  /** `edge-rescue`. */
  readonly name: string;
  readonly namespace: string;
  /** True: a namespace of its own, which the webhook does not look at. */
  readonly ownNamespace: boolean;
  /** Why there, in a person's words. */
  readonly because: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly old: OldGateway;
  /** What else selects pods with these labels: Services, budgets, policies. */
  readonly alsoSelectedBy: readonly string[];
  /** NetworkPolicies that let the old pods in by their labels or namespace, and not the new ones. */
  readonly closedTo: readonly string[];
}

/** What was read of the gateway's old pods. */
export interface OldGateway {
  readonly namespace: string;
  readonly workload: Workload | null;
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly autoscalers: readonly Resource[];
}

/** The label that makes the API server call App Mesh's webhook for the pods of a namespace, whatever its value. */
const injection = 'appmesh.k8s.aws/sidecarInjectorWebhook';

/** Finds a place where neither the old webhook nor a selector of the old gateway catches the new pods. */
export function findHome(model: Model, gateway: Gateway): Home {
  const namespace = gateway.ref.namespace ?? 'default';
  const base = gateway.ref.name.replaceAll(/[^a-z0-9-]+/g, '-').slice(0, 40);
  const name = `${base}-rescue`;
  const labels = { 'app.kubernetes.io/instance': name, 'meshdoctor.io/rescue-of': `${namespace}.${base}`.slice(0, 63) };
  const { own, because } = chooseNamespace(model, namespace);
  const old = findOld(model, gateway, namespace);
  const target = own ? `${namespace}-rescue`.slice(0, 63) : namespace;
  return {
    name,
    namespace: target,
    ownNamespace: own,
    because,
    labels,
    old,
    alsoSelectedBy: selectorsOf(model, target, labels),
    closedTo: policiesClosedTo(model, old, { namespace: target, labels }),
  };
}

function chooseNamespace(model: Model, name: string): { readonly own: boolean; readonly because: string } {
  const namespace = model.namespaces.find(({ ref }) => ref.name === name);
  if (namespace && !(injection in namespace.labels)) {
    return { own: false, because: `namespace ${name} has no label ${injection}: no webhook is called there` };
  }
  const webhooks = model.endpointSlices.filter(({ service }) => /appmesh.*webhook/.test(service ?? ''));
  if (webhooks.some(({ endpoints }) => endpoints.some(({ ready }) => ready))) {
    return { own: false, because: `App Mesh's webhook answers, and the pods opt out of it by annotation` };
  }
  const down = webhooks.length > 0 ? 'its webhook does not answer' : 'whether its webhook answers was not seen';
  const label = namespace ? `namespace ${name} carries the label ${injection}` : `the labels of ${name} were not read`;
  return { own: true, because: `${label} and ${down}: while it fails, it refuses every pod there, annotated or not` };
}

function findOld(model: Model, { object }: Gateway, namespace: string): OldGateway {
  const selector = object?.podSelector ?? null;
  const mine = <T extends Resource>(items: readonly T[], labelsOf: (item: T) => Readonly<Record<string, string>>) =>
    items.filter((item) => item.ref.namespace === namespace && selector !== null && selects(selector, labelsOf(item)));
  const pods = mine(model.pods, ({ labels }) => labels);
  const workload =
    mine(model.workloads, ({ podLabels }) => podLabels).find(({ ref }) => ref.kind !== 'ReplicaSet') ?? null;
  const labels = workload?.podLabels ?? pods[0]?.labels ?? null;
  const services = model.services.filter(({ ref, selector: wanted }) => {
    const pairs = Object.entries(wanted ?? {});
    return (
      labels && ref.namespace === namespace && pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value)
    );
  });
  const autoscalers = resourcesOf(model, 'HorizontalPodAutoscaler', namespace).filter(
    ({ spec }) => workload !== null && asObject(spec.scaleTargetRef).name === workload.ref.name,
  );
  return { namespace, workload, pods, services, autoscalers };
}

function resourcesOf(model: Model, kind: string, namespace: string): readonly Resource[] {
  return model.snapshot.objects
    .filter(({ ref }) => ref.kind === kind && ref.namespace === namespace)
    .map((object) => new Resource(object));
}

interface Client {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

function policiesClosedTo(model: Model, old: OldGateway, now: Client): readonly string[] {
  const labels = old.workload?.podLabels ?? old.pods[0]?.labels;
  if (!labels) return [];
  const was = { namespace: old.namespace, labels };
  return model.snapshot.objects
    .filter(({ ref }) => ref.kind === 'NetworkPolicy')
    .filter(({ ref, body }) => {
      const peers = asList(asObject(body.spec).ingress).flatMap((rule) => asList(asObject(rule).from));
      const admits = (client: Client): boolean =>
        peers.some((peer) => admitsPeer(model, asObject(peer), ref.namespace, client));
      return admits(was) && !admits(now);
    })
    .map(({ ref }) => refText(ref));
}

/** NetworkPolicyPeer: without a namespaceSelector it speaks of the policy's own namespace. */
function admitsPeer(model: Model, peer: JsonObject, own: string | null, { namespace, labels }: Client): boolean {
  if (isObject(peer.ipBlock)) return false;
  const spaces = readSelector(peer.namespaceSelector);
  const known = model.namespaces.find(({ ref }) => ref.name === namespace)?.labels ?? {};
  const named = { ...known, 'kubernetes.io/metadata.name': namespace };
  const pods = readSelector(peer.podSelector);
  return (spaces ? selects(spaces, named) : namespace === own) && (pods === null || selects(pods, labels));
}

/** Where a kind that selects pods of its namespace by labels keeps its selector; a Service has a plain map. */
const selectorAt: Readonly<Record<string, (spec: JsonObject) => unknown>> = {
  Service: ({ selector }) =>
    isObject(selector) && Object.keys(selector).length > 0 ? { matchLabels: selector } : null,
  PodDisruptionBudget: ({ selector }) => selector,
  NetworkPolicy: ({ podSelector }) => podSelector,
  VirtualGateway: ({ podSelector }) => podSelector,
  VirtualNode: ({ podSelector }) => podSelector,
  Deployment: ({ selector }) => selector,
  ReplicaSet: ({ selector }) => selector,
  StatefulSet: ({ selector }) => selector,
  DaemonSet: ({ selector }) => selector,
};

function selectorsOf(model: Model, namespace: string, labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(selectorAt).flatMap(([kind, read]) =>
    resourcesOf(model, kind, namespace).flatMap(({ ref, spec }) => {
      const selector = readSelector(read(spec));
      return selector && selects(selector, labels) ? [refText(ref)] : [];
    }),
  );
}
