import { asNumber, asObject } from '../../lib/json.ts';
import type { Model } from '../../model/model.ts';
import type { HorizontalPodAutoscaler } from '../../model/platform/disruption.ts';
import type { Workload } from '../../model/platform/kinds.ts';
import { envoyOf, type Runners } from '../../model/platform/runners.ts';
import { harmless, kubectl, patched, type Threat } from './threat.ts';

/**
 * What is about to replace the pods of a workload: its own rollout, autoscalers, and tools that write its template.
 * `guarded`: a budget lets none of them be evicted.
 */
export function* workloadThreats(model: Model, workload: Workload, guarded: boolean): Iterable<Threat> {
  const rollout = rolloutOf(workload);
  if (rollout) yield rollout;
  yield* scaling(model, workload);
  if (!guarded) yield* resizing(model, workload);
  yield* writers(workload);
}

/** What restarts the Envoy in its place, whatever becomes of the pod. */
export function* inPlaceThreats({ workloads, pods }: Runners): Iterable<Threat> {
  const [from] = [...pods, ...workloads].filter((source) => envoyOf(source)?.hasLivenessProbe);
  const probed = from && envoyOf(from);
  if (!from || !probed) return;
  yield {
    level: 'likely',
    says: 'a liveness probe lets the kubelet restart Envoy in its pod when it answers too slowly',
    evidence: from.at(`${probed.path}.livenessProbe`),
    stop: null,
  };
}

/** A rollout that has begun, or waits for the controller or for somebody to resume it. */
export function rolloutOf(workload: Workload): Threat | null {
  const { ref, status, spec, generation } = workload;
  const observed = asNumber(status.observedGeneration);
  const pending = observed !== undefined && generation !== null && observed < generation;
  const total = asNumber(status.replicas) ?? asNumber(status.desiredNumberScheduled);
  const updated = asNumber(status.updatedReplicas) ?? asNumber(status.updatedNumberScheduled);
  const strategy = asObject(ref.kind === 'Deployment' ? spec.strategy : spec.updateStrategy);
  // A StatefulSet leaves the pods below its partition as they are, for good.
  const partition = asNumber(asObject(strategy.rollingUpdate).partition) ?? 0;
  const halfway = total !== undefined && updated !== undefined && updated < total - partition;
  if ((!pending && !halfway) || strategy.type === 'OnDelete') return null;
  const left = halfway ? ` (${updated} of ${total} pods are new)` : '';
  const path = halfway && status.updatedReplicas !== undefined ? 'status.updatedReplicas' : 'status';
  const evidence = workload.at(pending ? 'status.observedGeneration' : path);
  const name = `${ref.kind} ${ref.name}`;
  if (spec.paused === true) {
    return {
      level: 'likely',
      says: `a rollout of ${name} is paused half way${left}: leave it paused`,
      evidence,
      stop: null,
    };
  }
  return {
    level: 'under-way',
    says: `a rollout of ${name} is under way${left}`,
    evidence,
    stop: stopRollout(workload),
  };
}

/** Only a Deployment can be paused; the others stop replacing pods with the strategy OnDelete. */
function stopRollout({ ref }: Workload): Threat['stop'] {
  const target = `${ref.kind.toLowerCase()}/${ref.name}`;
  if (ref.kind === 'Deployment') {
    const command = kubectl(ref.namespace, ['rollout', 'pause', target]);
    return harmless(`Pause the rollout of ${ref.name}.`, command);
  }
  if (ref.kind !== 'StatefulSet' && ref.kind !== 'DaemonSet') return null;
  const patch = { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } };
  const change = patched(ref, ref.kind.toLowerCase(), { type: 'merge', patch });
  return harmless(`Let ${ref.kind} ${ref.name} replace pods only when they are deleted.`, change);
}

/** The HorizontalPodAutoscalers of a workload. */
export function autoscalersOf(model: Model, workload: Workload): readonly HorizontalPodAutoscaler[] {
  return model.platform.autoscalers.filter(
    ({ ref, target }) => ref.namespace === workload.ref.namespace && isTarget(target, workload),
  );
}

