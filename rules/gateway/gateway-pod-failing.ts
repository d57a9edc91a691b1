import { isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import { isReady, troubleOf } from '../../src/model/platform/pod-trouble.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';

export default defineRule({
  id: 'gateway-pod-failing',
  title: 'A pod of the gateway does not run as it should',
  severity: 'warning',
  needs: anyOf('platform.pods'),
  also: ['platform.workloads'],
  docs: {
    what: 'A pod of a gateway that is not ready and of which the scheduler or the kubelet says why: no node, no image, a crash loop, out of memory.',
    why: 'The gateway serves with fewer pods than it should; the others take the load.',
    fix: 'Remove what Kubernetes names. While App Mesh is gone a pod that starts again comes up empty: keep those that serve.',
    seen: '`kubectl get pods` shows Pending, CrashLoopBackOff, ImagePullBackOff or a growing count of restarts.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      const { pods } = runnersOfGateway(model, gateway);
      const failing = pods.flatMap((pod) => {
        const trouble = pod.deletedAt !== null || isReady(pod) === true ? null : troubleOf(pod);
        return trouble ? [{ pod, ...trouble }] : [];
      });
      const [first, ...rest] = failing;
      if (!first) continue;
      const { ref } = first.pod;
      yield finding(gateway, {
        message: `${failing.length === 1 ? `Pod ${ref.name}` : `${failing.length} of ${pods.length} pods`} of gateway ${gateway.ref.name} ${
          failing.length === 1 ? 'does' : 'do'
        } not run: ${first.says}.`,
        effect: 'traffic',
        evidence: [first.evidence, ...rest.slice(0, 9).map(({ evidence }) => evidence)],
        cause: `What Kubernetes says of pod ${ref.name}: ${first.says}.`,
        fix: [
          {
            say: `Read its events and its last lines: kubectl -n ${ref.namespace} describe pod ${ref.name}; kubectl -n ${ref.namespace} logs ${ref.name} --previous --all-containers.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        ...(isFrozen(gateway)
          ? {
              avoid: [
                {
                  say: 'Do not change the pod template of the gateway to mend this pod.',
                  because: 'the rollout replaces pods that still serve by empty ones',
                },
              ],
            }
          : {}),
        affects: failing.map(({ pod }) => pod.ref),
      });
    }
  },
});
