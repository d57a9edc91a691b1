import { asNumber, asObject, asText } from '../../lib/json.ts';
import { memoize } from '../../lib/memo.ts';
import type { Model } from '../model.ts';
import { readConditions } from '../platform/disruption.ts';
import type { Event } from '../platform/cluster.ts';
import { nameKey } from '../inventory.ts';
import type { Resource } from '../resource.ts';
import { meshObjects } from './members.ts';
import { type Translated, translateReconcileError } from './reconcile-errors.ts';

/** Once or twice is normal at the start of things; the controller counts up what lasts. */
const least = 3;
/** The API server keeps events for an hour. */
const freshMs = 60 * 60 * 1000;

/** What the controller says of an object that it fails with now. */
export interface ReconcileError {
  readonly object: Resource;
  readonly event: Event;
  readonly count: number;
  readonly since: string | null;
  readonly meaning: Translated;
}

/** The ReconcileError events that still hold: seen within an hour, often enough, and not overtaken by a condition. */
export const currentReconcileErrors = memoize((model: Model): readonly ReconcileError[] => {
  const events = model.platform.events.filter(({ reason }) => reason === 'ReconcileError');
  if (events.length === 0) return [];
  const objects = new Map(meshObjects(model).map((object) => [keyOf(object.ref.kind, object.ref), object]));
  return events.flatMap((event) => {
    const { kind, namespace, name } = event.about;
    const object =
      objects.get(keyOf(kind, { namespace, name })) ??
      // A Mesh has no namespace; its events lie in `default`.
      (kind === 'Mesh' ? objects.get(keyOf(kind, { namespace: null, name })) : undefined);
    const count = asNumber(event.body.count) ?? asNumber(asObject(event.body.series).count) ?? 1;
    if (!object || count < least || isOld(model, event) || isOvertaken(object, event)) return [];
    const since = asText(event.body.firstTimestamp) ?? null;
    return [{ object, event, count, since, meaning: translateReconcileError(event.message) }];
  });
});

function isOld({ now }: Model, { lastSeen }: Event): boolean {
  return lastSeen !== null && Date.parse(now) - Date.parse(lastSeen) > freshMs;
}

/** True where the object became active after the error was last seen. */
function isOvertaken(object: Resource, { lastSeen }: Event): boolean {
  if (lastSeen === null) return false;
  return readConditions(object).some(({ type, status, path }) => {
    if (type !== `${object.ref.kind}Active` || status !== 'True') return false;
    const at = asText(asObject(object.at(path).value).lastTransitionTime);
    return at !== undefined && Date.parse(at) > Date.parse(lastSeen);
  });
}

function keyOf(
  kind: string,
  { namespace, name }: { readonly namespace: string | null; readonly name: string },
): string {
  return `${kind} ${nameKey(namespace, name)}`;
}
