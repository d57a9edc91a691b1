import { defineRule, finding } from '../../src/diagnose/rule.ts';
import { suppressionsOf } from '../../src/diagnose/suppress.ts';

export default defineRule({
  id: 'suppression-without-reason',
  title: 'Suppression gives no reason',
  severity: 'info',
  needs: [],
  docs: {
    what: 'A suppression, by annotation or in the configuration file, that does not say why.',
    why: 'It works, but nobody can tell later whether it may go.',
    fix: 'Write `meshdoctor.io/ignore-reason`, or `reason:` in the configuration file; better still with a last day.',
    seen: 'Nothing outside: the finding is silent.',
  },
  subjects: suppressionsOf,
  *check(model) {
    for (const suppression of suppressionsOf(model)) {
      if (suppression.reason !== null) continue;
      const { rule, by, evidence } = suppression;
      yield finding(suppression, {
        message: `The suppression of ${rule} (${by}) does not say why.`,
        effect: 'latent',
        evidence: [evidence],
        cause: 'No reason is written.',
        fix: [{ say: 'Write why, so that somebody can tell when it may go.', restarts: 'nothing', works: 'now' }],
        discriminator: rule,
      });
    }
  },
});
