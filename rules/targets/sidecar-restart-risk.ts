import { meshEnded } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import type { Threat } from '../../src/diagnose/threats/threat.ts';
import { threatsToSidecars } from '../../src/diagnose/threats/sidecars.ts';
import { withoutSidecar } from '../../src/diagnose/without-sidecar.ts';
import { isInjected } from '../../src/model/mesh/injected-targets.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import type { Model } from '../../src/model/model.ts';
import { judgePod, type Runners, runnersOfNode } from '../../src/model/platform/runners.ts';
import { firstUnlisted, runnerKinds } from '../../src/model/unread.ts';

export default defineRule({
  id: 'sidecar-restart-risk',
  title: 'Serving sidecars are about to be replaced by dead ones',
  severity: 'warning',
  needs: anyOf(allOf('mesh.virtualNodes', 'platform.pods')),
  also: [
    'mesh.virtualGateways',
    'platform.workloads',
    'platform.namespaces',
    'platform.webhooks',
    'platform.nodes',
    'platform.nodePools',
    'platform.nodeClaims',
    'platform.autoscalers',
    'platform.verticalAutoscalers',
    'platform.disruptionBudgets',
  ],
  docs: {
    what: 'Targets whose sidecars still hold a configuration, while a rollout, an autoscaler, a node that goes, or a liveness probe of Envoy is about to replace them. Pods that come without Envoy are no risk: only what restarts an Envoy in its place counts then.',
    why: 'The next Envoy gets no configuration: its pod never becomes ready, and the target loses it.',
    fix: 'Stop what is about to replace the pods, then start them without Envoy at a time of your choosing.',
    seen: 'Nothing yet; then what sidecar-never-configured tells.',
  },
  subjects: (model) => model.virtualNodes,
  *check(model) {
    if (!meshEnded(model)) return;
    const risks: Risk[] = [];
    for (const node of model.virtualNodes) {
      const runners = runnersOfNode(model, node);
      if (!runners.pods.some((pod) => isInjected(pod) && judgePod(pod).holds === 'configuration')) continue;
      const { threats, gap } = threatsToSidecars(model, node, runners);
      const [first, ...others] = threats;
      if (first) risks.push({ node, runners, threats: [first, ...others] });
      const unseen =
        gap ?? (runners.workloads.length === 0 ? firstUnlisted(model, runnerKinds, node.ref.namespace) : null);
      if (!first && unseen) yield notEvaluated(node, unseen);
    }
    for (const group of groupBy(risks, ({ node }) => node.ref.namespace).values()) {
      const [first, ...others] = group;
      if (first) yield report(model, first, others);
    }
  },
});

/** A target whose sidecars serve, and what is about to replace them. */
interface Risk {
  readonly node: VirtualNode;
  readonly runners: Runners;
  readonly threats: readonly [Threat, ...Threat[]];
}

/** One finding a namespace: injection there is one cause, however many targets wait for it. */
function report(model: Model, first: Risk, others: readonly Risk[]) {
  const all = [first, ...others];
  const [threat] = first.threats;
  const names = all.slice(0, 3).map(({ node }) => node.ref.name);
  const list = all.length > 3 ? `${names.join(', ')} and ${all.length - 3} more` : names.join(', ');
  const threats = all.flatMap((risk) => risk.threats);
  const more = threats.length === 1 ? '' : `; and ${threats.length - 1} more`;
  const noted = (one: Threat) => ({ ...one.evidence, note: one.says });
  return finding([first.node, ...others.map(({ node }) => node)], {
    message: `The sidecars of ${all.length === 1 ? 'VirtualNode' : `${all.length} VirtualNodes`} ${list} still serve, and ${threat.says}${more}: the next Envoy gets no configuration.`,
    effect: 'latent',
    evidence: [noted(threat), ...threats.slice(1, 20).map(noted)],
    cause: 'A sidecar keeps its configuration in memory only, and App Mesh, which would send it again, has ended.',
    fix: [
      ...stops(all.slice(0, 3).flatMap((risk) => risk.threats)),
      ...all
        .slice(0, 3)
        .flatMap(({ runners }) => runners.workloads.flatMap((workload) => withoutSidecar(model, workload) ?? [])),
    ],
    avoid: [
      {
        say: 'Do not roll out, restart or scale it while injection is on.',
        because: 'the new pods never become ready',
      },
    ],
  });
}

function stops(threats: readonly Threat[]): readonly Fix[] {
  const byCommand = new Map(threats.flatMap(({ stop }) => (stop ? [[stop.command ?? stop.say, stop] as const] : [])));
  return [...byCommand.values()];
}
