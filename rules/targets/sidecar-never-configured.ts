import { isFrozen, meshEnded } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { withoutSidecar } from '../../src/diagnose/without-sidecar.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { injectingNamespace } from '../../src/model/mesh/injection.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { routesTo, servicesOfNode } from '../../src/model/mesh/reach.ts';
import type { Model } from '../../src/model/model.ts';
import { emptyOf, type Holder, holdingEnvoys, holdingPods, unjudged } from '../../src/model/platform/holders.ts';
import { appMeshName, envoyOf, runnersOfNode } from '../../src/model/platform/runners.ts';
import { type ObjectRef, refKey } from '../../src/snapshot/object.ts';

/** A target: its VirtualNode, the Envoys that say they serve it, or both. */
interface Target {
  readonly ref: ObjectRef;
  readonly node: VirtualNode | null;
  readonly envoys: Gateway | null;
}

export default defineRule({
  id: 'sidecar-never-configured',
  title: 'A target waits for a configuration that never comes',
  severity: 'error',
  needs: anyOf('platform.pods', 'envoy.listenerConfig', 'envoy.listeners', 'envoy.stats'),
  also: [
    'mesh.virtualNodes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'platform.namespaces',
    'platform.workloads',
    'platform.webhooks',
  ],
  explains: ['node-no-ready-endpoint', 'upstream-connect-failures', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'Pods behind a VirtualNode whose injected Envoy started after App Mesh ended and is not ready, or holds no listener.',
    why: 'The injected Envoy captures all traffic of its pod. Without configuration it passes none on, so the pod never becomes ready, and the target loses it.',
    fix: 'Start the pods without Envoy: turn injection off in the workload. It rolls out the target only.',
    seen: 'Status 503, response flag UF or URX,UF (behind a ClusterIP) or UH. The pod stays 1/2 Ready; its Envoy says PRE_INITIALIZING.',
  },
  subjects: targets,
  *check(model) {
    for (const target of targets(model)) {
      const ended = target.envoys ? isFrozen(target.envoys) : meshEnded(model);
      if (!ended) continue;
      const holders = holdersOf(model, target);
      const empty = emptyOf(holders);
      const [proof, ...more] = empty.flatMap(({ evidence }) => evidence);
      const serving = holders.filter(({ state }) => state === 'serving').length;
      if (!proof) {
        const gap = holders.length === 0 ? unseenPods(model, target) : unjudged(holders);
        if (gap) yield notEvaluated(target, gap);
        continue;
      }
      const { name, namespace } = target.ref;
      const services = target.node ? servicesOfNode(model, target.node) : [];
      const workloads = target.node ? runnersOfNode(model, target.node).workloads : [];
      const injecting = injectingNamespace(model, namespace, workloads[0]?.podAnnotations ?? {});
      const things = empty.every(({ kind }) => kind === 'pod') ? 'pod' : 'Envoy';
      const count = empty.length === 1 ? `one ${things}` : `${empty.length} ${things}s`;
      const since = empty.flatMap((one) => one.since ?? []).sort()[0];
      const none = serving === 0 && empty.length === holders.length;
      yield finding(target, {
        message: `${none ? `All that runs behind VirtualNode ${name} (${count})` : `Behind VirtualNode ${name} ${count}`} ${empty.length === 1 ? 'waits' : 'wait'} for App Mesh and will never become ready${serving > 0 ? `; ${serving} still ${serving === 1 ? 'serves' : 'serve'}` : ''}.`,
        effect: none ? 'traffic' : 'latent',
        evidence: [proof, ...more.slice(0, 19), ...(injecting ? [injecting.evidence] : [])],
        cause: injecting
          ? `The webhook still injects Envoy into namespace ${namespace}; nobody configures it any more.`
          : 'Their Envoy was injected, and started after App Mesh ended: nobody configures it any more.',
        fix: fixes(model, workloads),
        avoid: [
          {
            say: 'Do not roll back (kubectl rollout undo).',
            because: 'the pods of the older version get the same dead Envoy',
          },
          { say: 'Do not restart the gateway.', because: 'the fault is here, and the gateway would come back empty' },
        ],
        affects: [...services, ...services.flatMap((service) => routesTo(model, service))]
          .slice(0, 200)
          .map(({ ref }) => ref),
        ...(since === undefined ? {} : { since }),
      });
    }
  },
});

function targets(model: Model): readonly Target[] {
  const nodes = new Map<string, Target>(
    model.virtualNodes.map((node) => [refKey(node.ref), { ref: node.ref, node, envoys: null }]),
  );
  for (const gateway of model.gateways) {
    if (gateway.ref.kind !== 'VirtualNode') continue;
    const key = refKey(gateway.ref);
    nodes.set(key, { ref: gateway.ref, node: nodes.get(key)?.node ?? null, envoys: gateway });
  }
  return [...nodes.values()];
}

/** Pods that App Mesh injected, and Envoys that were read: a target without Envoy needs no configuration. */
function holdersOf(model: Model, { node, envoys }: Target): readonly Holder[] {
  const runners = node ? runnersOfNode(model, node) : { workloads: [], pods: [] };
  const pods = runners.pods.filter((pod) => {
    const envoy = envoyOf(pod);
    return envoy !== null && appMeshName(envoy) !== null;
  });
  return [...(envoys ? holdingEnvoys(model, envoys) : []), ...holdingPods({ ...runners, pods })];
}

function unseenPods(model: Model, { ref, node }: Target) {
  if (!node || runnersOfNode(model, node).pods.length > 0) return null;
  const seen = model.completeness('Pod', ref.namespace ?? '*');
  return seen.complete ? null : { ...seen.gap, missing: `the Pods behind VirtualNode ${ref.name}` };
}

function fixes(model: Model, workloads: ReturnType<typeof runnersOfNode>['workloads']) {
  const found = workloads.flatMap((workload) => withoutSidecar(model, workload) ?? []);
  if (found.length > 0) return found;
  return [
    {
      say: 'Start these pods without Envoy: annotation appmesh.k8s.aws/sidecarInjectorWebhook: disabled in their template, once nobody demands TLS of them.',
      restarts: 'target',
      works: 'now',
    } as const,
  ];
}
