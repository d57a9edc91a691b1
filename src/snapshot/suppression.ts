import type { Evidence } from './evidence.ts';
import type { ObjectRef } from './object.ts';

/** Which objects a suppression speaks of: null speaks of all; `*` in a text stands for any part of it. */
export interface ObjectSelector {
  readonly kind: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  /** Each must be on the object, with just this value. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The wish that a rule be silent about objects: an annotation of one of them, or an entry of the configuration file. */
export interface Suppression {
  readonly rule: string;
  readonly objects: ObjectSelector;
  /** What a finding about this suppression is about: the annotated object, or the entry itself. */
  readonly ref: ObjectRef;
  readonly reason: string | null;
  /** The last day it holds, as it is written; null holds for ever. */
  readonly until: string | null;
  /** Where it stands, in a person's words. */
  readonly by: string;
  readonly evidence: Evidence;
  /** Where it stands in the configuration file; absent for annotations, which stand in documents. */
  readonly position?: { readonly file: string; readonly line: number; readonly column: number };
}
