import { groupBy } from '../../lib/memo.ts';
import { type ObjectRef, refKey } from '../../snapshot/object.ts';
import type { Model } from '../model.ts';
import type { Event, Webhook } from './cluster.ts';

/** A workload whose pods are not made because of an admission webhook. */
export interface PodRefusal {
  readonly ref: ObjectRef;
  readonly webhook: string;
  /** The webhook said no; else it did not answer. */
  readonly answered: boolean;
  readonly said: string;
  /** The events that tell it, the latest first. */
  readonly events: readonly [Event, ...Event[]];
  /** ISO 8601: when the first of them was seen first. */
  readonly since: string | null;
}

/** The API server's words of a webhook that refused, and of one that did not answer. */
const refusal = /admission webhook "([^"]+)" denied the request: (.*)/s;
const silence = /failed calling webhook "([^"]+)":? ?(.*)/s;

/** What events tell of workloads whose pods a webhook keeps from being made; one for each workload. */
export function podRefusals(model: Model): readonly PodRefusal[] {
  const events = model.platform.events.filter(({ reason, about }) => reason === 'FailedCreate' && about.name !== '');
  const told = events.filter(({ message }) => refusal.test(message) || silence.test(message));
  return [...groupBy(told, ({ about }) => refKey(refOf(about))).values()].flatMap((mine) => {
    const [event, ...older] = [...mine].sort((left, right) => compare(right.lastSeen, left.lastSeen));
    if (!event) return [];
    const denied = refusal.exec(event.message);
    const [, webhook = '', said = ''] = denied ?? silence.exec(event.message) ?? [];
    const [since = null] = mine
      .flatMap(({ body }) => (typeof body.firstTimestamp === 'string' ? [body.firstTimestamp] : []))
      .sort();
    return [{ ref: refOf(event.about), webhook, answered: denied !== null, said, events: [event, ...older], since }];
  });
}

/** Events that say that a pod was not made because this webhook did not answer. */
export function unansweredCalls(model: Model, { name }: Webhook): readonly Event[] {
  return model.platform.events.filter(
    ({ reason, message }) => reason === 'FailedCreate' && message.includes(`failed calling webhook "${name}"`),
  );
}

/** Whose pods such events are about, each once. */
export function workloadsRefused(events: readonly Event[]): readonly ObjectRef[] {
  const refs = events.map(({ about }) => refOf(about));
  return [...new Map(refs.map((ref) => [refKey(ref), ref])).values()];
}

function refOf({ kind, namespace, name }: Event['about']): ObjectRef {
  return { apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, namespace, name };
}

function compare(left: string | null, right: string | null): number {
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
