import { describe, expect, it } from 'vitest';
import { makeEngine } from '../../src/engine/engine.ts';
import { emptyRequest } from '../../src/collect/request.ts';
import type { ReportDocument } from '../../src/report/document.ts';
import { nothingKnown, type Reading, withChanges } from '../../src/tui/changes.ts';

async function reading(): Promise<Reading & { readonly report: ReportDocument }> {
  const engine = makeEngine();
  const collected = await engine.collect({ ...emptyRequest, bundles: ['src/demo/incident.tar.gz'] });
  return { collected, status: await engine.status(), report: await engine.diagnose({ rules: [], skip: [] }) };
}

describe('what changed between readings', () => {
  it('is nothing at the first one, and nothing where all is as it was', async () => {
    const first = await reading();
    const { known, changes } = withChanges(nothingKnown, first, 1, []);
    expect(changes).toEqual([]);
    expect(withChanges(known, first, 2, []).changes).toEqual([]);
    // Nor is what a source costs.
    const costing = (calls: number): Reading => {
      const detail = `${calls} calls, 9 KiB; 1 of 13 sections not read whole; rests from being read for ${calls} s`;
      const sources = first.collected?.sources.map((one) => ({ ...one, state: 'partial' as const, detail })) ?? [];
      return { ...first, collected: { configurations: [], sources } };
    };
    const partly = withChanges(nothingKnown, costing(25), 1, []);
    expect(withChanges(partly.known, costing(30), 2, []).changes).toEqual([]);
  });

  it('tells of findings that came and went, configuration and sources, the newest first', async () => {
    const first = await reading();
    const { report, collected, status } = first;
    const without = report.findings.filter(({ rule }) => rule !== 'node-port-mismatch');
    const before = withChanges(nothingKnown, { ...first, report: { ...report, findings: without } }, 1, []);
    const came = withChanges(before.known, first, 2, before.changes);
    expect(came.changes).toMatchObject([{ at: 2, what: 'finding came', about: 'VirtualNode shop/payments' }]);
    const configurations = collected?.configurations.map((one) => ({ ...one, routes: '9' })) ?? [];
    const sources = collected?.sources.map((one) => ({ ...one, state: 'failed' as const, detail: 'timed out' })) ?? [];
    const after = { status, collected: { configurations, sources }, report: { ...report, findings: without } };
    const went = withChanges(came.known, after, 3, came.changes).changes;
    expect(went.map(({ at, what, said }) => `${at} ${what}: ${said.split(':')[0]}`)).toEqual([
      '3 finding went: node-port-mismatch',
      '3 configuration: routes 1 -> 9',
      ...sources.map(() => '3 source: read -> failed'),
      '2 finding came: node-port-mismatch',
    ]);
  });
});
