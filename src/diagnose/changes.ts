import { asList, asObject, asText } from '../lib/json.ts';
import { groupBy, memoize } from '../lib/memo.ts';
import type { Model } from '../model/model.ts';
import type { Pod, Workload } from '../model/platform/kinds.ts';
import { selecting } from '../model/platform/selecting.ts';
import { specWrites } from '../model/spec-writes.ts';
import { refKey } from '../snapshot/object.ts';
import { renewedCertificates } from './certificate-changes.ts';
import type { Change, Finding } from './finding.ts';

const windowMs = 30 * 60 * 1000;
const most = 5;

/** Events that tell of a change somebody or something made, in the words of Kubernetes' controllers. */
const told = new Set([
  'ScalingReplicaSet',
  'SuccessfulRescale',
  'Killing',
  'Evicted',
  'Preempted',
  'TaintManagerEviction',
  'NodeNotReady',
]);
/** Kinds whose appearance or change changes how requests go. */
const made = new Set([
  'GatewayRoute',
  'VirtualService',
  'VirtualRouter',
  'VirtualNode',
  'VirtualGateway',
  'Mesh',
  'Service',
  'NetworkPolicy',
  'Ingress',
  'Certificate',
  'ReplicaSet',
]);

/**
 * Joins what changed in the half hour before to root findings whose objects it touches: rollouts by the ReplicaSets they make, scaling
 * and evictions by events, objects by their creation and by the last writes of their spec, certificates by Envoy. Before `since` where it is known, else before the snapshot.
 */
export function joinChanges(model: Model, findings: readonly Finding[]): readonly Finding[] {
  const isAsked = ({ foldedUnder, effect }: Finding): boolean => foldedUnder === null && effect !== 'standing';
  if (!findings.some(isAsked)) return findings;
  const all = everyChange(model);
  return findings.map((finding) => {
    if (!isAsked(finding)) return finding;
    const changes = changesOf(model, finding, all);
    return changes.length === 0 ? finding : { ...finding, changes };
  });
}

type Changes = ReadonlyMap<string, readonly Change[]>;

function changesOf(model: Model, { subjects, affects, since }: Finding, all: Changes): readonly Change[] {
  const until = Date.parse(since ?? model.now);
  if (Number.isNaN(until)) return [];
  const found = new Map<string, Change>();
  for (const ref of [...subjects, ...affects]) {
    for (const change of all.get(refKey(ref)) ?? []) {
      const time = Date.parse(change.at);
      // What caused a fault may be told a moment after the first sign of it.
      if (time > until + 1000 || time < until - windowMs) continue;
      found.set(`${change.at} ${change.what}`, change);
    }
  }
  return [...found.values()].sort((left, right) => (left.at < right.at ? 1 : -1)).slice(0, most);
}

/** Every change that was seen, by the object it touches: itself, its owner, and the VirtualNode or gateway whose pods it makes. */
function everyChange(model: Model): Changes {
  const changes = [
    ...createdObjects(model),
    ...editedObjects(model),
    ...toldByEvents(model),
    ...renewedCertificates(model),
  ];
  const touched = changes.flatMap((change) => touches(model, change).map((key) => ({ key, change })));
  return new Map(
    [...groupBy(touched, ({ key }) => key)].map(([key, group]) => [key, group.map(({ change }) => change)]),
  );
}

function createdObjects({ snapshot, place }: Model): readonly Change[] {
  return snapshot.objects.flatMap(({ ref, body }) => {
    const metadata = asObject(body.metadata);
    const at = asText(metadata.creationTimestamp);
    const where = place(ref);
    if (!made.has(ref.kind) || at === undefined || !where) return [];
    const owner = asText(asObject(asList(metadata.ownerReferences)[0]).name);
    const what =
      ref.kind === 'ReplicaSet'
        ? `${owner ? `Deployment ${owner}` : 'a rollout'} went to ReplicaSet ${ref.name}${imagesOf(body)}`
        : `${ref.kind} ${ref.name} was created`;
    const pointer = `${where.pointer}/metadata/creationTimestamp`;
    return [
      {
        at,
        what,
        object: ref,
        evidence: { source: 'manifest' as const, document: where.document, pointer, value: at },
      },
    ];
  });
}

/** Of a rollout the new ReplicaSet tells. */
function editedObjects({ snapshot, place }: Model): readonly Change[] {
  return snapshot.objects.flatMap(({ ref, body }) => {
    const where = place(ref);
    if (!made.has(ref.kind) || ref.kind === 'ReplicaSet' || !where) return [];
    const created = Date.parse(asText(asObject(body.metadata).creationTimestamp) ?? '');
    return specWrites(body).flatMap(({ time, manager, index }) => {
      // Whoever creates an object is written down as having written it in the same second.
      if (Date.parse(time) <= created + 1000) return [];
      const what = `${ref.kind} ${ref.name} was changed${manager === '' ? '' : ` by ${manager}`}`;
      const pointer = `${where.pointer}/metadata/managedFields/${index}/time`;
      const evidence = { source: 'manifest' as const, document: where.document, pointer, value: time };
      return [{ at: time, what, object: ref, evidence }];
    });
  });
}

function imagesOf(body: Readonly<Record<string, unknown>>): string {
  const spec = asObject(asObject(asObject(body.spec).template).spec);
  const images = asList(spec.containers).flatMap((item) => asText(asObject(item).image) ?? []);
  return images.length === 0 ? '' : `, ${images.map((image) => image.slice(image.lastIndexOf('/') + 1)).join(', ')}`;
}

function toldByEvents(model: Model): readonly Change[] {
  return model.platform.events.flatMap((event) => {
    const { about, reason, message, lastSeen } = event;
    if (!told.has(reason) || lastSeen === null) return [];
    const object = {
      apiVersion: groupOf(about.kind),
      kind: about.kind,
      namespace: about.namespace || null,
      name: about.name,
    };
    return [{ at: lastSeen, what: `${about.kind} ${about.name}: ${message}`, object, evidence: event.at('message') }];
  });
}

function groupOf(kind: string): string {
  if (kind === 'HorizontalPodAutoscaler') return 'autoscaling/v2';
  return ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].includes(kind) ? 'apps/v1' : 'v1';
}

/** The keys of the objects that a change touches. */
function touches(model: Model, { object }: Change): readonly string[] {
  const own = refKey(object);
  const thing = runners(model).get(own);
  if (!thing) return [own];
  const { owner } = thing;
  const owners = owner ? [refKey({ ...object, apiVersion: 'apps/v1', kind: owner.kind, name: owner.name })] : [];
  const labels = 'podLabels' in thing ? thing.podLabels : thing.labels;
  return [...new Set([own, ...owners, ...selecting(model, object.namespace, labels).map(refKey)])];
}

const runners = memoize(
  (model: Model): ReadonlyMap<string, Pod | Workload> =>
    new Map([...model.pods, ...model.workloads].map((one) => [refKey(one.ref), one])),
);
