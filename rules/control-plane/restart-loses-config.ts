import { appMeshGateways, isFrozen } from '../../src/diagnose/effect.ts';
import type { Severity } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { keepSteps, neverDo, survivorsOf, survivorsText } from '../../src/diagnose/threats/keep.ts';
import type { Threat } from '../../src/diagnose/threats/threat.ts';
import { joinGaps, threatsTo } from '../../src/diagnose/threats/threats.ts';
import { judgePod, runnersOfGateway } from '../../src/model/platform/runners.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

const severities: Readonly<Record<Threat['level'], Severity>> = {
  'under-way': 'error',
  likely: 'warning',
  possible: 'info',
};

export default defineRule({
  id: 'restart-loses-config',
  title: 'Something is about to restart or move a frozen gateway',
  severity: 'warning',
  latentError: true,
  needs: anyOf('platform.workloads', 'platform.pods'),
  also: [
    'platform.nodes',
    'platform.nodePools',
    'platform.nodeClaims',
    'platform.autoscalers',
    'platform.verticalAutoscalers',
    'platform.disruptionBudgets',
    'envoy.listenerConfig',
    'envoy.listeners',
    'envoy.stats',
  ],
  docs: {
    what: 'A gateway that takes no configuration any more, and what would restart or move its pods: a rollout, autoscalers in both directions, a missing or lax PodDisruptionBudget, Karpenter (consolidation, drift, expiry), the cluster autoscaler, Spot, Fargate patching, cordoned or failing nodes, the VPA, a descheduler, liveness probes, memory near its limit, GitOps and the image pull policy. An error once a pod is empty or a disruption is under way.',
    why: 'Envoy keeps its configuration in memory only, and App Mesh, which would send it again, has ended. Each pod that restarts or moves comes back without a single route and never becomes ready.',
    fix: 'Stop what threatens the pods: every step given here restarts nothing. Then save the configuration, and serve the routes from pods that carry it themselves.',
    seen: 'Nothing, until a pod is replaced: then connections are refused, and the new pod stays 0/1 Ready.',
  },
  subjects: appMeshGateways,
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      if (!isFrozen(gateway)) continue;
      const runners = runnersOfGateway(model, gateway);
      if (runners.workloads.length + runners.pods.length === 0) {
        yield notEvaluated(gateway, {
          missing: `the workload and Pods of gateway ${gateway.ref.name}`,
          reason: gateway.object
            ? 'none that was read has the labels of its podSelector'
            : 'none that was read is named in its Envoy',
          remedy: 'give an export of them: kubectl get deploy,sts,ds,pods -A -o yaml',
        });
        continue;
      }
      const left = survivorsOf(model, gateway, runners);
      // Where every pod is empty nothing is left to keep: gateway-pod-empty says so.
      if (runners.pods.length > 0 && runners.pods.every((pod) => judgePod(pod).holds === 'nothing')) continue;
      const { threats, unseen } = threatsTo(model, runners, gateway);
      const [first, second, ...others] = threats;
      const [gap, ...gaps] = unseen;
      if (!first) {
        if (gap) yield notEvaluated(gateway, joinGaps([gap, ...gaps]));
        continue;
      }
      const more = others.length === 0 ? '' : `; and ${others.length} more`;
      const serving = survivorsText(left);
      yield finding(gateway, {
        message: `Gateway ${gateway.ref.name} loses its configuration with each pod that restarts or moves, and ${first.says}${second ? `; ${second.says}` : ''}${more}.`,
        effect: 'latent',
        severity: severities[first.level],
        evidence: [noted(first), ...threats.slice(1, 20).map(noted)],
        cause: `Envoy keeps its configuration in memory only, and App Mesh, which would send it again, has ended.${
          serving === '' ? '' : ` Still serving: ${serving}.`
        }${gap ? ` Not looked at: ${joinGaps([gap, ...gaps]).missing}.` : ''}`,
        fix: keepSteps(gateway, runners, threats, left),
        avoid: neverDo(runners),
      });
    }
  },
});

function noted({ evidence, says }: Threat): Evidence {
  return { ...evidence, note: says };
}
