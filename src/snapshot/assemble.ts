import { makeDocument } from './document.ts';
import { type KubernetesObject, refKey } from './object.ts';
import { addRedactions, type Redactions } from './redact.ts';
import type { Harvest, Snapshot } from './snapshot.ts';

/** Joins what the sources brought into one snapshot; an object that two sources brought is taken from the later one. */
export function assembleSnapshot(harvests: readonly Harvest[], takenAt: string): Snapshot {
  const coverage = harvests.flatMap((harvest) => harvest.coverage);
  const origin = { id: 'coverage', kind: 'coverage', origin: 'coverage', readAt: takenAt, envoy: null } as const;
  return {
    takenAt,
    documents: [
      ...harvests.flatMap((harvest) => harvest.documents),
      makeDocument(origin, `${JSON.stringify(coverage, null, 2)}\n`, true),
    ],
    objects: lastOfEach(harvests.flatMap((harvest) => harvest.objects)),
    envoys: harvests.flatMap((harvest) => harvest.envoys),
    coverage,
    gaps: harvests.flatMap((harvest) => harvest.gaps),
    sources: harvests.flatMap((harvest) => harvest.sources),
    redactions: harvests.reduce<Redactions>((sum, harvest) => addRedactions(sum, harvest.redactions), {}),
    manifests: harvests.flatMap((harvest) => harvest.manifests ?? []),
    cluster: harvests.find(({ cluster }) => cluster !== undefined)?.cluster ?? null,
    rescueCopies: harvests.some(({ rescueCopies }) => rescueCopies)
      ? harvests.flatMap(({ rescueCopies }) => rescueCopies ?? [])
      : null,
    cloudWatch: harvests.findLast(({ cloudWatch }) => cloudWatch)?.cloudWatch ?? null,
    traces: tracesOf(harvests),
    // Made of the logs once all else was read: what they say is decided by it.
    traffic: null,
    position: (place) => {
      for (const harvest of harvests) {
        const position = harvest.position?.(place);
        if (position) return position;
      }
      return null;
    },
  };
}

function tracesOf(harvests: readonly Harvest[]): Snapshot['traces'] {
  const read = harvests.flatMap(({ traces }) => traces ?? []);
  return read.length === 0 ? null : { traces: read.flatMap(({ traces }) => traces) };
}

function lastOfEach(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const byKey = new Map<string, KubernetesObject>();
  for (const object of objects) byKey.set(refKey(object.ref), object);
  return [...byKey.values()];
}
