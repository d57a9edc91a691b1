import type { TrafficView } from './access-log/traffic-view.ts';
import type { CoverageEntry, Gap } from './coverage.ts';
import type { CloudWatchView } from './cloudwatch.ts';
import type { Document } from './document.ts';
import type { EnvoyView } from './envoy/view.ts';
import type { KubernetesObject, Place } from './object.ts';
import type { RescueCopy } from './rescue-copy.ts';
import type { Redactions } from './redact.ts';
import type { Suppression } from './suppression.ts';
import type { TracesView } from './traces.ts';

/** Where something stands in a file; line and column count from 1. */
export interface FilePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** How one source fared. */
export interface SourceReport {
  readonly name: string;
  readonly state: 'ok' | 'partial' | 'failed';
  readonly detail: string;
  readonly cost: { readonly calls: number; readonly bytes: number };
  /** What the user must know for the exit code: nothing readable in a named file; unreadable in part; an Envoy not seen at all. */
  readonly trouble?: 'nothing-readable' | 'part-unreadable' | 'not-seen';
  /** True for a bundle, in which other sources came: people are told of it, but it is not written into a bundle again. */
  readonly carrier?: true;
}

/** How a manifest was read, so that it can be read the same way from a bundle. */
export interface ManifestSet {
  readonly document: string;
  /** The namespace of its objects that name none. */
  readonly defaultNamespace: string;
  /** False for what only stood by (`--base`). */
  readonly reported: boolean;
  /** The cluster it was read from; absent where it came from files. */
  readonly cluster?: string;
  /** The namespaces whose objects are reported; absent: all. */
  readonly namespaces?: readonly string[];
}

/** What one source brought: documents, the views made from them, and what was not seen. */
export interface Harvest {
  readonly documents: readonly Document[];
  readonly objects: readonly KubernetesObject[];
  readonly envoys: readonly EnvoyView[];
  readonly coverage: readonly CoverageEntry[];
  readonly gaps: readonly Gap[];
  readonly sources: readonly SourceReport[];
  readonly redactions: Redactions;
  readonly manifests?: readonly ManifestSet[];
  readonly rescueCopies?: readonly RescueCopy[];
  readonly cloudWatch?: CloudWatchView;
  readonly traces?: TracesView;
  /** When a source was read that need not be asked anew each time: milliseconds since 1970; absent: now. */
  readonly at?: number;
  /** The snapshot's time, where the source carries one of its own (a bundle). */
  readonly takenAt?: string;
  /** The cluster that was read. */
  readonly cluster?: string;
  /** Finds a place of this harvest's manifests in their files, parsing that one YAML document again. */
  readonly position?: (place: Place) => FilePosition | null;
}

/** A harvest of nothing. */
export const emptyHarvest: Harvest = {
  documents: [],
  objects: [],
  envoys: [],
  coverage: [],
  gaps: [],
  sources: [],
  redactions: {},
};

/** What was seen, and what could not be seen, at one time. Everything after it is pure. */
export interface Snapshot {
  /** ISO 8601, UTC: "now" for every rule. */
  readonly takenAt: string;
  readonly documents: readonly Document[];
  readonly objects: readonly KubernetesObject[];
  readonly envoys: readonly EnvoyView[];
  readonly coverage: readonly CoverageEntry[];
  readonly gaps: readonly Gap[];
  readonly sources: readonly SourceReport[];
  readonly redactions: Redactions;
  readonly manifests: readonly ManifestSet[];
  /** The cluster that was read; null where everything came from files and admin endpoints. */
  readonly cluster: string | null;
  /** Null where nobody said where copies lie. */
  readonly rescueCopies: readonly RescueCopy[] | null;
  /** The suppressions of the configuration file; those by annotation stand on the objects. */
  readonly suppressions?: readonly Suppression[];
  /** Null where it was not asked (`--aws`). */
  readonly cloudWatch: CloudWatchView | null;
  /** Null where none was to be read (`--traces`, `--xray`). */
  readonly traces: TracesView | null;
  /** What access logs say, by gateway; null where none was to be read. */
  readonly traffic: readonly TrafficView[] | null;
  /** Finds a manifest's place in its file, parsing that one YAML document again; null where it cannot be told. */
  readonly position: (place: Place) => FilePosition | null;
}
