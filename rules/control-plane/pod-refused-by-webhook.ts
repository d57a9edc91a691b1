import { meshEnded } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { harmless, kubectl } from '../../src/diagnose/threats/threat.ts';
import { injectorKey } from '../../src/model/mesh/injection.ts';
import type { Model } from '../../src/model/model.ts';
import { type PodRefusal, podRefusals } from '../../src/model/platform/pod-refusals.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import { type ObjectRef, refKey, refText } from '../../src/snapshot/object.ts';

/** What the pod webhook of the controller says (pkg/inject), and what it means. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [
    /no matching VirtualNode or VirtualGateway/,
    'Injection is on, and no podSelector of a VirtualNode or VirtualGateway of this namespace selects the pod.',
  ],
  [
    /multiple matching Virtual(Nodes|Gateways)/,
    'The podSelectors of several VirtualNodes or VirtualGateways select the pod: only one may.',
  ],
  [/enabled for both virtualNode/, 'A VirtualNode and a VirtualGateway both select the pod.'],
  [/failed to determine sidecarInject mode/, `The annotation or label ${injectorKey} has a value that is not known.`],
];

export default defineRule({
  id: 'pod-refused-by-webhook',
  title: 'A webhook refuses the pods of a workload',
  severity: 'error',
  latentError: true,
  needs: anyOf('platform.events'),
  also: ['platform.workloads', 'platform.pods'],
  explains: ['gateway-no-ready-pod', 'node-no-ready-endpoint'],
  docs: {
    what: 'Events FailedCreate of a ReplicaSet, StatefulSet, DaemonSet or Job whose text says that an admission webhook refused the pod or did not answer.',
    why: 'No new pod appears: rollouts, scaling out and replacements stand still. Pods that run are not touched.',
    fix: 'Where App Mesh refuses: make exactly one podSelector select the pod, or take the workload out of injection. Where the webhook does not answer: see webhook-blocks-pods.',
    seen: '`kubectl get rs` shows fewer pods than desired; `kubectl describe rs`: `Error creating: admission webhook … denied the request`.',
  },
  subjects: refusedWorkloads,
  *check(model) {
    for (const refusal of podRefusals(model)) {
      const { ref, webhook, answered, said, events, since } = refusal;
      const [event, ...older] = events;
      const workload = model.workloads.find((one) => refKey(one.ref) === refKey(ref));
      const owner = workload?.owner;
      const meaning = meanings.find(([words]) => words.test(said))?.[1];
      yield finding(
        { ref },
        {
          message: `${refText(ref)} gets no new pod: webhook ${webhook} ${answered ? `refuses it: ${said}` : 'does not answer'}.`,
          effect: servesNothing(workload?.status) ? 'traffic' : 'latent',
          evidence: [event.at('message'), ...older.slice(0, 2).map((one) => one.at('message'))],
          cause:
            meaning ??
            (answered
              ? 'The webhook looks at each new pod before it is stored, and may refuse it.'
              : 'The API server must ask this webhook about each new pod, and nothing answers.'),
          fix: [runsGateway(model, ref, owner) ? leave : fixOf(model, refusal)],
          ...(owner && ref.kind === 'ReplicaSet'
            ? { affects: [{ apiVersion: 'apps/v1', kind: owner.kind, namespace: ref.namespace, name: owner.name }] }
            : {}),
          ...(since === null ? {} : { since }),
        },
      );
    }
  },
});

const leave = harmless(
  'These are pods of a gateway: leave them refused. A new one would come up empty; see restart-loses-config.',
  undefined,
);

function refusedWorkloads(model: Model) {
  const refs = new Map(podRefusals(model).map(({ ref }) => [refKey(ref), { ref }]));
  for (const { ref } of model.workloads) refs.set(refKey(ref), { ref });
  return refs.values();
}

/** What the refusal stops is then the rollout of a gateway, whose next pods would come up empty. */
function runsGateway(
  model: Model,
  ref: ObjectRef,
  owner: { readonly kind: string; readonly name: string } | null | undefined,
) {
  const keys = new Set([refKey(ref)]);
  if (owner) keys.add(refKey({ ...ref, kind: owner.kind, name: owner.name }));
  return model.gateways.some((gateway) =>
    runnersOfGateway(model, gateway).workloads.some((workload) => keys.has(refKey(workload.ref))),
  );
}

function servesNothing(status: Readonly<Record<string, unknown>> | undefined): boolean {
  return status !== undefined && typeof status.replicas === 'number' && (status.readyReplicas ?? 0) === 0;
}

function fixOf(model: Model, { ref, webhook, answered }: PodRefusal): Fix {
  if (!webhook.endsWith('.appmesh.k8s.aws'))
    return harmless(`Ask whoever runs webhook ${webhook} what it wants of these pods.`, undefined);
  if (!answered) return harmless('Delete the webhook that nobody answers: see webhook-blocks-pods.', undefined);
  if (!meshEnded(model)) {
    return harmless(
      'Make the podSelector of exactly one VirtualNode or VirtualGateway of this namespace select these pods.',
      undefined,
    );
  }
  return harmless(
    `App Mesh has ended: take namespace ${ref.namespace} out of injection. Nothing restarts, and the next try of the workload succeeds, without Envoy. Look first whether anybody demands TLS of its pods.`,
    kubectl(null, ['label', 'namespace', ref.namespace ?? '', `${injectorKey}-`]),
  );
}
