import type { ObjectRef } from '../snapshot/object.ts';
import type { Fix } from './finding.ts';
import { patched } from './threats/threat.ts';

/**
 * Other words in a reference of an App Mesh object, as a change of it; `path` leads to the reference
 * (`spec.provider.virtualRouter.virtualRouterRef`). JSON patch: a merge patch would replace the lists on the way.
 */
export function renamed(
  object: ObjectRef,
  path: string,
  words: Readonly<Record<string, string>>,
): Pick<Fix, 'command' | 'patch'> {
  const pointer = `/${path.replaceAll(/\[(\d+)\]/g, '.$1').replaceAll('.', '/')}`;
  const patch = Object.entries(words).map(([key, value]) => ({ op: 'add', path: `${pointer}/${key}`, value }));
  return patched(object, `${object.kind.toLowerCase()}.appmesh.k8s.aws`, { type: 'json', patch });
}
