import type { Place } from './object.ts';

/** Where a fact was read from. An open set: readers accept new values. */
export type EvidenceSource =
  | 'manifest'
  | 'kubernetes'
  | 'coverage'
  | 'rescue-copy'
  | 'config_dump'
  | 'listeners'
  | 'clusters'
  | 'stats'
  | 'certs'
  | 'server_info'
  | 'ready'
  | 'runtime'
  | 'access-log'
  | 'envoy-log'
  | 'trace'
  | 'aws'
  | 'config';

/** One thing that was read and proves something: which document, where in it, and what stood there. */
export interface Evidence extends Place {
  readonly source: EvidenceSource;
  /** What stood there, as JSON; large values are cut down by the rule to the part that proves. */
  readonly value: unknown;
  /** What it shows, in a few words; where absent the value speaks for itself. */
  readonly note?: string;
}
