import { isFrozen, meshEnded } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { withoutSidecar } from '../../src/diagnose/without-sidecar.ts';
import { injectingNamespace } from '../../src/model/mesh/injection.ts';
import { holdersOf, targets, unseenPods } from '../../src/model/mesh/injected-targets.ts';
import { routesTo, servicesOfNode } from '../../src/model/mesh/reach.ts';
import type { Model } from '../../src/model/model.ts';
import { emptyOf, unjudged } from '../../src/model/platform/holders.ts';
import { runnersOfNode } from '../../src/model/platform/runners.ts';

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
