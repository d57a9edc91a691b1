import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';
import type { MeshMember } from './kinds.ts';
import { membersOf, meshObjects } from './members.ts';

/** The beginning of every finalizer of the App Mesh controller. */
export const controllerFinalizers = 'finalizers.appmesh.k8s.aws/';

/** A controller that lives is done within seconds, or says what it waits for. */
const patienceMs = 10 * 60 * 1000;

/** An object that waits to be deleted, since when (ISO 8601), and the objects that it waits for. */
export interface Stuck {
  readonly object: Resource;
  readonly since: string;
  readonly members: readonly MeshMember[];
}

/**
 * App Mesh objects that the controller has held back from deletion for more than ten minutes. `ended`: nobody answers it any
 * more; else only those count whose members are still there.
 */
export function stuckDeletions(model: Model, ended: boolean): readonly Stuck[] {
  return meshObjects(model).flatMap((object) => {
    const { deletedAt, finalizers } = object;
    const held = finalizers.filter((finalizer) => finalizer.startsWith(controllerFinalizers));
    if (deletedAt === null || held.length === 0) return [];
    if (!(Date.parse(model.now) - Date.parse(deletedAt) > patienceMs)) return [];
    const members = held.some((finalizer) => finalizer.endsWith('-members')) ? membersOf(model, object) : [];
    return ended || members.length > 0 ? [{ object, since: deletedAt, members }] : [];
  });
}

/** What the controller itself says of members that it waits for. */
export function waitsForMembers(model: Model, all: readonly Stuck[]): readonly Evidence[] {
  const names = new Set(all.map(({ object }) => `${object.ref.kind} ${object.ref.name}`));
  return model.platform.events
    .filter(({ about, reason }) => reason === 'PendingMembersDeletion' && names.has(`${about.kind} ${about.name}`))
    .slice(0, 3)
    .map((event) => event.at('message'));
}
