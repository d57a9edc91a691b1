import { clean } from '../lib/text.ts';
import type { ReportDocument, ReportEvidence, ReportFinding, ReportObject, RuleText } from './document.ts';
import { effectText, evidencePlace, fixFacts, neverText, objectText, valueText } from './wording.ts';

/** SARIF 2.1.0, section 3.27.10. */
const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

/** The report as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), for code scanning. */
export function renderSarif(document: ReportDocument, rules: readonly RuleText[]): string {
  const { tool, findings, checks } = document;
  const used = new Set(checks.map(({ rule }) => rule));
  const texts = rules.filter(({ id }) => used.has(id));
  const indexOf = new Map(texts.map(({ id }, index) => [id, index]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            semanticVersion: tool.version,
            rules: texts.map(descriptor),
          },
        },
        automationDetails: { id: 'meshdoctor/' },
        columnKind: 'unicodeCodePoints',
        originalUriBaseIds: { BUNDLE: { description: { text: 'The bundle that `meshdoctor collect` writes.' } } },
        invocations: [invocation(document)],
        results: findings.map((finding) => result(finding, indexOf.get(finding.rule))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptor({ id, family, title, severity, docs }: RuleText): object {
  const help = [docs.what, docs.why, `How it looks: ${docs.seen}`, `What to do: ${docs.fix}`];
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: docs.what },
    help: { text: help.join('\n\n'), markdown: help.join('\n\n') },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: [family] },
  };
}

function result(finding: ReportFinding, ruleIndex: number | undefined): object {
  const { id, rule, severity, effect, objects, evidence, witness, impact, since, symptomOf } = finding;
  const [main, ...others] = objects;
  const related = [
    ...others
      .filter(({ file }) => file !== null)
      .map((object) => ({ ...place(object), message: { text: objectText(object) } })),
    ...evidence.filter(({ file }) => file !== null).map(evidenceLocation),
  ];
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    // Section 3.27.9: a kind other than `fail` has the level `none`. Standing facts are no faults.
    ...(effect === 'standing' ? { kind: 'informational', level: 'none' } : { kind: 'fail', level: levels[severity] }),
    message: { text: clean(wholeMessage(finding)) },
    locations: main ? [mainLocation(main, objects, evidence)] : [],
    ...(related.length > 0 ? { relatedLocations: related.map((one, index) => ({ id: index, ...one })) } : {}),
    partialFingerprints: { 'meshdoctorId/v1': id },
    ...suppressions(finding),
    properties: { id, effect, severity, impact, since, symptomOf, witness: witness?.curl ?? null },
  };
}

/** Code scanning shows the message alone: it says what to do too. */
function wholeMessage(finding: ReportFinding): string {
  const fixes = finding.fix.map((fix) => `${fix.say} (${fixFacts(fix).join(', ')})`);
  const never = finding.avoid.map((avoid) => `Never ${neverText(avoid)}`);
  const { message, cause } = finding;
  return [message, effectText(finding, []), cause, ...fixes, ...never].filter((part) => part !== '').join(' ');
}

/** The object itself; where no file holds it, the first object or evidence that has a place; logical locations always. */
function mainLocation(
  main: ReportObject,
  objects: readonly ReportObject[],
  evidence: readonly ReportEvidence[],
): object {
  const names = new Map(objects.map((object) => [objectText(object), object.name]));
  const logicalLocations = [...names].map(([fullyQualifiedName, name]) => ({
    name,
    fullyQualifiedName,
    kind: 'resource',
  }));
  const placed = [main, ...objects, ...evidence].find(({ file }) => file !== null);
  if (placed) return { ...place(placed), logicalLocations };
  // Code scanning takes no result without an artifact: the page of the Envoy, as a bundle holds it.
  const [page] = evidence;
  const uri = page && { uri: uriOf(page.document), uriBaseId: 'BUNDLE' };
  return { ...(uri ? { physicalLocation: { artifactLocation: uri } } : {}), logicalLocations };
}

interface Placed {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

function place({ file, line, column }: Placed): object {
  const region =
    line === null || line < 1 ? {} : { region: { startLine: line, ...(column ? { startColumn: column } : {}) } };
  return { physicalLocation: { artifactLocation: { uri: uriOf(file ?? '') }, ...region } };
}

/** A path as a URI reference: relative ones stay relative, so that the reader's checkout resolves them. */
function uriOf(path: string): string {
  const plain = path.replaceAll('\\', '/').replace(/^\.\//, '');
  const parts = plain
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return plain.startsWith('/') ? `file://${parts}` : parts;
}

const mostOfValue = 300;

function evidenceLocation(evidence: ReportEvidence): object {
  const said = [evidence.note ?? '', valueText(evidence.value, mostOfValue)].filter((part) => part !== '').join(': ');
  return { ...place(evidence), message: { text: clean(said === '' ? evidencePlace(evidence) : said) } };
}

/** Sections 3.27.23 and 3.35: an empty list would say that suppressions were looked for. */
function suppressions({ suppressed }: ReportFinding): object {
  if (!suppressed) return {};
  const kind = suppressed.by.startsWith('annotation') ? 'inSource' : 'external';
  const why = suppressed.reason === null ? {} : { justification: suppressed.reason };
  return { suppressions: [{ kind, status: 'accepted', ...why }] };
}

/** What could not be seen, and what failed, so that an empty list of results is not read as health. */
function invocation({ takenAt, gaps, checks, sources }: ReportDocument): object {
  const note = (level: string, text: string, rule: string | null = null): object => ({
    level,
    message: { text: clean(text) },
    ...(rule === null ? {} : { associatedRule: { id: rule } }),
  });
  const failed = checks.flatMap(({ rule, failed: why }) => (why === null ? [] : [{ rule, why }]));
  return {
    executionSuccessful: failed.length === 0 && sources.every(({ state }) => state !== 'failed'),
    endTimeUtc: takenAt,
    toolExecutionNotifications: [
      ...sources
        .filter(({ state }) => state !== 'ok')
        .map(({ name, state, detail }) => note(state === 'failed' ? 'error' : 'warning', `${name}: ${detail}`)),
      ...gaps.map(({ missing, reason, remedy }) =>
        note('note', `Not seen: ${missing}: ${reason}${remedy === null ? '' : `; ${remedy}`}`),
      ),
      ...failed.map(({ rule, why }) => note('error', `Rule ${rule} failed, please report this: ${why}`, rule)),
      ...checks.flatMap(({ rule, notEvaluated, undecided }) => [
        ...notEvaluated.map(({ object, missing, reason }) =>
          note('note', `Not evaluated: ${object ? objectText(object) : 'all'}: missing ${missing}: ${reason}`, rule),
        ),
        ...undecided.map(({ object, budget }) => note('note', `Undecided: ${objectText(object)}: ${budget}`, rule)),
      ]),
    ],
  };
}
