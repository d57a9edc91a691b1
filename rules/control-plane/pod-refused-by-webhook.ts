import { meshEnded } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { harmless, kubectl } from '../../src/diagnose/threats/threat.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { injectorKey } from '../../src/model/mesh/injection.ts';
import type { Model } from '../../src/model/model.ts';
import type { Event } from '../../src/model/platform/cluster.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import { type ObjectRef, refKey, refText } from '../../src/snapshot/object.ts';

/** The API server's words of a webhook that refused, and of one that did not answer. */
const refusal = /admission webhook "([^"]+)" denied the request: (.*)/s;
const silence = /failed calling webhook "([^"]+)":? ?(.*)/s;

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
    for (const events of groupBy(refusals(model), ({ about }) => refKey(refOf(about))).values()) {
      const latest = [...events].sort((left, right) => compare(right.lastSeen, left.lastSeen));
      const [event] = latest;
      const match = event && (refusal.exec(event.message) ?? silence.exec(event.message));
      if (!event || !match) continue;
      const [, webhook = '', said = ''] = match;
      const ref = refOf(event.about);
      const workload = model.workloads.find((one) => refKey(one.ref) === refKey(ref));
      const owner = workload?.owner;
      const first = latest
        .flatMap(({ body }) => (typeof body.firstTimestamp === 'string' ? [body.firstTimestamp] : []))
        .sort()[0];
      const meaning = meanings.find(([words]) => words.test(said))?.[1];
      const answered = refusal.test(event.message);
      yield finding(
        { ref },
        {
          message: `${refText(ref)} gets no new pod: webhook ${webhook} ${answered ? `refuses it: ${said}` : 'does not answer'}.`,
          effect: servesNothing(workload?.status) ? 'traffic' : 'latent',
          evidence: [event.at('message'), ...latest.slice(1, 3).map((one) => one.at('message'))],
          cause:
            meaning ??
            (answered
              ? 'The webhook looks at each new pod before it is stored, and may refuse it.'
              : 'The API server must ask this webhook about each new pod, and nothing answers.'),
          fix: runsGateway(model, ref, owner)
            ? [
                harmless(
                  'These are pods of a gateway: leave them refused. A new one would come up empty; see restart-loses-config.',
                  undefined,
                ),
              ]
            : fixes(model, event, answered, webhook),
          ...(owner && ref.kind === 'ReplicaSet'
            ? { affects: [{ apiVersion: 'apps/v1', kind: owner.kind, namespace: ref.namespace, name: owner.name }] }
            : {}),
          ...(first === undefined ? {} : { since: first }),
        },
      );
    }
  },
});

function refusals(model: Model): readonly Event[] {
  return model.platform.events.filter(
    ({ reason, message, about }) =>
      reason === 'FailedCreate' && about.name !== '' && (refusal.test(message) || silence.test(message)),
  );
}

function refusedWorkloads(model: Model) {
  const refs = new Map(refusals(model).map(({ about }) => [refKey(refOf(about)), { ref: refOf(about) }]));
  for (const { ref } of model.workloads) refs.set(refKey(ref), { ref });
  return refs.values();
}

function refOf({ kind, namespace, name }: Event['about']): ObjectRef {
  return { apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, namespace, name };
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

function compare(left: string | null, right: string | null): number {
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function fixes(model: Model, { about }: Event, answered: boolean, webhook: string): readonly Fix[] {
  if (!webhook.endsWith('.appmesh.k8s.aws')) {
    return [harmless(`Ask whoever runs webhook ${webhook} what it wants of these pods.`, undefined)];
  }
  if (!answered) return [harmless('Delete the webhook that nobody answers: see webhook-blocks-pods.', undefined)];
  if (!meshEnded(model)) {
    return [
      harmless(
        'Make the podSelector of exactly one VirtualNode or VirtualGateway of this namespace select these pods.',
        undefined,
      ),
    ];
  }
  const command = kubectl(null, ['label', 'namespace', about.namespace, `${injectorKey}-`]);
  return [
    harmless(
      `App Mesh has ended: take namespace ${about.namespace} out of injection. Nothing restarts, and the next try of the workload succeeds, without Envoy. Look first whether anybody demands TLS of its pods.`,
      command,
    ),
  ];
}
