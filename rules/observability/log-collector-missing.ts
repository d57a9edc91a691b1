import { appMeshGateways } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { Model } from '../../src/model/model.ts';
import { agentsOf } from '../../src/model/observability/agents.ts';
import type { Pod } from '../../src/model/platform/kinds.ts';
import { onFargate, runnersOfGateway } from '../../src/model/platform/runners.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { firstUnlisted } from '../../src/model/unread.ts';

export default defineRule({
  id: 'log-collector-missing',
  title: 'Nobody collects the access log of the gateway',
  severity: 'info',
  needs: anyOf('platform.workloads', 'platform.pods'),
  docs: {
    what: 'No known log agent (Fluent Bit, Fluentd, Vector, Promtail, Alloy, Filebeat, the OpenTelemetry Collector, Datadog, CloudWatch …) runs in the cluster, or none on the node of a pod of the gateway. Pods on Fargate have a log router of their own and are not judged.',
    why: 'The kubelet keeps only the newest lines of a container: minutes on a busy gateway, and nothing of a pod that is gone.',
    fix: 'Run a log agent as a DaemonSet; the gateway need not be touched.',
    seen: '`kubectl logs` reaches back only minutes.',
  },
  subjects: appMeshGateways,
  *check(model) {
    const known = agentsOf.logs(model);
    for (const gateway of appMeshGateways(model)) {
      const { pods } = runnersOfGateway(model, gateway);
      if (pods.length > 0 && pods.every(onFargate)) {
        yield notEvaluated(gateway, { ...routerOfFargate, missing: `the log router of gateway ${gateway.ref.name}` });
        continue;
      }
      const gap = known.state === 'unknown' ? known.gap : firstUnlisted(model, ['Pod']);
      if (gap) yield notEvaluated(gateway, gap);
      if (known.state === 'unknown') continue;
      const bare = known.state === 'there' ? barePod(model, pods, known.agents) : null;
      if (known.state === 'there' && !bare) continue;
      const evidence: Evidence | null = bare?.evidence ?? (known.state === 'absent' ? known.proof : null);
      if (!evidence) continue;
      yield finding(gateway, {
        message: bare
          ? `No known log agent runs on node ${bare.node}, where pod ${bare.name} of gateway ${gateway.ref.name} runs: its access log is lost after minutes.`
          : `No known log agent runs in the cluster: the access log of gateway ${gateway.ref.name} is lost after minutes.`,
        effect: 'latent',
        evidence: [evidence],
        cause: 'The kubelet rotates the log of a container at 10 MiB and gives out only the newest file.',
        fix: [
          {
            say: 'Run a log agent as a DaemonSet that reads /var/log/containers on every node.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
      });
    }
  },
});

/** Fargate runs no DaemonSet; ConfigMap aws-logging in namespace aws-observability tells its own router where to send lines. */
const routerOfFargate = {
  reason:
    'its pods run on Fargate, where no agent of the cluster runs: a ConfigMap decides, and ConfigMaps are not read',
  remedy: 'look at it: kubectl -n aws-observability get configmap aws-logging',
};

/** A pod of the gateway on a node without agent; null where each has one, or agents do not run one a node, or pods are unseen. */
function barePod(model: Model, pods: readonly Pod[], agents: readonly { readonly ref: { readonly kind: string } }[]) {
  const running = model.pods.filter((pod) => agents.includes(pod) && pod.owner?.kind === 'DaemonSet');
  if (running.length === 0 || !model.completeness('Pod', '*').complete) return null;
  const nodes = new Set(running.map(({ node }) => node));
  for (const pod of pods) {
    const { node, ref } = pod;
    if (node === null || onFargate(pod) || nodes.has(node)) continue;
    return { name: ref.name, node, evidence: pod.at('spec.nodeName', `node of pod ${ref.name}`) };
  }
  return null;
}
