import { asList, asObject, asText, asTexts, isObject } from '../../lib/json.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { Resource } from '../resource.ts';
import { type LabelSelector, readSelector } from '../selector.ts';

/** One webhook of a Mutating- or ValidatingWebhookConfiguration. */
export interface Webhook {
  readonly name: string;
  readonly path: string;
  /** `Fail` is the default of admissionregistration.k8s.io/v1: where nothing answers, the request is refused. */
  readonly failurePolicy: string;
  /** Null where it is called by URL. */
  readonly service: { readonly namespace: string; readonly name: string } | null;
  readonly namespaceSelector: LabelSelector | null;
  /** True when it is asked at the creation of pods. */
  readonly onPodCreation: boolean;
}

/** The kinds that call webhooks. */
export interface WebhookConfiguration extends Resource {
  readonly webhooks: readonly Webhook[];
}

/** The `Event` kind: what a controller said of an object. */
export interface Event extends Resource {
  readonly about: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly reason: string;
  readonly message: string;
  /** When it was seen last; null where not told. */
  readonly lastSeen: string | null;
}

/** Reads an Event of v1 or events.k8s.io/v1, which name the same things differently. */
export function readEvent(object: KubernetesObject): Event {
  const resource = new Resource(object);
  const { body, ref } = resource;
  const about = asObject(isObject(body.involvedObject) ? body.involvedObject : body.regarding);
  return Object.assign(resource, {
    about: {
      kind: asText(about.kind) ?? '',
      namespace: asText(about.namespace) ?? ref.namespace ?? '',
      name: asText(about.name) ?? '',
    },
    reason: asText(body.reason) ?? '',
    message: asText(body.message) ?? asText(body.note) ?? '',
    lastSeen:
      asText(body.lastTimestamp) ??
      asText(asObject(body.series).lastObservedTime) ??
      asText(body.eventTime) ??
      asText(body.firstTimestamp) ??
      null,
  });
}

/** Reads a MutatingWebhookConfiguration or ValidatingWebhookConfiguration. */
export function readWebhookConfiguration(object: KubernetesObject): WebhookConfiguration {
  const resource = new Resource(object);
  return Object.assign(resource, {
    webhooks: asList(resource.body.webhooks).map((item, index) => {
      const webhook = asObject(item);
      const service = asObject(asObject(webhook.clientConfig).service);
      const { namespace, name } = service;
      return {
        name: asText(webhook.name) ?? '',
        path: `webhooks[${index}]`,
        failurePolicy: asText(webhook.failurePolicy) ?? 'Fail',
        service: typeof namespace === 'string' && typeof name === 'string' ? { namespace, name } : null,
        namespaceSelector: readSelector(webhook.namespaceSelector),
        onPodCreation: asList(webhook.rules).some(createsPods),
      };
    }),
  });
}

function createsPods(rule: unknown): boolean {
  const { apiGroups, resources, operations } = asObject(rule);
  const holds = (list: unknown, ...values: readonly string[]): boolean =>
    asTexts(list).some((item) => values.includes(item));
  return holds(apiGroups, '', '*') && holds(resources, 'pods', '*', '*/*') && holds(operations, 'CREATE', '*');
}