function* scaling(model: Model, workload: Workload): Iterable<Threat> {
  for (const hpa of autoscalersOf(model, workload)) {
    const { min, max, current, desired, scalesUp, scalesDown } = hpa;
    const fixed = max !== null && min === max && (current === null || current === max);
    if (fixed || (!scalesUp && !scalesDown)) continue;
    const patch = {
      spec: { behavior: { scaleUp: { selectPolicy: 'Disabled' }, scaleDown: { selectPolicy: 'Disabled' } } },
    };
    // `behavior` exists since autoscaling/v2; the API server converts, so the command may name that version whatever was read.
    const resource = 'horizontalpodautoscalers.v2.autoscaling';
    const change = patched({ ...hpa.ref, apiVersion: 'autoscaling/v2' }, resource, { type: 'merge', patch });
    const owner =
      hpa.owner?.kind === 'ScaledObject'
        ? ` KEDA writes this autoscaler: pause its ScaledObject ${hpa.owner.name} instead.`
        : '';
    const stop = harmless(
      `Turn autoscaler ${hpa.ref.name} off in both directions; the number of pods stays.${owner}`,
      owner === '' ? change : undefined,
    );
    const span = `between ${min} and ${max ?? 'any number'}`;
    if (current !== null && desired !== null && desired < current) {
      const says = `HPA ${hpa.ref.name} is scaling in from ${current} to ${desired} pods`;
      yield { level: 'under-way', says, evidence: hpa.at('status.desiredReplicas'), stop };
      continue;
    }
    const wants =
      current !== null && desired !== null && desired > current
        ? `wants ${desired} pods (new ones come up dead) and `
        : '';
    const says = `HPA ${hpa.ref.name} ${wants}scales ${span}: scale-in takes serving pods, scale-out adds dead ones`;
    yield { level: 'likely', says, evidence: hpa.at('spec.maxReplicas'), stop };
  }
}

function* resizing(model: Model, workload: Workload): Iterable<Threat> {
  for (const vpa of model.platform.verticalAutoscalers) {
    if (vpa.ref.namespace !== workload.ref.namespace || !isTarget(vpa.target, workload)) continue;
    if (vpa.mode === 'Off' || vpa.mode === 'Initial') continue;
    const patch = { spec: { updatePolicy: { updateMode: 'Off' } } };
    yield {
      level: 'likely',
      says: `VPA ${vpa.ref.name} (updateMode ${vpa.mode}) evicts pods to resize them`,
      evidence: vpa.at('spec.updatePolicy.updateMode'),
      stop: harmless(
        `Let VPA ${vpa.ref.name} only recommend.`,
        patched(vpa.ref, 'verticalpodautoscalers.autoscaling.k8s.io', { type: 'merge', patch }),
      ),
    };
  }
}

/** Tools that change a template, and so roll out: at their next sync, or when a ConfigMap or Secret changes. */
function* writers(workload: Workload): Iterable<Threat> {
  const { ref, annotations, spec } = workload;
  const reloader = Object.keys(annotations).find(
    (key) => key.startsWith('reloader.stakater.com/') || key.endsWith('.reloader.stakater.com/reload'),
  );
  if (reloader && spec.paused !== true && annotations[reloader] !== 'false') {
    const command = kubectl(ref.namespace, ['annotate', `${ref.kind.toLowerCase()}/${ref.name}`, `${reloader}-`]);
    yield {
      level: 'likely',
      says: 'Reloader rolls it out when a ConfigMap or Secret of it changes',
      evidence: workload.at(`metadata.annotations["${reloader}"]`),
      stop: harmless(`Take Reloader off ${ref.kind} ${ref.name}.`, command),
    };
  }
  const git = gitOpsOf(workload);
  if (git) {
    yield {
      level: 'possible',
      says: `${git.tool} writes ${ref.kind} ${ref.name}: a sync that changes the pod template replaces every pod`,
      evidence: workload.at(git.path),
      stop: null,
    };
  }
  const image = envoyOf(workload);
  if (
    image &&
    /(:latest|^[^:@]*(\/[^:@]*)?)$/.test(image.image) &&
    image.image !== '' &&
    image.pullPolicy !== 'IfNotPresent' &&
    image.pullPolicy !== 'Never'
  ) {
    yield {
      level: 'possible',
      says: `image ${image.image} is pulled anew at each start: a restart may bring another Envoy`,
      evidence: workload.at(`${image.path}.image`),
      stop: null,
    };
  }
}

/** The GitOps tool that writes an object, by the marks it leaves (Argo CD tracking, Flux owner labels). */
export function gitOpsOf({ labels, annotations }: Workload): { readonly tool: string; readonly path: string } | null {
  const marks = [
    ['annotations', 'argocd.argoproj.io/tracking-id', 'Argo CD'],
    ['labels', 'argocd.argoproj.io/instance', 'Argo CD'],
    ['labels', 'kustomize.toolkit.fluxcd.io/name', 'Flux'],
    ['labels', 'helm.toolkit.fluxcd.io/name', 'Flux'],
  ] as const;
  for (const [where, key, tool] of marks) {
    if ((where === 'labels' ? labels : annotations)[key]) return { tool, path: `metadata.${where}["${key}"]` };
  }
  return null;
}

function isTarget(target: { readonly kind: string; readonly name: string } | null, { ref }: Workload): boolean {
  return target?.kind === ref.kind && target.name === ref.name;
}
