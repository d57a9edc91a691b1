import { catalogue } from '../../rules/index.ts';
import { collect } from '../collect/collect.ts';
import type { Rule } from '../diagnose/rule.ts';
import { diagnose } from '../diagnose/run.ts';
import { version } from '../lib/version.ts';
import { buildModel, type Model } from '../model/model.ts';
import { toDocument } from '../report/to-document.ts';
import type { Place } from '../snapshot/object.ts';
import type { FilePosition, Snapshot } from '../snapshot/snapshot.ts';
import type { Suppression } from '../snapshot/suppression.ts';
import type { UserRuleText } from '../snapshot/user-rule.ts';
import type { Engine } from './protocol.ts';

/** Where a suppression of the configuration file stands. */
function positionInConfig(suppressions: readonly Suppression[], { document, pointer }: Place): FilePosition | null {
  const found = suppressions.find(({ evidence }) => evidence.document === document && evidence.pointer === pointer);
  return found?.position ?? null;
}

/** The user's rules, ready to run; they were found right before, and a wrong one runs none. */
async function compiled(texts: readonly UserRuleText[]): Promise<readonly Rule[]> {
  if (texts.length === 0) return [];
  const { compileRules } = await import('../diagnose/user-rules/compile.ts');
  const { rules, faults } = compileRules(
    texts,
    catalogue.map(({ rule }) => rule.id),
  );
  const [fault] = faults;
  if (fault) throw new Error(`${fault.file}: ${fault.reason}`);
  return rules;
}

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
    async diagnose({ rules: wanted, skip, suppressions, userRules }) {
      const read = collected();
      model ??= buildModel(read);
      const built = suppressions.length > 0 ? buildModel({ ...read, suppressions }) : model;
      const all = [...catalogue.map(({ rule }) => rule), ...(await compiled(userRules))];
      const chosen = all.filter(({ id }) => (wanted.length === 0 || wanted.includes(id)) && !skip.includes(id));
      return toDocument(
        diagnose(
          built,
          chosen,
          all.map(({ id }) => id),
        ),
        {
          documents: read.documents,
          position: (place) => read.position(place) ?? positionInConfig(suppressions, place),
          toolVersion: version,
          objectPlace: built.place,
          docsOf: (rule) => `meshdoctor rules ${rule}`,
        },
      );
    },
    async explain(options) {
      model ??= buildModel(collected());
      const { explainAll } = await import('./explain.ts');
      return explainAll(model, options, collected().position);
    },
    async decide(options) {
      model ??= buildModel(collected());
      const { decideLines } = await import('./explain.ts');
      return decideLines(model, options, collected().position);
    },
    async rescue(options) {
      model ??= buildModel(collected());
      const { rescue } = await import('../rescue/rescue.ts');
      return rescue(model, options);
    },
    async testRules(texts) {
      const { runRuleTests } = await import('./rule-tests.ts');
      const rules = new Map((await compiled(texts)).map((rule) => [rule.id, rule]));
      return texts.flatMap((text) => {
        const rule = rules.get(text.id);
        return rule ? runRuleTests(text, rule) : [];
      });
    },
    async bundle() {
      const { writeBundle } = await import('../collect/bundle/write.ts');
      return writeBundle(collected(), { version, whole });
    },
  };
}
