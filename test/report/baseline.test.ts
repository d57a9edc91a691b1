import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../rules/index.ts';
import { exitCode } from '../../src/cli/exit-code.ts';
import { diagnose } from '../../src/diagnose/run.ts';
import { buildModel } from '../../src/model/model.ts';
import { compareToBaseline, readBaseline, writeBaseline } from '../../src/report/baseline.ts';
import type { ReportDocument } from '../../src/report/document.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { toDocument } from '../../src/report/to-document.ts';
import { gatewayRoute } from '../support/shop.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

function report(manifests: string, closed = true): ReportDocument {
  const snapshot = snapshotOf({ manifests, closed });
  const model = buildModel(snapshot);
  return toDocument(
    diagnose(
      model,
      catalogue.map(({ rule }) => rule),
    ),
    {
      documents: snapshot.documents,
      position: snapshot.position,
      toolVersion: '0',
      objectPlace: model.place,
      docsOf: (rule) => rule,
    },
  );
}

const look = { width: 100, color: false, ascii: false, all: false, show: new Set<never>() };
const compared = (now: ReportDocument, before: string): ReportDocument => {
  const read = readBaseline(before);
  if (!read.ok) throw new Error(read.reason);
  return compareToBaseline(now, 'baseline.json', read.entries);
};

describe('a baseline', () => {
  const before = report(gatewayRoute('cart'));

  it('makes what it holds count no more, from its own file and from a report alike', () => {
    expect(exitCode(before, 'error', true, false)).toBe(1);
    for (const text of [writeBaseline(before), JSON.stringify(before)]) {
      const now = compared(before, text);
      expect(exitCode(now, 'info', true, false)).toBe(0);
      expect(now.summary).toMatchObject({ error: 0, warning: 0, info: 0, known: before.findings.length });
      expect(now.baseline).toEqual({ file: 'baseline.json', gone: [], unseen: [] });
      const shown = renderTerminal(now, look);
      expect(shown).toContain(`known from baseline.json: `);
      expect(shown).not.toMatch(/^ERROR/m);
    }
  });

  it('lets new findings count, and says which are gone', () => {
    const now = compared(report(gatewayRoute('cart') + gatewayRoute('users')), writeBaseline(before));
    expect(exitCode(now, 'error', true, false)).toBe(1);
    const fresh = now.findings.filter(({ known, rule }) => !known && rule === 'target-service-missing');
    expect(fresh.map(({ objects }) => objects[0]?.name)).toEqual(['users']);
    const mended = compared(report(''), writeBaseline(before));
    expect(mended.baseline?.gone.map(({ rule }) => rule)).toContain('target-service-missing');
    expect(renderTerminal(mended, look)).toContain('gone since: ');
  });

  it('does not call gone what could not be looked for', () => {
    const blind = compared(report(gatewayRoute('cart'), false), writeBaseline(before));
    expect(blind.baseline?.gone.map(({ rule }) => rule)).not.toContain('target-service-missing');
    expect(blind.baseline?.unseen.map(({ rule }) => rule)).toContain('target-service-missing');
  });

  it('is the same bytes each time, a finding a line, sorted', () => {
    const text = writeBaseline(report(gatewayRoute('b') + gatewayRoute('a')));
    expect(text).toBe(writeBaseline(report(gatewayRoute('a') + gatewayRoute('b'))));
    const rules = [...text.matchAll(/"rule":"([^"]+)"/g)].map((match) => match[1]);
    expect(rules).toEqual([...rules].sort());
    expect(text.split('\n').length).toBe(rules.length + 6);
  });

  it.each([
    ['nothing', '', 'not JSON'],
    ['a list', '[]', 'no list "findings"'],
    ['another version', '{"schemaVersion": 7, "findings": []}', 'schemaVersion is 7'],
    ['a finding without id', '{"schemaVersion": 1, "findings": [{"rule": "a"}]}', 'findings[0] has no id'],
  ])('is refused with its reason: %s', (_, text, reason) => {
    expect(readBaseline(text)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('never throws on any JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.jsonValue(), (text, findings) => {
        readBaseline(text);
        readBaseline(JSON.stringify({ schemaVersion: 1, findings }));
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
