import { defineRule, finding, type Outcome, type RuleRun } from '../../src/diagnose/rule.ts';
import { stateOf, suppressionsOf, suppressionsOn } from '../../src/diagnose/suppress.ts';
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
  *review(model, { runs, known }) {
    const idle = new Set(runs.flatMap((run) => [...hidingNothing(model, run)]));
    for (const suppression of suppressionsOf(model)) {
      if (stateOf(suppression, model.now) !== 'active') continue;
      const { rule } = suppression;
      if (!known.has(rule)) {
        const near = nearest(rule, known);
        const say = near === null ? 'meshdoctor rules lists the names.' : `Did you mean ${near}?`;
        yield unused(suppression, 'names no rule there is: it hides nothing', say);
      } else if (idle.has(suppression)) {
        yield unused(suppression, 'hides nothing: the rule looked and found no fault', 'Take it away.');
      }
    }
  },
});

/** Those whose rule judged every subject they speak of, and found nothing there. */
function hidingNothing(model: Model, { check, judged, findings }: RuleRun): ReadonlySet<Suppression> {
  const idle = new Set(suppressionsOn(model, check.rule, judged));
  const open = [...check.notEvaluated, ...check.undecided].map(({ object }) => object);
  if (check.failed !== null || open.includes(null)) return new Set();
  const found = findings.flatMap(({ subjects, affects }) => [...subjects, ...affects]);
  const seen = [...open.flatMap((object) => object ?? []), ...found];
  for (const suppression of suppressionsOn(model, check.rule, seen)) idle.delete(suppression);
  return idle;
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
