import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/diagnose/finding.ts';
import type { Rule } from '../../src/diagnose/rule.ts';
import { runRule } from '../../src/diagnose/run.ts';
import { buildModel } from '../../src/model/model.ts';
import { refText } from '../../src/snapshot/object.ts';
import { type Given, snapshotOf } from './snapshot-of.ts';

/** An input on which the rule must speak: about exactly these objects, in words that hold these. */
export interface LoudCase extends Given {
  readonly name: string;
  /** `GatewayRoute shop/cart`: the subjects of each finding, joined by `, `; one string a finding, in any order. */
  readonly finds: readonly string[];
  /** What the first finding's message must hold. */
  readonly says?: string;
  readonly effect?: Finding['effect'];
  readonly severity?: Finding['severity'];
}

/** An input on which the rule must find nothing. */
export interface QuietCase extends Given {
  readonly name: string;
  /** Objects that could not be judged, or `rule` where the whole rule lacked its input. */
  readonly notEvaluated?: readonly string[];
}

/** The cases of a rule. */
export interface RuleCases {
  readonly fires: readonly [LoudCase, ...LoudCase[]];
  readonly quiet: readonly [QuietCase, QuietCase, ...QuietCase[]];
}

/** Tests a rule on its cases: what it finds on the loud ones, nothing on the quiet ones. */
export function ruleTable(rule: Rule, cases: RuleCases): void {
  describe(rule.id, () => {
    for (const given of cases.fires) {
      it(`fires: ${given.name}`, () => {
        const { findings, check } = runRule(buildModel(snapshotOf(given)), rule);
        expect(check.failed).toBeNull();
        expect(findings.map(subjectsText).sort()).toEqual([...given.finds].sort());
        if (given.says !== undefined) expect(findings.map(({ message }) => message).join('\n')).toContain(given.says);
        if (given.effect) expect(new Set(findings.map(({ effect }) => effect))).toEqual(new Set([given.effect]));
        if (given.severity)
          expect(new Set(findings.map(({ severity }) => severity))).toEqual(new Set([given.severity]));
      });
    }
    for (const given of cases.quiet) {
      it(`quiet: ${given.name}`, () => {
        const { findings, check } = runRule(buildModel(snapshotOf(given)), rule);
        expect(check.failed).toBeNull();
        expect(findings.map(subjectsText)).toEqual([]);
        const unjudged = check.notEvaluated.map(({ object }) => (object ? refText(object) : 'rule'));
        if (given.notEvaluated) expect(unjudged.sort()).toEqual([...given.notEvaluated].sort());
      });
    }
  });
}

function subjectsText(finding: Finding): string {
  return finding.subjects.map(refText).join(', ');
}
