import { catalogue } from '../../rules/index.ts';
import { countsFor } from '../../src/cli/exit-code.ts';
import { type CollectRequest, emptyRequest } from '../../src/collect/request.ts';
import { makeEngine } from '../../src/engine/engine.ts';
import type { ReportDocument, ReportFinding, RuleText } from '../../src/report/document.ts';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { renderTerminal } from '../../src/report/terminal.ts';

/** The report of what these sources hold, with the way of requests where that is asked for. */
export async function reportOf(request: Partial<CollectRequest>, ways = true): Promise<ReportDocument> {
  const engine = makeEngine();
  await engine.collect({ ...emptyRequest, ...request });
  return engine.diagnose({ rules: [], skip: [], ways });
}

/** The report of the bundled incident. */
export function incident(ways = true): Promise<ReportDocument> {
  return reportOf({ bundles: ['src/demo/incident.tar.gz'] }, ways);
}

/** What the program says of its rules. */
export const ruleTexts: readonly RuleText[] = catalogue.map(({ family, rule: { id, title, severity, docs } }) => ({
  id,
  family,
  title,
  severity,
  docs,
}));

const look = { width: 100, color: false, ascii: false };
const everything = { all: true, show: new Set(['clear', 'not-evaluated', 'standing'] as const) };
const usual = { all: false, show: new Set<never>() };

/** Every format, by its name; `whole` with `--all` and everything that `--show` takes. */
export function renderAll(document: ReportDocument, whole = false): Readonly<Record<string, string>> {
  const detail = whole ? everything : usual;
  return {
    terminal: renderTerminal(document, { ...look, ...detail }),
    wide: renderTerminal(document, { ...look, ...detail, all: true, wide: true }),
    json: renderJson(document),
    sarif: renderSarif(document, ruleTexts),
    junit: renderJunit(document, ruleTexts, (finding) => countsFor(finding, 'error')),
    markdown: renderMarkdown(document, detail),
    html: renderHtml(document, detail),
  };
}

/** The same report with one fact of a gateway that still takes configuration, where it is information and not standing. */
export function withNote(document: ReportDocument): ReportDocument {
  const findings = document.findings.map((one) =>
    one.rule === 'host-rewritten' ? { ...one, effect: 'traffic' as const } : one,
  );
  return { ...document, findings };
}

/** The words of a report that come from the world: every one of them can be hostile. */
const free = new Set([
  ...['message', 'title', 'cause', 'say', 'because', 'command', 'namespace', 'name', 'file', 'origin', 'note', 'value'],
  ...['pointer', 'document', 'reason', 'missing', 'remedy', 'detail', 'curl', 'url', 'docs', 'budget', 'failed'],
  ...['stage', 'request', 'kind', 'rule', 'since'],
]);

/** The same report with this word in every place that the world can write. */
export function filledWith(document: ReportDocument, word: string): ReportDocument {
  return { ...(fill(document, '', word) as ReportDocument), tool: document.tool };
}

function fill(value: unknown, key: string, word: string): unknown {
  if (typeof value === 'string') return free.has(key) ? word : value;
  if (Array.isArray(value)) return value.map((item) => fill(item, key, word));
  if (typeof value !== 'object' || value === null) return value;
  if (key === 'value') return { [word]: word };
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, name, word)]));
}

/** The same report with this many root causes, each with an id of its own. */
export function withRoots(document: ReportDocument, count: number): ReportDocument {
  const roots = document.findings.filter(({ symptomOf }) => symptomOf === null);
  const findings = Array.from({ length: count }, (_, index): ReportFinding[] => {
    const root = roots[index % roots.length];
    return root ? [{ ...root, id: index.toString(16).padStart(12, '0'), symptoms: [] }] : [];
  }).flat();
  return { ...document, findings };
}

/** A report so small that a property can render it often: every kind of thing that a report can hold, once. */
export function smallReport(document: ReportDocument): ReportDocument {
  const [root, symptom] = document.findings;
  const witnessed = document.findings.find(({ witness }) => witness !== null);
  const check = document.checks.find(({ found }) => found > 0);
  const object = root?.objects[0];
  if (!root || !symptom || !witnessed || !check || !object)
    throw new Error('the incident lacks what a report can hold');
  const suppressed = {
    ...witnessed,
    id: '0123456789ab',
    suppressed: { by: 'meshdoctor.yaml', reason: 'name', until: null } as const,
  };
  return {
    ...document,
    findings: [root, symptom, witnessed, { ...witnessed, id: 'ba9876543210', effect: 'standing' }, suppressed],
    checks: [
      { ...check, rule: root.rule, undecided: [{ object, budget: 'steps' }], failed: 'error' },
      {
        ...check,
        rule: 'other-rule',
        notEvaluated: [
          { object: null, missing: 'a', reason: 'b' },
          { object, missing: 'c', reason: 'd' },
        ],
      },
    ],
    gaps: [{ missing: 'pods', reason: 'denied', remedy: 'ask' }],
    sources: document.sources.map((source, index) => (index === 0 ? { ...source, state: 'failed' } : source)),
  };
}
