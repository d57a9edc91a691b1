import { defineRule, finding, type Outcome, type OtherRules } from '../../src/diagnose/rule.ts';
import { coversObject, stateOf, suppressionsOf, suppressionsOn } from '../../src/diagnose/suppress.ts';
import { nearest } from '../../src/lib/nearest.ts';
import type { Model } from '../../src/model/model.ts';
import { refText } from '../../src/snapshot/object.ts';
import type { Suppression } from '../../src/snapshot/suppression.ts';

export default defineRule({
  id: 'suppression-unused',
  title: 'Suppression hides nothing',
  severity: 'info',
  needs: [],
  docs: {
    what: 'A suppression that can never hold (its last day is no day of the calendar, it names no rule there is), or whose rule looked at the object and found nothing.',
    why: 'It will hide the next fault of that kind, which nobody has looked at yet; or it was meant to hide one and does not.',
    fix: 'Take it away, or correct the name of the rule or the day.',
    seen: 'Nothing outside. It is only said where the rule could look at every object the suppression speaks of.',
  },
  subjects: suppressionsOf,
  *check(model) {
    for (const suppression of suppressionsOf(model)) {
      if (stateOf(suppression, model.now) !== 'unreadable') continue;
      yield unused(
        suppression,
        `has the last day ${JSON.stringify(suppression.until)}, which is no day: it hides nothing`,
        'Write the day as YYYY-MM-DD.',
      );
    }
  },
  *review(model, others) {
    for (const suppression of suppressionsOf(model)) {
      if (stateOf(suppression, model.now) !== 'active') continue;
      const { rule } = suppression;
      if (!others.known.has(rule)) {
        const near = nearest(rule, others.known);
        const say = near === null ? 'meshdoctor rules lists the names.' : `Did you mean ${near}?`;
        yield unused(suppression, 'names no rule there is: it hides nothing', say);
      } else if (hidesNothing(model, suppression, others)) {
        yield unused(suppression, 'hides nothing: the rule looked and found no fault', 'Take it away.');
      }
    }
  },
});

/** True where its rule judged every subject it speaks of, and found nothing there. */
function hidesNothing(model: Model, suppression: Suppression, { runs }: OtherRules): boolean {
  const run = runs.find(({ check }) => check.rule === suppression.rule);
  if (!run || run.check.failed !== null) return false;
  const open = [...run.check.notEvaluated, ...run.check.undecided];
  if (open.some(({ object }) => object === null || coversObject(model, suppression, object))) return false;
  if (!run.judged.some((ref) => coversObject(model, suppression, ref))) return false;
  return !run.findings.some((found) => suppressionsOn(model, found).includes(suppression));
}

function unused(suppression: Suppression, what: string, say: string): Outcome {
  const { rule, by, evidence, ref } = suppression;
  return finding(suppression, {
    message: `The suppression of ${rule} (${by}) ${what}.`,
    effect: 'latent',
    evidence: [evidence],
    cause: `It stands on ${refText(ref)} and does no work.`,
    fix: [{ say, restarts: 'nothing', works: 'now' }],
    discriminator: rule,
  });
}
