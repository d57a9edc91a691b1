import { parseXml, XmlElement } from '@rgrove/parse-xml';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsFor } from '../../src/cli/exit-code.ts';
import type { ReportDocument } from '../../src/report/document.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { filledWith, incident, ruleTexts, smallReport } from '../support/reports.ts';

const render = (document: ReportDocument, failOn: 'error' | 'never' = 'error'): string =>
  renderJunit(document, ruleTexts, (finding) => countsFor(finding, failOn));

const children = (parent: XmlElement | null): readonly XmlElement[] =>
  (parent?.children ?? []).filter((child) => child instanceof XmlElement);

/** Suites with their cases, read by a real parser, which refuses characters that XML cannot hold. */
function suitesOf(text: string): readonly { readonly suite: XmlElement; readonly cases: readonly XmlElement[] }[] {
  return children(parseXml(text).root).map((suite) => ({ suite, cases: children(suite) }));
}

const outcome = (one: XmlElement): string => children(one)[0]?.name ?? 'passed';

describe('the JUnit report', async () => {
  const document = await incident(false);

  it('has a suite a family, and one of the sources; its counts are those of its cases', () => {
    const suites = suitesOf(render(document));
    expect(suites.map(({ suite }) => suite.attributes.name)).toEqual([
      ...new Set(ruleTexts.map(({ family }) => family)),
      'sources',
    ]);
    for (const { suite, cases } of suites) {
      const count = (name: string): string => String(cases.filter((one) => outcome(one) === name).length);
      expect(suite.attributes).toMatchObject({
        tests: String(cases.length),
        failures: count('failure'),
        errors: count('error'),
        skipped: count('skipped'),
      });
    }
  });

  it('has a case for each finding, each subject that was not evaluated, and the clear ones of a rule', () => {
    const cases = suitesOf(render(document)).flatMap((one) => one.cases);
    const skipped = cases.filter((one) => outcome(one) === 'skipped');
    expect(skipped.length).toBe(document.summary.notEvaluated);
    for (const { id } of document.findings) {
      expect(cases.filter(({ attributes }) => attributes.name?.endsWith(`(${id})`)).length).toBe(1);
    }
    expect(cases.some(({ attributes }) => attributes.name === 'clear: 30 subjects')).toBe(true);
  });

  it('is red exactly where the exit code is 1', () => {
    const red = (text: string): readonly (string | undefined)[] =>
      suitesOf(text)
        .flatMap(({ cases }) => cases)
        .filter((one) => outcome(one) === 'failure')
        .map(({ attributes }) => attributes.classname?.split('.')[1]);
    const expected = document.findings.filter((finding) => countsFor(finding, 'error')).map(({ rule }) => rule);
    expect([...red(render(document))].sort()).toEqual([...expected].sort());
    expect(red(render(document, 'never'))).toEqual([]);
  });

  it('tells a rule that failed and a source that could not be read as errors', () => {
    const errors = suitesOf(render(smallReport(document)))
      .flatMap(({ cases }) => cases)
      .filter((one) => outcome(one) === 'error');
    expect(errors.map(({ attributes }) => attributes.classname)).toEqual(['targets.node-port-mismatch', 'sources']);
  });

  it('is well-formed whatever the world writes, and its elements stay the same', () => {
    const small = smallReport(document);
    const shape = (text: string): readonly string[] =>
      suitesOf(text).flatMap(({ suite, cases }) => [suite.name, ...cases.map((one) => `${one.name} ${outcome(one)}`)]);
    const plain = shape(render(filledWith(small, 'word')));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), (word) => {
        expect(shape(render(filledWith(small, word)))).toEqual(plain);
      }),
      { seed: 5, numRuns: 40 },
    );
    for (const word of [']]>', '<!--', '&amp;', '"\'<x/>', '\ufffe\uffff\u0000\ud800', '\u202e']) {
      expect(shape(render(filledWith(small, word)))).toEqual(plain);
    }
  });
});
