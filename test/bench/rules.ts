import { catalogue } from '../../rules/index.ts';
import { manifestHarvest } from '../../src/collect/manifests/harvest.ts';
import type { Diagnosis } from '../../src/diagnose/diagnosis.ts';
import { diagnose } from '../../src/diagnose/run.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';
import { buildModel, type Model } from '../../src/model/model.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { clusterText, type Health } from './cluster.ts';

/** Milliseconds that building a model takes, from the text of its objects, and that all rules take over it. */
export function measureRules(routes: number, health: Health): { readonly buildMs: number; readonly rulesMs: number } {
  const text = clusterText(routes, health);
  const begun = performance.now();
  const model = modelOf(text);
  const ran = performance.now();
  diagnosisOf(model);
  return { buildMs: ran - begun, rulesMs: performance.now() - ran };
}

/** What all rules say of a model. */
export function diagnosisOf(model: Model): Diagnosis {
  return diagnose(
    model,
    catalogue.map(({ rule }) => rule),
  );
}

/** A model with its objects read: kinds are read when they are first looked at, and that is building, too. */
export function modelOf(text: string): Model {
  const readAt = '2026-06-01T12:00:00Z';
  const file = { id: 'manifests/0.json', origin: 'cluster.json', text, reported: true, readAt };
  const harvest = manifestHarvest([file], { defaultNamespace: 'default', closed: true, keep: false });
  const model = buildModel(assembleSnapshot([harvest], readAt));
  for (const all of [meshObjects(model), model.pods, model.services, model.endpointSlices, model.workloads]) void all;
  return model;
}
