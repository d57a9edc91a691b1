import { describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit-code.ts';
import type { ReportDocument } from '../../src/report/document.ts';

type Source = ReportDocument['sources'][number];
type Check = ReportDocument['checks'][number];

const check: Check = { rule: 'r', subjects: 1, found: 0, clear: 1, undecided: [], notEvaluated: [], failed: null };
const source: Source = { name: 's', state: 'ok', detail: '', cost: { calls: 0, bytes: 0 }, trouble: null };
const unseen: Check = { ...check, notEvaluated: [{ object: null, missing: 'm', reason: 'r' }] };

function report(parts: {
  severity?: 'error' | 'warning' | 'info';
  standing?: boolean;
  checks?: Check[];
  trouble?: Source['trouble'];
}): ReportDocument {
  const finding = {
    id: '1',
    rule: 'r',
    severity: parts.severity ?? 'info',
    effect: parts.standing ? 'standing' : 'traffic',
    title: '',
    message: '',
    objects: [],
    evidence: [],
    cause: '',
    since: null,
    changes: [],
    avoid: [],
    fix: [],
    witness: null,
    impact: null,
    docs: '',
    symptoms: [],
    symptomOf: null,
  } as const;
  return {
    schemaVersion: 1,
    tool: { name: 'meshdoctor', version: '0' },
    takenAt: '',
    window: null,
    gateways: [],
    summary: { error: 0, warning: 0, info: 0, standing: 0, suppressed: 0, complete: true, notEvaluated: 0 },
    findings: parts.severity ? [finding] : [],
    checks: parts.checks ?? [check],
    traffic: [],
    gaps: [],
    sources: [{ ...source, trouble: parts.trouble ?? null }],
  };
}

describe('exit codes', () => {
  it.each([
    ['nothing found', report({}), false, false, 0],
    ['an error', report({ severity: 'error' }), false, false, 1],
    ['a warning is below the default', report({ severity: 'warning' }), false, false, 0],
    ['standing facts never count', report({ severity: 'error', standing: true }), false, false, 0],
    ['a file that held nothing', report({ severity: 'error', trouble: 'nothing-readable' }), false, false, 2],
    ['findings before the time that ran out', report({ severity: 'error' }), false, true, 1],
    ['the time ran out', report({ trouble: 'not-seen' }), false, true, 4],
    ['an Envoy not seen', report({ trouble: 'not-seen' }), false, false, 3],
    ['an Envoy not seen, best effort', report({ trouble: 'not-seen' }), true, false, 0],
    ['a file read in part', report({ trouble: 'part-unreadable' }), false, false, 3],
    ['a rule that failed, even at best effort', report({ checks: [{ ...check, failed: 'boom' }] }), true, false, 3],
    ['no rule could look', report({ checks: [unseen] }), false, false, 3],
    ['some rule could look', report({ checks: [unseen, check] }), false, false, 0],
  ])('%s', (_, document, bestEffort, timedOut, expected) => {
    expect(exitCode(document, 'error', bestEffort, timedOut)).toBe(expected);
  });

  it('fails from the severity asked on', () => {
    expect(exitCode(report({ severity: 'warning' }), 'warning', false, false)).toBe(1);
    expect(exitCode(report({ severity: 'info' }), 'warning', false, false)).toBe(0);
    expect(exitCode(report({ severity: 'error' }), 'never', false, false)).toBe(0);
  });
});
