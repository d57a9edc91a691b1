import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { lookUp } from '../inventory.ts';
import type { Model } from '../model.ts';
import { selects } from '../selector.ts';
import type { Webhook, WebhookConfiguration } from './cluster.ts';
import { slicesOf } from './ready-slices.ts';

/** Whether anybody answers a webhook. */
type Answer =
  | { readonly state: 'answers' }
  | { readonly state: 'silent'; readonly proof: Evidence }
  | { readonly state: 'unknown'; readonly gap: Gap };

/** Looks for a ready endpoint of the Service that a webhook names. */
function answersOf(model: Model, { namespace, name }: NonNullable<Webhook['service']>): Answer {
  const service = lookUp(model, 'Service', model.services, namespace, name);
  if (service.state === 'absent') return { state: 'silent', proof: service.proof[0] };
  const slices = slicesOf(model, { namespace, name });
  if (slices.some(({ endpoints }) => endpoints.some(({ ready }) => ready))) return { state: 'answers' };
  const [slice] = slices;
  const seen = model.completeness('EndpointSlice', namespace);
  // A Service with a selector always has a slice, an empty one too: one that was read and is empty is proof enough.
  if (slice) return { state: 'silent', proof: slice.at('endpoints', `Service ${name} has no ready endpoint`) };
  if (!seen.complete) return { state: 'unknown', gap: seen.gap };
  if (service.state === 'unknown') return { state: 'unknown', gap: service.gap };
  return { state: 'silent', proof: service.value.at('spec.selector', `Service ${name} has no endpoints`) };
}

/** A webhook that is asked about each new pod, must agree, and is answered by nobody. */
export interface SilentWebhook {
  readonly webhook: Webhook;
  readonly index: number;
  readonly proof: Evidence;
}

/** The silent webhooks of a configuration, and what was not seen of the others. */
export function silentWebhooks(
  model: Model,
  { webhooks }: WebhookConfiguration,
): { readonly blocking: readonly SilentWebhook[]; readonly gaps: readonly Gap[] } {
  const gaps: Gap[] = [];
  const blocking: SilentWebhook[] = [];
  for (const [index, webhook] of webhooks.entries()) {
    if (!webhook.onPodCreation || webhook.failurePolicy !== 'Fail' || !webhook.service) continue;
    const answer = answersOf(model, webhook.service);
    if (answer.state === 'unknown') gaps.push(answer.gap);
    else if (answer.state === 'silent') blocking.push({ webhook, index, proof: answer.proof });
  }
  return { blocking, gaps };
}

/** The namespaces about whose objects a webhook is asked, as people say it. */
export function namespacesAskedOf(model: Model, { namespaceSelector }: Webhook): string {
  if (!namespaceSelector) return 'any namespace';
  const chosen = model.namespaces.filter(({ labels }) => selects(namespaceSelector, labels)).map(({ ref }) => ref.name);
  if (chosen.length === 0) return 'the namespaces it selects';
  const more = chosen.length > 3 ? ` and ${chosen.length - 3} more` : '';
  return `${chosen.length === 1 ? 'namespace' : 'namespaces'} ${chosen.slice(0, 3).join(', ')}${more}`;
}

/** False where the labels of a namespace were read and the webhook is not asked about what it holds. */
export function looksAt(model: Model, { namespaceSelector }: Webhook, name: string | null): boolean {
  const namespace = model.namespaces.find(({ ref }) => ref.name === name);
  return !namespaceSelector || !namespace || selects(namespaceSelector, namespace.labels);
}
