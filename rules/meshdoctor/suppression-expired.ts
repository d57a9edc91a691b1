import { defineRule, finding } from '../../src/diagnose/rule.ts';
import { stateOf, suppressionsOf } from '../../src/diagnose/suppress.ts';

export default defineRule({
  id: 'suppression-expired',
  title: 'Suppression has expired',
  severity: 'warning',
  needs: [],
  docs: {
    what: 'A suppression, by annotation or in the configuration file, whose last day is over.',
    why: 'What it hid counts again: the exit code may change though nothing else did. Somebody meant to have mended it by that day.',
    fix: 'Mend what it hides, then take it away; or give it a later day and say why.',
    seen: 'A finding that was quiet yesterday is in the report today.',
  },
  subjects: suppressionsOf,
  *check(model) {
    for (const suppression of suppressionsOf(model)) {
      if (stateOf(suppression, model.now) !== 'expired') continue;
      const { rule, until, by, reason, evidence } = suppression;
      yield finding(suppression, {
        message: `The suppression of ${rule} (${by}) ended on ${until}: what it hid counts again.`,
        effect: 'latent',
        evidence: [evidence],
        cause: reason === null ? 'Its last day is over.' : `Its last day is over; its reason was: ${reason}`,
        fix: [
          {
            say: `Mend what ${rule} finds and take the suppression away, or give it a later day.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        discriminator: rule,
      });
    }
  },
});
