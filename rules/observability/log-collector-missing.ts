import { appMeshGateways } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { agentsOf } from '../../src/model/observability/agents.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

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
      const pods = runnersOfGateway(model, gateway).pods.filter(({ node }) => !node?.startsWith('fargate-'));
      if (pods.length === 0 && known.state !== 'absent') {
        if (known.state === 'unknown') yield notEvaluated(gateway, known.gap);
        continue;
      }
      if (known.state === 'unknown') {
        yield notEvaluated(gateway, known.gap);
        continue;
      }
      const bare = known.state === 'there' ? barePod(model, gateway, known.agents) : null;
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

/** A pod of the gateway on a node without agent; null where each has one, or agents do not run one a node, or pods are unseen. */
function barePod(model: Model, gateway: Gateway, agents: readonly { readonly ref: { readonly kind: string } }[]) {
  const running = model.pods.filter((pod) => agents.includes(pod) && pod.owner?.kind === 'DaemonSet');
  if (running.length === 0 || !model.completeness('Pod', '*').complete) return null;
  const nodes = new Set(running.map(({ node }) => node));
  for (const { node, ref, at } of runnersOfGateway(model, gateway).pods) {
    if (node === null || node.startsWith('fargate-') || nodes.has(node)) continue;
    return { name: ref.name, node, evidence: at('spec.nodeName', `node of pod ${ref.name}`) };
  }
  return null;
}
