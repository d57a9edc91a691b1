import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { beforePodsStart, heldRollouts } from '../../src/diagnose/threats/held-rollouts.ts';
import { harmless, kubectl, patched } from '../../src/diagnose/threats/threat.ts';
import type { Event, WebhookConfiguration } from '../../src/model/platform/cluster.ts';
import { unansweredCalls, workloadsRefused } from '../../src/model/platform/pod-refusals.ts';
import { looksAt, namespacesAskedOf, silentWebhooks } from '../../src/model/platform/webhook-answers.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'webhook-blocks-pods',
  title: 'A webhook that nobody answers refuses every new pod',
  severity: 'error',
  latentError: true,
  needs: anyOf('platform.webhooks'),
  also: [
    'platform.services',
    'platform.endpointSlices',
    'platform.namespaces',
    'platform.events',
    'platform.pods',
    'platform.workloads',
  ],
  explains: ['pod-refused-by-webhook'],
  docs: {
    what: 'A webhook that is asked at the creation of pods, with failurePolicy Fail, whose Service is missing or has no ready endpoint: for App Mesh, the controller was removed or is down, and its webhook was left behind.',
    why: 'The API server cannot ask it, and refuses the pod: no rollout, scale-out or replacement in the namespaces it looks at.',
    fix: 'Delete the webhook configuration, or set its failurePolicy to Ignore: pods then start without being injected. Running pods are not touched.',
    seen: 'Events FailedCreate of ReplicaSets: `failed calling webhook …`. No pod appears at all.',
  },
  subjects: (model) => model.platform.webhooks,
  *check(model) {
    for (const configuration of model.platform.webhooks) {
      const { blocking, gaps } = silentWebhooks(model, configuration);
      const [first] = blocking;
      if (!first) {
        if (gaps[0]) yield notEvaluated(configuration, gaps[0]);
        continue;
      }
      const { webhook, index, proof } = first;
      const refused = unansweredCalls(model, webhook);
      const where = namespacesAskedOf(model, webhook);
      const held = heldRollouts(model).filter(({ ref }) => looksAt(model, webhook, ref.namespace));
      const before = beforePodsStart(held);
      const appMesh = webhook.name.endsWith('.appmesh.k8s.aws');
      yield finding(configuration, {
        message: `No new pod starts in ${where}: webhook ${webhook.name} must agree to each, and its Service ${webhook.service?.namespace}/${webhook.service?.name} ${proof.source === 'coverage' ? 'does not exist' : 'has no ready endpoint'}.`,
        effect: 'latent',
        severity: refused.length > 0 ? 'error' : 'warning',
        evidence: [
          configuration.at(`${webhook.path}.failurePolicy`, `failurePolicy ${webhook.failurePolicy}`),
          proof,
          ...refused.slice(0, 10).map(evidenceOf),
        ],
        cause: appMesh
          ? 'The App Mesh controller is gone or down, and its webhook was left behind with failurePolicy Fail.'
          : 'Nothing answers this webhook, and failurePolicy Fail makes the API server refuse what it cannot ask about.',
        fix: [...before.fix, ...fixes(configuration, index, appMesh, held.length > 0)],
        avoid: [
          ...before.avoid,
          ...(appMesh
            ? [
                {
                  say: 'Do not start the App Mesh controller again for this.',
                  because:
                    whenObjectsApply(model, model.gateways) === 'now'
                      ? 'check first that it can reach App Mesh'
                      : 'it would inject each new pod with an Envoy that nobody configures',
                },
                {
                  say: 'Do not delete pods of the gateway meanwhile.',
                  because: 'they are not replaced, and would come back empty',
                },
              ]
            : []),
        ],
        discriminator: webhook.name,
        affects: workloadsRefused(refused).slice(0, 200),
      });
    }
  },
});

function evidenceOf(event: Event): Evidence {
  return event.at('message', `${event.about.kind} ${event.about.namespace}/${event.about.name}`);
}

/** `held`: a rollout of a gateway waits for nothing else, so that no command may let it go on. */
function fixes({ ref }: WebhookConfiguration, index: number, appMesh: boolean, held: boolean): readonly Fix[] {
  const kind = `${ref.kind.toLowerCase()}.admissionregistration.k8s.io`;
  const patch = [{ op: 'add', path: `/webhooks/${index}/failurePolicy`, value: 'Ignore' }];
  if (held) {
    const say = `Only then set failurePolicy of ${ref.kind} ${ref.name} to Ignore${appMesh ? ', or delete it' : ''}: pods then start where nobody answers. Running pods are not touched.`;
    return [harmless(say, undefined)];
  }
  const ignore = harmless(
    'Let pods start where it does not answer. Running pods are not touched.',
    patched(ref, kind, { type: 'json', patch }),
  );
  if (!appMesh) return [ignore];
  const remove = harmless(
    'Or delete it: nobody needs injection any more. New pods then start without Envoy; running ones are not touched.',
    kubectl(null, ['delete', `${kind}/${ref.name}`]),
  );
  return [ignore, remove];
}
