import type { EnvoySection } from './envoy/section.ts';

/** How much of something was seen: everything there is, a part of it, or nothing. */
export type CoverageState = 'listed' | 'partial' | 'not-read';

/** What a line of the coverage table speaks of: a kind of object in a namespace (`*`: every one), or a section of one Envoy. */
export type CoverageSubject =
  | { readonly type: 'objects'; readonly kind: string; readonly namespace: string }
  | { readonly type: 'envoy'; readonly envoy: string; readonly section: EnvoySection };

/** One line of the coverage table: what was looked at, how far, and why not further. */
export interface CoverageEntry {
  readonly subject: CoverageSubject;
  readonly state: CoverageState;
  /** In a person's words: how it was listed, or why it was not. */
  readonly reason: string;
}

/** Something that was not seen: what is missing, why, and what would bring it. */
export interface Gap {
  /** What was not seen: `VirtualService objects in namespace shop`, `stats of 127.0.0.1:9901`. */
  readonly missing: string;
  readonly reason: string;
  /** What the reader can do about it, or null where nothing is known. */
  readonly remedy: string | null;
}

/** A part of the world as far as it was seen. */
export type Seen<T> =
  | { readonly state: 'listed'; readonly value: T }
  | { readonly state: 'partial'; readonly value: T; readonly gap: Gap }
  | { readonly state: 'not-read'; readonly gap: Gap };

/** The value of what was seen wholly or in part; undefined where nothing was read. */
export function seenValue<T>(seen: Seen<T>): T | undefined {
  return seen.state === 'not-read' ? undefined : seen.value;
}
