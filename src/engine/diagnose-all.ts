import { catalogue } from '../../rules/index.ts';
import { RuleMemory } from '../diagnose/rule-memory.ts';
import { diagnose } from '../diagnose/run.ts';
import { version } from '../lib/version.ts';
import { buildModel, type Model } from '../model/model.ts';
import type { ReportDocument } from '../report/document.ts';
import { mergeDocuments } from '../report/merge.ts';
import { toDocument } from '../report/to-document.ts';
import { compiled, positionInConfig } from './configured.ts';
import type { DiagnoseOptions } from './protocol.ts';

/** What the rules said before, by cluster. */
export type RuleMemories = Map<string | null, RuleMemory>;

/** What the rules say of each cluster's model, as one document. */
export async function diagnoseAll(
  models: readonly Model[],
  memories: RuleMemories,
  { rules: wanted, skip, suppressions = [], userRules = [], ways, requests = null, brief = false }: DiagnoseOptions,
): Promise<ReportDocument> {
  const all = [...catalogue.map(({ rule }) => rule), ...(await compiled(userRules))];
  const known = all.map(({ id }) => id);
  const chosen = all.filter(({ id }) => (wanted.length === 0 || wanted.includes(id)) && !skip.includes(id));
  const drawn = ways === true ? (await import('./finding-ways.ts')).withWays : null;
  const about = requests ? (await import('./about-requests.ts')).aboutRequests : null;
  const documentOf = (read: Model): ReportDocument => {
    const model = suppressions.length > 0 ? buildModel({ ...read.snapshot, suppressions }) : read;
    const { snapshot } = model;
    const memory = memories.get(snapshot.cluster) ?? new RuleMemory();
    memories.set(snapshot.cluster, memory);
    const everything = diagnose(model, chosen, known, memory.run);
    const diagnosis = about && requests ? about(model, everything, requests) : everything;
    const document = toDocument(diagnosis, {
      documents: snapshot.documents,
      position: (place) => snapshot.position(place) ?? positionInConfig(suppressions, place),
      toolVersion: version,
      objectPlace: model.place,
      docsOf: (rule) => `meshdoctor rules ${rule}`,
      cluster: snapshot.cluster,
      envoys: snapshot.envoys,
      brief,
    });
    return drawn ? drawn(model, document, snapshot.position) : document;
  };
  const [first, ...rest] = models;
  if (!first) throw new Error('nothing was collected yet');
  return mergeDocuments([documentOf(first), ...rest.map(documentOf)]);
}
