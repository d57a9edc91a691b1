import type { Evidence } from '../../snapshot/evidence.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { Fix } from '../finding.ts';

/** Something that restarts or moves pods, or may. */
export interface Threat {
  /** `under-way`: it happens now; `likely`: it comes without anybody's doing; `possible`: somebody must act first. */
  readonly level: 'under-way' | 'likely' | 'possible';
  /** In a few words, as part of a list. */
  readonly says: string;
  readonly evidence: Evidence;
  /** What stops it without restarting anything; null where nothing does. */
  readonly stop: Fix | null;
  /** It has happened: the pod is empty. */
  readonly lost?: true;
}

/** A merge or JSON patch: strategic merge patches do not exist for custom resources. */
export interface Patch {
  readonly type: 'merge' | 'json';
  readonly patch: unknown;
}

const plainWord = /^[A-Za-z0-9._/=:,@-]+$/;

/**
 * A kubectl command line to copy. Undefined where a name holds what a shell would read as its own: names come from files
 * that anybody may have written.
 */
export function kubectl(namespace: string | null, words: readonly string[], patch?: Patch): string | undefined {
  const all = [...(namespace === null ? [] : ['-n', namespace]), ...words];
  if (!all.every((word) => plainWord.test(word))) return undefined;
  const tail = patch
    ? ` --type=${patch.type} -p '${JSON.stringify(patch.patch).replaceAll("'", String.raw`'\''`)}'`
    : '';
  return `kubectl ${all.join(' ')}${tail}`;
}

/** One change of one object: as a command to copy, and as data for a program. `resource` is how kubectl names its kind. */
export function patched(target: ObjectRef, resource: string, { type, patch }: Patch): Pick<Fix, 'command' | 'patch'> {
  const command = kubectl(target.namespace, ['patch', `${resource}/${target.name}`], { type, patch });
  return { ...(command === undefined ? {} : { command }), patch: { type, target, patch } };
}

/** A fix that restarts nothing and works now; what it does is a command, or a change with its command. */
export function harmless(say: string, how: string | undefined | Pick<Fix, 'command' | 'patch'>): Fix {
  const done = typeof how === 'string' ? { command: how } : (how ?? {});
  return { say, ...done, restarts: 'nothing', works: 'now' };
}
