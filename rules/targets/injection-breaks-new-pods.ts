import { meshEnded } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, allOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { kubectl } from '../../src/diagnose/threats/threat.ts';
import { needsEnvoy, withoutSidecar } from '../../src/diagnose/without-sidecar.ts';
import {
  asksForInjection,
  injectorGone,
  injectorKey,
  nodesOfWorkload,
  runsGateway,
} from '../../src/model/mesh/injection.ts';
import type { Model } from '../../src/model/model.ts';
import type { Workload } from '../../src/model/platform/kinds.ts';
import type { Resource } from '../../src/model/resource.ts';

export default defineRule({
  id: 'injection-breaks-new-pods',
  title: 'New pods still get an Envoy that nobody configures',
  severity: 'error',
  needs: anyOf(allOf('platform.namespaces', 'platform.workloads', 'mesh.virtualNodes')),
  also: ['platform.webhooks', 'mesh.virtualGateways', 'platform.pods'],
  docs: {
    what: 'A namespace that still asks for App Mesh injection (label `appmesh.k8s.aws/sidecarInjectorWebhook`), with workloads behind VirtualNodes. Their running pods serve; each next pod gets an Envoy without configuration.',
    why: 'The injected Envoy captures all traffic of its pod and waits for a control plane that has ended: the pod never becomes ready. A rollout, a scale-out or a drain is enough.',
    fix: 'Take the label off the namespace: nothing restarts, and each next pod starts without Envoy. Or turn injection off in one workload after the other. Not before you know that nobody demands TLS of it.',
    seen: 'Nothing yet. Then: new pods 1/2 Ready, and 503 once the old ones are gone.',
  },
  subjects: (model) => model.namespaces.filter(({ labels }) => labels[injectorKey] !== undefined),
  *check(model) {
    if (!meshEnded(model) || injectorGone(model)) return;
    for (const namespace of model.namespaces) {
      if (namespace.labels[injectorKey] === undefined) continue;
      const broken = injected(model, namespace);
      const [first] = broken;
      if (!first) {
        const seen = [
          model.completeness('Deployment', namespace.ref.name),
          model.completeness('VirtualNode', namespace.ref.name),
        ];
        const gap = seen.flatMap((one) => (one.complete ? [] : [one.gap]))[0];
        if (gap && asksForInjection(namespace, {})) yield notEvaluated(namespace, gap);
        continue;
      }
      const names = broken
        .slice(0, 3)
        .map(({ ref }) => ref.name)
        .join(', ');
      const some = broken.length > 3 ? `${names} and ${broken.length - 3} more` : names;
      yield finding(namespace, {
        message: `Each next pod of ${broken.length === 1 ? 'one workload' : `${broken.length} workloads`} in namespace ${namespace.ref.name} gets an Envoy that nobody configures and never becomes ready: ${some}.`,
        effect: 'latent',
        evidence: [namespace.at(`metadata.labels["${injectorKey}"]`), ...broken.slice(0, 20).map(labelsOf)],
        cause: `The webhook still injects Envoy here, and App Mesh, which would configure it, has ended. Pods that run already keep what they have.`,
        fix: fixes(model, namespace, broken),
        avoid: [
          {
            say: 'Do not roll out, restart or scale these workloads first.',
            because: 'the new pods never become ready, and old ones go',
          },
          {
            say: 'Do not set the label to disabled.',
            because: 'the webhook is called for that value, too, and refuses pods when its controller is gone',
          },
        ],
        affects: broken.slice(0, 200).map(({ ref }) => ref),
      });
    }
  },
});

/** The workloads of a namespace whose next pod would be injected; a gateway's own are told by restart-loses-config. */
function injected(model: Model, namespace: Resource): readonly Workload[] {
  return model.workloads.filter(
    (workload) =>
      workload.ref.namespace === namespace.ref.name &&
      workload.owner === null &&
      asksForInjection(namespace, workload.podAnnotations) &&
      nodesOfWorkload(model, workload).length > 0 &&
      !runsGateway(model, workload),
  );
}

function labelsOf(workload: Workload) {
  return workload.at('spec.template.metadata.labels', `${workload.ref.kind} ${workload.ref.name} is a target`);
}

/** The whole namespace where no TLS is in the way; else one workload after the other. */
function fixes(model: Model, namespace: Resource, broken: readonly Workload[]): readonly Fix[] {
  const bound = broken.find((workload) => needsEnvoy(model, workload) !== null);
  const unlabel: Fix = {
    say: `Take the label off namespace ${namespace.ref.name}: nothing restarts, and each next pod starts without Envoy. No object that was read demands TLS of them.`,
    ...commandOf(kubectl(null, ['label', 'namespace', namespace.ref.name, `${injectorKey}-`])),
    patch: { type: 'merge', target: namespace.ref, patch: { metadata: { labels: { [injectorKey]: null } } } },
    restarts: 'nothing',
    works: 'now',
  };
  const one = broken.slice(0, 3).flatMap((workload) => withoutSidecar(model, workload) ?? []);
  return bound ? one : [unlabel, ...one.slice(0, 1)];
}

function commandOf(command: string | undefined): Pick<Fix, 'command'> {
  return command === undefined ? {} : { command };
}
