import { catalogue } from '../../rules/index.ts';
import { collect } from '../collect/collect.ts';
import { diagnose } from '../diagnose/run.ts';
import { version } from '../lib/version.ts';
import { buildModel, type Model } from '../model/model.ts';
import { toDocument } from '../report/to-document.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Engine } from './protocol.ts';

/** Makes an engine in this thread: the worker holds one, tests use one directly. */
export function makeEngine(): Engine {
  let snapshot: Snapshot | null = null;
  let model: Model | null = null;
  let whole = false;
  const collected = (): Snapshot => {
    if (!snapshot) throw new Error('nothing was collected yet');
    return snapshot;
  };
  return {
    async collect(request) {
      const result = await collect(request);
      snapshot = result.snapshot;
      model = null;
      whole = request.whole;
      return {
        takenAt: snapshot.takenAt,
        timedOut: result.timedOut,
        sources: snapshot.sources.map((source) => ({ ...source, trouble: source.trouble ?? null })),
        documents: snapshot.documents.length,
        objects: snapshot.objects.length,
        envoys: snapshot.envoys.length,
      };
    },
    async diagnose({ rules: wanted, skip }) {
      const read = collected();
      model ??= buildModel(read);
      const built = model;
      const all = catalogue.map(({ rule }) => rule);
      const chosen = all.filter(({ id }) => (wanted.length === 0 || wanted.includes(id)) && !skip.includes(id));
      return toDocument(diagnose(built, chosen), {
        documents: read.documents,
        position: read.position,
        toolVersion: version,
        objectPlace: built.place,
        docsOf: (rule) => `meshdoctor rules ${rule}`,
      });
    },
    async explain(options) {
      model ??= buildModel(collected());
      const { explainAll } = await import('./explain.ts');
      return explainAll(model, options, collected().position);
    },
    async decide(options) {
      model ??= buildModel(collected());
      const { decideLines } = await import('./decide-lines.ts');
      return decideLines(model, options);
    },
    async logs(options) {
      model ??= buildModel(collected());
      const { readLogs } = await import('./logs/logs.ts');
      return readLogs(model, options, collected().position);
    },
    async rescue(options) {
      model ??= buildModel(collected());
      const { rescue } = await import('../rescue/rescue.ts');
      return rescue(model, options);
    },
    async bundle() {
      const { writeBundle } = await import('../collect/bundle/write.ts');
      return writeBundle(collected(), { version, whole });
    },
  };
}
