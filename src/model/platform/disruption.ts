import { asBoolean, asList, asNumber, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { Resource } from '../resource.ts';
import { type LabelSelector, readSelector } from '../selector.ts';

/** The kind and name of what an autoscaler works on; its namespace is the autoscaler's. */
export interface TargetRef {
  readonly kind: string;
  readonly name: string;
}

/** The `HorizontalPodAutoscaler` kind. */
export interface HorizontalPodAutoscaler extends Resource {
  readonly target: TargetRef | null;
  /** The API's default is 1. */
  readonly min: number;
  readonly max: number | null;
  readonly current: number | null;
  readonly desired: number | null;
  /** `behavior.<direction>.selectPolicy: Disabled` turns a direction off (autoscaling/v2). */
  readonly scalesUp: boolean;
  readonly scalesDown: boolean;
}

/** The `VerticalPodAutoscaler` kind. */
export interface VerticalPodAutoscaler extends Resource {
  readonly target: TargetRef | null;
  /** Off and Initial leave running pods alone; where none is written the API takes Auto. */
  readonly mode: string;
}

/** The `PodDisruptionBudget` kind. */
export interface PodDisruptionBudget extends Resource {
  readonly selector: LabelSelector | null;
  /** A number or a percentage, as written. */
  readonly minAvailable: number | string | null;
  readonly maxUnavailable: number | string | null;
  readonly disruptionsAllowed: number | null;
}

/** A taint of a Node. */
export interface Taint {
  readonly key: string;
  readonly effect: string;
  readonly path: string;
}

/** A condition of an object. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly path: string;
}

/** The `Node` kind. */
export interface Node extends Resource {
  readonly cordoned: boolean;
  readonly taints: readonly Taint[];
  readonly conditions: readonly Condition[];
}

/** Karpenter's `NodePool` (and `Provisioner`, its name before v1beta1). */
export interface NodePool extends Resource {
  /** `720h`, `Never`; where it is written depends on the version. */
  readonly expireAfter: string | null;
  readonly expireAfterPath: string;
  readonly terminationGracePeriod: string | null;
  /** False where it only removes empty nodes, never, or its budget lets no node go. */
  readonly consolidates: boolean;
}

/** Karpenter's `NodeClaim`: the order of one Node. */
export interface NodeClaim extends Resource {
  readonly node: string | null;
  readonly expireAfter: string | null;
  readonly terminationGracePeriod: string | null;
  readonly conditions: readonly Condition[];
}

/** Reads a HorizontalPodAutoscaler. */
export function readHorizontalPodAutoscaler(object: KubernetesObject): HorizontalPodAutoscaler {
  const resource = new Resource(object);
  const { spec, status } = resource;
  const behavior = asObject(spec.behavior);
  return Object.assign(resource, {
    target: readTarget(spec.scaleTargetRef),
    min: asNumber(spec.minReplicas) ?? 1,
    max: asNumber(spec.maxReplicas) ?? null,
    current: asNumber(status.currentReplicas) ?? null,
    desired: asNumber(status.desiredReplicas) ?? null,
    scalesUp: asObject(behavior.scaleUp).selectPolicy !== 'Disabled',
    scalesDown: asObject(behavior.scaleDown).selectPolicy !== 'Disabled',
  });
}

/** Reads a VerticalPodAutoscaler. */
export function readVerticalPodAutoscaler(object: KubernetesObject): VerticalPodAutoscaler {
  const resource = new Resource(object);
  return Object.assign(resource, {
    target: readTarget(resource.spec.targetRef),
    mode: asText(asObject(resource.spec.updatePolicy).updateMode) ?? 'Auto',
  });
}

/** Reads a PodDisruptionBudget. */
export function readPodDisruptionBudget(object: KubernetesObject): PodDisruptionBudget {
  const resource = new Resource(object);
  return Object.assign(resource, {
    selector: readSelector(resource.spec.selector),
    minAvailable: numberOrText(resource.spec.minAvailable),
    maxUnavailable: numberOrText(resource.spec.maxUnavailable),
    disruptionsAllowed: asNumber(resource.status.disruptionsAllowed) ?? null,
  });
}

/** Reads a Node. */
export function readNode(object: KubernetesObject): Node {
  const resource = new Resource(object);
  return Object.assign(resource, {
    cordoned: asBoolean(resource.spec.unschedulable) ?? false,
    taints: asList(resource.spec.taints).map((item, index) => {
      const { key, effect } = asObject(item);
      return { key: asText(key) ?? '', effect: asText(effect) ?? '', path: `spec.taints[${index}]` };
    }),
    conditions: readConditions(resource),
  });
}

/** Reads a NodePool: v1 keeps `expireAfter` in the template, v1beta1 under `disruption`, a Provisioner in seconds. */
export function readNodePool(object: KubernetesObject): NodePool {
  const resource = new Resource(object);
  const template = asObject(asObject(resource.spec.template).spec);
  const inTemplate = asText(template.expireAfter);
  const seconds = asNumber(resource.spec.ttlSecondsUntilExpired);
  const disruption = asObject(resource.spec.disruption);
  const older = asText(disruption.expireAfter);
  const closed = asList(disruption.budgets).map(asObject).some(letsNoNodeGo);
  return Object.assign(resource, {
    expireAfter: inTemplate ?? older ?? (seconds === undefined ? null : `${seconds}s`),
    expireAfterPath:
      inTemplate !== undefined
        ? 'spec.template.spec.expireAfter'
        : older !== undefined
          ? 'spec.disruption.expireAfter'
          : 'spec.ttlSecondsUntilExpired',
    terminationGracePeriod: asText(template.terminationGracePeriod) ?? null,
    consolidates: !closed && disruption.consolidationPolicy !== 'WhenEmpty' && disruption.consolidateAfter !== 'Never',
  });
}

/** A budget of no nodes at any time for any reason; the strictest budget counts. */
function letsNoNodeGo({ nodes, schedule, reasons }: JsonObject): boolean {
  return /^0+%?$/.test(String(nodes)) && schedule === undefined && reasons === undefined;
}

/** Reads a NodeClaim. */
export function readNodeClaim(object: KubernetesObject): NodeClaim {
  const resource = new Resource(object);
  return Object.assign(resource, {
    node: asText(resource.status.nodeName) ?? null,
    expireAfter: asText(resource.spec.expireAfter) ?? null,
    terminationGracePeriod: asText(resource.spec.terminationGracePeriod) ?? null,
    conditions: readConditions(resource),
  });
}

/** The conditions in an object's status. */
export function readConditions({ status }: Resource): readonly Condition[] {
  return asList(status.conditions).map((item, index) => {
    const { type, status: state } = asObject(item);
    return { type: asText(type) ?? '', status: asText(state) ?? '', path: `status.conditions[${index}]` };
  });
}

function readTarget(value: unknown): TargetRef | null {
  if (!isObject(value)) return null;
  const { kind, name } = value;
  return typeof kind === 'string' && typeof name === 'string' ? { kind, name } : null;
}

function numberOrText(value: unknown): number | string | null {
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}
