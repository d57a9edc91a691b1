import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { harmless, kubectl, patched } from '../../src/diagnose/threats/threat.ts';
import { lookUp } from '../../src/model/inventory.ts';
import type { Model } from '../../src/model/model.ts';
import type { Event, Webhook, WebhookConfiguration } from '../../src/model/platform/cluster.ts';
import { selects } from '../../src/model/selector.ts';
import type { Gap } from '../../src/snapshot/coverage.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { type ObjectRef, refKey } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'webhook-blocks-pods',
  title: 'A webhook that nobody answers refuses every new pod',
  severity: 'error',
  latentError: true,
  needs: anyOf('platform.webhooks'),
  also: ['platform.services', 'platform.endpointSlices', 'platform.namespaces', 'platform.events'],
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
      const gaps: Gap[] = [];
      const blocking: { readonly webhook: Webhook; readonly index: number; readonly proof: Evidence }[] = [];
      for (const [index, webhook] of configuration.webhooks.entries()) {
        if (!webhook.onPodCreation || webhook.failurePolicy !== 'Fail' || !webhook.service) continue;
        const answer = answers(model, webhook.service);
        if (answer.state === 'unknown') gaps.push(answer.gap);
        else if (answer.state === 'silent') blocking.push({ webhook, index, proof: answer.proof });
      }
      const [first] = blocking;
      if (!first) {
        if (gaps[0]) yield notEvaluated(configuration, gaps[0]);
        continue;
      }
      const { webhook, index, proof } = first;
      const refused = refusals(model, webhook);
      const where = namespacesOf(model, webhook);
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
        fix: fixes(configuration, index, appMesh),
        avoid: appMesh
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
          : [],
        discriminator: webhook.name,
        affects: workloadsOf(refused).slice(0, 200),
      });
    }
  },
});

type Answer =
  | { readonly state: 'answers' }
  | { readonly state: 'silent'; readonly proof: Evidence }
  | { readonly state: 'unknown'; readonly gap: Gap };

function answers(model: Model, { namespace, name }: NonNullable<Webhook['service']>): Answer {
  const service = lookUp(model.snapshot, 'Service', model.services, namespace, name);
  if (service.state === 'absent') return { state: 'silent', proof: service.proof[0] };
  const slices = model.endpointSlices.filter((slice) => slice.ref.namespace === namespace && slice.service === name);
  if (slices.some(({ endpoints }) => endpoints.some(({ ready }) => ready))) return { state: 'answers' };
  const [slice] = slices;
  const seen = model.completeness('EndpointSlice', namespace);
  // A Service with a selector always has a slice, an empty one too: one that was read and is empty is proof enough.
  if (slice) return { state: 'silent', proof: slice.at('endpoints', `Service ${name} has no ready endpoint`) };
  if (!seen.complete) return { state: 'unknown', gap: seen.gap };
  if (service.state === 'unknown') return { state: 'unknown', gap: service.gap };
  return { state: 'silent', proof: service.value.at('spec.selector', `Service ${name} has no endpoints`) };
}

/** Events that say that a pod was refused for want of it. */
function refusals(model: Model, { name }: Webhook): readonly Event[] {
  return model.platform.events.filter(
    ({ reason, message }) => reason === 'FailedCreate' && message.includes(`failed calling webhook "${name}"`),
  );
}

function evidenceOf(event: Event): Evidence {
  return event.at('message', `${event.about.kind} ${event.about.namespace}/${event.about.name}`);
}

/** Whose pods were refused, each once. */
function workloadsOf(events: readonly Event[]): readonly ObjectRef[] {
  const refs = events.map(({ about: { kind, namespace, name } }) => {
    return { apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, namespace, name };
  });
  return [...new Map(refs.map((ref) => [refKey(ref), ref])).values()];
}

function namespacesOf(model: Model, { namespaceSelector }: Webhook): string {
  if (!namespaceSelector) return 'any namespace';
  const chosen = model.namespaces.filter(({ labels }) => selects(namespaceSelector, labels)).map(({ ref }) => ref.name);
  if (chosen.length === 0) return 'the namespaces it selects';
  const more = chosen.length > 3 ? ` and ${chosen.length - 3} more` : '';
  return `${chosen.length === 1 ? 'namespace' : 'namespaces'} ${chosen.slice(0, 3).join(', ')}${more}`;
}

function fixes({ ref }: WebhookConfiguration, index: number, appMesh: boolean): readonly Fix[] {
  const target = `${ref.kind.toLowerCase()}.admissionregistration.k8s.io/${ref.name}`;
  const patch = [{ op: 'add', path: `/webhooks/${index}/failurePolicy`, value: 'Ignore' }];
  const ignore = harmless(
    'Let pods start where it does not answer. Running pods are not touched.',
    patched(ref, `${ref.kind.toLowerCase()}.admissionregistration.k8s.io`, { type: 'json', patch }),
  );
  if (!appMesh) return [ignore];
  const remove = harmless(
    'Or delete it: nobody needs injection any more. New pods then start without Envoy; running ones are not touched.',
    kubectl(null, ['delete', target]),
  );
  return [ignore, remove];
}
