import { memoize } from '../../lib/memo.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import type { Collection, Part } from '../parts.ts';
import {
  type HorizontalPodAutoscaler,
  type Node,
  type NodeClaim,
  type NodePool,
  type PodDisruptionBudget,
  readHorizontalPodAutoscaler,
  readNode,
  readNodeClaim,
  readNodePool,
  readPodDisruptionBudget,
  readVerticalPodAutoscaler,
  type VerticalPodAutoscaler,
} from './disruption.ts';
import { type NetworkPolicy, readNetworkPolicy } from './network-policy.ts';
import { type Event, readEvent, readWebhookConfiguration, type WebhookConfiguration } from './cluster.ts';

/** The objects of the cluster that decide what becomes of pods. */
export interface Platform {
  readonly nodes: readonly Node[];
  readonly nodePools: readonly NodePool[];
  readonly nodeClaims: readonly NodeClaim[];
  readonly autoscalers: readonly HorizontalPodAutoscaler[];
  readonly verticalAutoscalers: readonly VerticalPodAutoscaler[];
  readonly disruptionBudgets: readonly PodDisruptionBudget[];
  readonly webhooks: readonly WebhookConfiguration[];
  readonly events: readonly Event[];
  readonly networkPolicies: readonly NetworkPolicy[];
}

/** The kinds behind each part. */
export const platformKinds = {
  'platform.nodes': ['Node'],
  'platform.nodePools': ['NodePool', 'Provisioner'],
  'platform.nodeClaims': ['NodeClaim'],
  'platform.autoscalers': ['HorizontalPodAutoscaler'],
  'platform.verticalAutoscalers': ['VerticalPodAutoscaler'],
  'platform.disruptionBudgets': ['PodDisruptionBudget'],
  'platform.webhooks': ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  'platform.events': ['Event'],
  'platform.networkPolicies': ['NetworkPolicy'],
} as const satisfies Partial<Record<Part, readonly string[]>>;

/** As all objects: those that stay the same are read once. */
const read = {
  nodes: memoize(readNode),
  nodePools: memoize(readNodePool),
  nodeClaims: memoize(readNodeClaim),
  autoscalers: memoize(readHorizontalPodAutoscaler),
  verticalAutoscalers: memoize(readVerticalPodAutoscaler),
  disruptionBudgets: memoize(readPodDisruptionBudget),
  webhooks: memoize(readWebhookConfiguration),
  events: memoize(readEvent),
  networkPolicies: memoize(readNetworkPolicy),
};

/** Makes the platform's part of the model. */
export function makePlatform(collect: Collection): Platform {
  const of = <T>(part: keyof typeof platformKinds, read: (object: KubernetesObject) => T): (() => readonly T[]) =>
    collect(part, platformKinds[part], read);
  const nodes = of('platform.nodes', read.nodes);
  const nodePools = of('platform.nodePools', read.nodePools);
  const nodeClaims = of('platform.nodeClaims', read.nodeClaims);
  const autoscalers = of('platform.autoscalers', read.autoscalers);
  const verticalAutoscalers = of('platform.verticalAutoscalers', read.verticalAutoscalers);
  const disruptionBudgets = of('platform.disruptionBudgets', read.disruptionBudgets);
  const webhooks = of('platform.webhooks', read.webhooks);
  const events = of('platform.events', read.events);
  const networkPolicies = of('platform.networkPolicies', read.networkPolicies);
  return {
    get nodes() {
      return nodes();
    },
    get nodePools() {
      return nodePools();
    },
    get nodeClaims() {
      return nodeClaims();
    },
    get autoscalers() {
      return autoscalers();
    },
    get verticalAutoscalers() {
      return verticalAutoscalers();
    },
    get disruptionBudgets() {
      return disruptionBudgets();
    },
    get webhooks() {
      return webhooks();
    },
    get events() {
      return events();
    },
    get networkPolicies() {
      return networkPolicies();
    },
  };
}
