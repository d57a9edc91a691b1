import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../rules/index.ts';
import { diagnose } from '../../src/diagnose/run.ts';
import { displayWidth } from '../../src/lib/width.ts';
import { buildModel } from '../../src/model/model.ts';
import type { ReportDocument } from '../../src/report/document.ts';
import { renderJson } from '../../src/report/json.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { toDocument } from '../../src/report/to-document.ts';
import { gatewayRoute, runningHosts, virtualNode, virtualService } from '../support/shop.ts';
import { type Given, snapshotOf } from '../support/snapshot-of.ts';

function report(given: Given): ReportDocument {
  const snapshot = snapshotOf(given);
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
      docsOf: (rule) => `meshdoctor rules ${rule}`,
    },
  );
}

const look = { width: 80, color: false, ascii: false, all: false, show: new Set<never>() };
const faulty: Given = {
  manifests: `${gatewayRoute('search')}${virtualService('search')}${gatewayRoute('gone')}${virtualNode('pay', 9090)}
apiVersion: v1
kind: Service
metadata: { name: pay, namespace: shop }
spec: { ports: [{ name: http, port: 8080 }] }
`,
  envoy: `${runningHosts({ 'search.shop': false })}\nlisteners: [{ name: lds_ingress_0.0.0.0_8088 }]`,
};

describe('the terminal report', () => {
  it('puts roots first, standing facts apart, then the tally, then what was not seen', () => {
    const text = renderTerminal(report(faulty), look);
    const order = ['ERROR target-service-no-provider', 'STANDING', 'root cause', 'NOT SEEN'].map((words) =>
      text.indexOf(words),
    );
    expect(order).toEqual([...order].sort((left, right) => left - right));
    expect(order[0]).toBeGreaterThan(0);
  });

  it.each([60, 80, 120])('keeps within %i columns, commands too', (width) => {
    for (const all of [false, true]) {
      const lines = renderTerminal(report(faulty), {
        ...look,
        width,
        all,
        show: new Set(['clear', 'not-evaluated', 'standing'] as const),
      }).split('\n');
      const long = lines.filter((line) => displayWidth(line) > width && !/^ {10,}(\$|'|\S+\s*\\?$)/.test(line));
      expect(long).toEqual([]);
    }
  });

  it('uses colour only when asked, and never says more by it', () => {
    const plain = renderTerminal(report(faulty), look);
    const coloured = renderTerminal(report(faulty), { ...look, color: true });
    expect(plain).not.toContain('\u001b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are what is taken away
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  it('writes plain ASCII when asked', () => {
    expect(renderTerminal(report(faulty), { ...look, ascii: true })).toMatch(/^[\n -~]*$/);
  });

  it('never says that all is well where a rule could not look', () => {
    expect(renderTerminal(report({ manifests: virtualService('a') }), look)).toContain(
      'Nothing found in what could be seen',
    );
    expect(renderTerminal(report({ manifests: '' }), look)).not.toMatch(/no problem/i);
  });

  it('lets no control character of the world reach the terminal', () => {
    const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, words, (name, reason) => {
        const envoy = JSON.stringify({
          connected: false,
          listeners: [{ name: 'l', refused: reason }],
          node: `mesh/a/virtualGateway/${name}`,
        });
        const text = renderTerminal(report({ envoy }), look);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      }),
      { seed: 4, numRuns: 100 },
    );
  });
});

describe('the JSON report', () => {
  it.each<readonly [string, Given]>([
    ['faults', faulty],
    ['nothing', {}],
    ['a closed set', { manifests: gatewayRoute('a'), closed: true }],
  ])('keeps to its published schema: %s', (_, given) => {
    const check = new Ajv().compile(reportSchema);
    expect(check(JSON.parse(renderJson(report(given)))), JSON.stringify(check.errors)).toBe(true);
  });

  it('counts standing facts apart', () => {
    const { summary, findings } = report(faulty);
    expect(summary.standing).toBe(findings.filter(({ effect }) => effect === 'standing').length);
    expect(summary.standing).toBe(2);
    expect(summary.error + summary.warning + summary.info).toBe(findings.length - 2);
  });
});
