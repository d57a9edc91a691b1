import { asNumber } from '../../src/lib/json.ts';
import { isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { Model } from '../../src/model/model.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { servicesOfGateway } from '../../src/model/platform/entry.ts';
import { virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import { isReady, troubleOf } from '../../src/model/platform/pod-trouble.ts';
import { type Runners, runnersOfGateway } from '../../src/model/platform/runners.ts';
import type { Gap } from '../../src/snapshot/coverage.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'gateway-no-ready-pod',
  title: 'The gateway has no ready pod',
  severity: 'error',
  needs: anyOf('platform.pods', 'platform.workloads'),
  also: ['platform.services'],
  explains: ['gateway-pod-failing', 'requests-failing', 'load-balancer-targets-unhealthy'],
  docs: {
    what: 'A gateway none of whose pods is ready, with what the scheduler or the kubelet says of them.',
    why: 'A Service sends connections to ready pods only: every request to the gateway fails.',
    fix: 'Remove what keeps the pods from being ready. Restart none of them by hand while App Mesh is gone: a pod that starts now gets no configuration.',
    seen: 'Connections are refused or time out; the load balancer answers 503.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      const runners = runnersOfGateway(model, gateway);
      if (runners.pods.some((pod) => isReady(pod) === true) || servedByOthers(model, gateway)) continue;
      const proof = noneReady(model, gateway, runners);
      if ('missing' in proof) {
        yield notEvaluated(gateway, proof);
        continue;
      }
      const troubles = runners.pods.flatMap((pod) => {
        const trouble = troubleOf(pod);
        return trouble ? [{ pod: pod.ref.name, ...trouble }] : [];
      });
      const [worst] = troubles;
      const empty = runners.workloads.length > 0 && runners.workloads.every(({ replicas }) => replicas === 0);
      const count = runners.pods.length;
      yield finding(gateway, {
        message: `Gateway ${gateway.ref.name} has no ready pod: ${
          count === 0 ? (empty ? 'it is scaled to 0' : 'it has no pod at all') : `${count} of ${count} not ready`
        }${worst ? `; ${worst.pod}: ${worst.says}` : ''}.`,
        effect: 'traffic',
        evidence: [proof, ...troubles.slice(0, 9).map(({ evidence }) => evidence)],
        cause: worst
          ? `What Kubernetes says of pod ${worst.pod}: ${worst.says}.`
          : empty
            ? 'Somebody or something set its replicas to 0.'
            : count === 0
              ? 'Nothing makes pods that the podSelector of the VirtualGateway selects, or their making is refused.'
              : 'Kubernetes says only that the readiness probe does not pass: Envoy itself must tell why.',
        fix: [
          isFrozen(gateway)
            ? {
                say: 'Serve its routes from a gateway that carries its configuration itself: a pod that starts now gets none from App Mesh. meshdoctor rescue makes it from a saved copy.',
                restarts: 'nothing',
                works: 'through-rescue',
              }
            : {
                say: empty
                  ? 'Set the replicas of the gateway to what they were.'
                  : 'Remove what keeps the pods from being ready; their events tell it.',
                restarts: 'nothing',
                works: 'now',
              },
        ],
        ...(isFrozen(gateway)
          ? { avoid: [{ say: 'Do not delete pods of the gateway.', because: 'the next ones come up empty' }] }
          : {}),
      });
    }
  },
});

/** True where a Service of the gateway leads to other ready pods: those of a gateway that took over. */
function servedByOthers(model: Model, gateway: Gateway): boolean {
  return servicesOfGateway(model, gateway).some(({ selector }) =>
    model.pods.some(
      (pod) =>
        pod.ref.namespace === gateway.ref.namespace &&
        isReady(pod) === true &&
        Object.entries(selector ?? {}).every(([key, value]) => pod.labels[key] === value),
    ),
  );
}

/** What shows that no pod is ready: all pods seen, or every workload says so itself. */
function noneReady(model: Model, { ref, object }: Gateway, { pods, workloads }: Runners): Evidence | Gap {
  const [first] = workloads;
  const told = workloads.every(
    ({ exported, status, replicas }) =>
      exported &&
      status.observedGeneration !== undefined &&
      (asNumber(status.readyReplicas) ?? asNumber(status.numberReady) ?? 0) === 0 &&
      (pods.length > 0 || replicas !== 0),
  );
  if (first && told) return first.at('status', 'no replica is ready');
  const all = model.completeness('Pod', ref.namespace ?? '*');
  if (!all.complete) return all.gap;
  if (pods.some((pod) => isReady(pod) === null) || (pods.length === 0 && !runs([object, ...workloads]))) {
    return {
      missing: `the status of the pods of gateway ${ref.name}`,
      reason: 'the files were written by hand: only the cluster knows which pods are ready',
      remedy: `give what runs: kubectl -n ${ref.namespace} get pods -o yaml`,
    };
  }
  return all.proof;
}

/** Whether a cluster was asked, not files that people wrote. */
function runs(resources: readonly ({ readonly exported: boolean } | null)[]): boolean {
  return resources.every((one) => one?.exported === true);
}
