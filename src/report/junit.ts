import { plural } from '../lib/plural.ts';
import { groupBy } from '../lib/memo.ts';
import type { ReportCheck, ReportDocument, ReportFinding, RuleText } from './document.ts';
import { effectText, evidencePlace, fixFacts, neverText, objectText, valueText } from './wording.ts';
import { element, type Xml } from './xml.ts';

/** One test case, and what became of it. */
interface Case {
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'error';
  readonly xml: Xml;
}

/**
 * The report for test dashboards: one suite a family of rules; a case a finding, a case a subject that could not be
 * judged, and one case for all subjects of a rule that are clear. What `fails` names is red: what makes the exit code 1.
 */
export function renderJunit(
  document: ReportDocument,
  rules: readonly RuleText[],
  fails: (finding: ReportFinding) => boolean,
): string {
  const families = new Map(rules.map(({ id, family }) => [id, family]));
  const familyOf = (rule: string): string => families.get(rule) ?? 'other';
  const findings = groupBy(document.findings, ({ rule }) => rule);
  const suites = [...groupBy(document.checks, ({ rule }) => familyOf(rule))].map(([family, checks]) => {
    const cases = checks.flatMap((check) => casesOf(check, family, findings.get(check.rule) ?? [], fails));
    return suite(family, cases, document);
  });
  const all = [...suites, suite('sources', document.sources.map(sourceCase), document)];
  const sum = (pick: keyof Counts): number => all.reduce((total, { counts }) => total + counts[pick], 0);
  const root = element(
    'testsuites',
    {
      name: 'meshdoctor',
      tests: sum('tests'),
      failures: sum('failures'),
      errors: sum('errors'),
      skipped: sum('skipped'),
      timestamp: document.takenAt,
    },
    '\n',
    ...all.flatMap(({ xml }) => [xml, '\n']),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.text}\n`;
}

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

function suite(
  name: string,
  cases: readonly Case[],
  { takenAt }: ReportDocument,
): { readonly xml: Xml; readonly counts: Counts } {
  const count = (outcome: Case['outcome']): number => cases.filter((one) => one.outcome === outcome).length;
  const counts = {
    tests: cases.length,
    failures: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
  };
  const inner = cases.flatMap(({ xml }) => ['  ', xml, '\n']);
  return { xml: element('testsuite', { name, ...counts, timestamp: takenAt }, '\n', ...inner), counts };
}

function casesOf(
  { rule, clear, undecided, notEvaluated, failed }: ReportCheck,
  family: string,
  findings: readonly ReportFinding[],
  fails: (finding: ReportFinding) => boolean,
): readonly Case[] {
  const classname = `${family}.${rule}`;
  const skipped = (name: string, message: string): Case => ({
    outcome: 'skipped',
    xml: element('testcase', { classname, name }, element('skipped', { message })),
  });
  const broken: readonly Case[] =
    failed === null
      ? []
      : [
          {
            outcome: 'error',
            xml: element('testcase', { classname, name: rule }, element('error', { message: failed })),
          },
        ];
  const passed: readonly Case[] =
    clear === 0
      ? []
      : [{ outcome: 'passed', xml: element('testcase', { classname, name: `clear: ${plural(clear, 'subject')}` }) }];
  return [
    ...broken,
    ...findings.map((finding) => findingCase(finding, classname, fails(finding))),
    ...undecided.map(({ object, budget }) => skipped(`${objectText(object)}: undecided`, budget)),
    ...notEvaluated.map(({ object, missing, reason }) =>
      skipped(`${object ? objectText(object) : 'all'}: not evaluated`, `missing ${missing}: ${reason}`),
    ),
    ...passed,
  ];
}

function findingCase(finding: ReportFinding, classname: string, isRed: boolean): Case {
  const { id, severity, effect, message, objects } = finding;
  const [first] = objects;
  const name = `${first ? objectText(first) : classname} (${id})`;
  const told = `${message}\n${bodyOf(finding)}`;
  const said = isRed
    ? element('failure', { message, type: `${severity}, ${effect}` }, told)
    : element('system-out', {}, `${severity}, ${effect}: ${told}`);
  const place = { file: first?.file ?? null, line: first?.line ?? null };
  return { outcome: isRed ? 'failed' : 'passed', xml: element('testcase', { classname, name, ...place }, said) };
}

const mostOfValue = 400;

function bodyOf(finding: ReportFinding): string {
  const { cause, evidence, fix, avoid, docs, symptomOf } = finding;
  return [
    `Effect: ${effectText(finding, [])}`,
    ...(cause === '' ? [] : [`Why: ${cause}`]),
    ...evidence.map((one) => {
      const value = valueText(one.value, mostOfValue);
      return `Seen: ${[one.note ?? '', value, evidencePlace(one)].filter((part) => part !== '').join(' - ')}`;
    }),
    ...fix.flatMap((one) => [
      `Do: ${one.say} (${fixFacts(one).join(', ')})`,
      ...(one.command === undefined ? [] : [`    ${one.command}`]),
    ]),
    ...avoid.map((one) => `Never: ${neverText(one)}`),
    ...(symptomOf === null ? [] : [`A symptom of: ${symptomOf}`]),
    `More: ${docs}`,
  ].join('\n');
}

function sourceCase({ name, state, detail }: ReportDocument['sources'][number]): Case {
  const attributes = { classname: 'sources', name };
  if (state === 'ok') return { outcome: 'passed', xml: element('testcase', attributes) };
  if (state === 'partial') {
    return { outcome: 'skipped', xml: element('testcase', attributes, element('skipped', { message: detail })) };
  }
  return { outcome: 'error', xml: element('testcase', attributes, element('error', { message: detail })) };
}
