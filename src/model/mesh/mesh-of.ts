import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { MeshMember } from './kinds.ts';
import { meshesSelecting, namespaceOf } from './links.ts';

/** The Mesh an object is in, with what says so; or what was not seen that would tell. */
export type MeshOf =
  | { readonly name: string; readonly evidence: Evidence; readonly gap?: never }
  | { readonly gap: Gap; readonly name?: never };

/** The Mesh of an object: as the webhook wrote it, else as it would; null where it takes none, or one of several. */
export function meshOf(model: Model, member: MeshMember): MeshOf | null {
  if (member.meshName !== null) return { name: member.meshName, evidence: member.at('spec.meshRef.name') };
  const namespace = namespaceOf(model, member.ref.namespace ?? '');
  if (namespace.state === 'unknown') return { gap: namespace.gap };
  if (namespace.state !== 'present') return null;
  const { chosen, all } = meshesSelecting(model, namespace.value.labels);
  if (!all.complete && chosen.length < 2) return { gap: all.gap };
  const [mesh] = chosen;
  if (!mesh || chosen.length > 1) return null;
  return { name: mesh.ref.name, evidence: mesh.at('spec.namespaceSelector', `selects ${member.ref.namespace}`) };
}
