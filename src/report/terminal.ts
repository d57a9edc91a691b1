import { refText } from '../snapshot/object.ts';
import { groupBy } from '../lib/memo.ts';
import { hang, oneLine } from '../lib/text.ts';
import type { ReportDocument, ReportFinding } from './document.ts';
import { renderFinding, renderNote } from './terminal/finding.ts';
import { type Look, paint, sign } from './terminal/paint.ts';

/** How and how much of a report is shown. */
export interface TerminalOptions extends Look {
  /** No limits on roots, objects and evidence. */
  readonly all: boolean;
  readonly show: ReadonlySet<'clear' | 'not-evaluated' | 'standing'>;
}

const mostRoots = 10;
const mostGaps = 5;

/** The report for a terminal: root causes first, standing facts apart, then the tally, then what could not be seen. */
export function renderTerminal(document: ReportDocument, options: TerminalOptions): string {
  const roots = document.findings.filter(({ symptomOf }) => symptomOf === null);
  const faults = roots.filter(({ effect }) => effect !== 'standing');
  const standing = roots.filter(({ effect }) => effect === 'standing');
  // Ids are the same in every cluster.
  const keyOf = (id: string, { objects }: ReportFinding): string => `${objects[0]?.cluster ?? ''} ${id}`;
  const byId = new Map(document.findings.map((finding) => [keyOf(finding.id, finding), finding]));
  const symptomsOf = (root: ReportFinding) => root.symptoms.flatMap((id) => byId.get(keyOf(id, root)) ?? []);
  const shown = options.all ? faults : faults.slice(0, mostRoots);
  const blocks = [
    lookedAt(document, options),
    ...shown.map((finding) =>
      isNote(finding, roots, options)
        ? renderNote(finding, options)
        : renderFinding(finding, symptomsOf(finding), options, options.all),
    ),
    faults.length > shown.length ? [`${faults.length - shown.length} more root causes: --all shows them.`] : [],
    standingBlock(standing, options, symptomsOf),
    checksBlock(document, options),
    [tally(document, faults.length, options)].flatMap((text) => hang('', text, options.width)),
    gapsBlock(document, options),
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** Information that explains nothing else is told in a sentence, unless it is all there is to tell. */
function isNote(
  { severity, symptoms }: ReportFinding,
  roots: readonly ReportFinding[],
  { all }: TerminalOptions,
): boolean {
  return !all && severity === 'info' && symptoms.length === 0 && roots.length > 1;
}

function lookedAt({ gateways, sources, takenAt, window }: ReportDocument, look: Look): readonly string[] {
  const dot = sign(look, 'dot');
  const lines = gateways.flatMap(({ ref, cluster, envoys, live, frozen }) => {
    const seen = envoys === 0 ? 'no Envoy read' : `${envoys} ${envoys === 1 ? 'Envoy' : 'Envoys'}, ${live} live`;
    const [first = '', ...rest] = hang(
      '',
      `${cluster === null ? '' : `${oneLine(cluster)} ${dot} `}${oneLine(refText(ref))}: ${[seen, frozenText[frozen]].filter(Boolean).join(` ${dot} `)}`,
      look.width,
    );
    return [paint(look, 'bold', first), ...rest];
  });
  const at = `at ${takenAt.slice(0, 19).replace('T', ' ')} UTC`;
  const rates = window
    ? ` ${dot} counters read over ${Math.round((Date.parse(window.covered.to) - Date.parse(window.covered.from)) / 1000)} s`
    : '';
  const read = sources
    .filter(({ state }) => state !== 'failed')
    .map(({ name, detail }) => oneLine(`${name}: ${detail}`));
  const most = 3;
  const files = read.length > most ? [...read.slice(0, most), `${read.length - most} more sources`] : read;
  return [
    ...lines,
    ...hang('', `Seen ${at}${rates}${files.length > 0 ? ` ${dot} ${files.join(` ${dot} `)}` : ''}`, look.width),
  ];
}

const frozenText: Readonly<Record<ReportDocument['gateways'][number]['frozen'], string>> = {
  observed: 'frozen: its control plane is gone',
  assumed: 'frozen, as every App Mesh gateway since 2026-09-30 (assumed: no Envoy told)',
  no: '',
  unknown: '',
};

function standingBlock(
  standing: readonly ReportFinding[],
  options: TerminalOptions,
  symptomsOf: (finding: ReportFinding) => readonly ReportFinding[],
): readonly string[] {
  if (standing.length === 0) return [];
  const title = `${paint(options, 'bold', 'STANDING')} (true until you leave these gateways; not counted)`;
  if (options.show.has('standing') || options.all) {
    return [title, ...standing.flatMap((finding) => renderFinding(finding, symptomsOf(finding), options, options.all))];
  }
  return [title, ...standing.flatMap(({ message }) => hang('  ', oneLine(message), options.width))];
}

function checksBlock({ checks }: ReportDocument, options: TerminalOptions): readonly string[] {
  const lines: string[] = [];
  for (const { rule, subjects, clear, notEvaluated, undecided } of checks) {
    if (options.show.has('clear') && subjects > 0 && clear === subjects) lines.push(`clear  ${rule}  (${subjects})`);
    if (!options.show.has('not-evaluated')) continue;
    for (const { object, missing, reason } of notEvaluated) {
      const what = object
        ? `${object.kind} ${object.namespace === null ? '' : `${object.namespace}/`}${object.name}`
        : 'all';
      lines.push(
        ...hang('not evaluated  ', oneLine(`${rule}  ${what}: missing ${missing} (${reason})`), options.width),
      );
    }
    for (const { object, budget } of undecided) lines.push(oneLine(`undecided  ${rule}  ${object.name}: ${budget}`));
  }
  return lines;
}

/** The last word. It never says that all is well where a rule could not look. */
function tally({ summary, checks, findings }: ReportDocument, roots: number, look: Look): string {
  const dot = sign(look, 'dot');
  const blind = checks.filter(({ notEvaluated }) => notEvaluated.some(({ object }) => object === null)).length;
  const partly = checks.filter(
    (check) =>
      check.undecided.length > 0 ||
      (check.notEvaluated.length > 0 && check.notEvaluated.every(({ object }) => object !== null)),
  ).length;
  const failed = checks.filter((check) => check.failed !== null).map(({ rule }) => rule);
  const whole = checks.length - blind - partly - failed.length;
  const looked = `${whole} of ${checks.length} rules looked at everything they need`;
  const parts = [
    ...(blind > 0 ? [`${blind} could not look`] : []),
    ...(partly > 0 ? [`${partly} could look at a part only`] : []),
    ...(failed.length > 0 ? [`${failed.join(', ')} failed: please report this`] : []),
  ];
  const rest = parts.length > 0 ? `; ${parts.join('; ')} (see below, or --show not-evaluated)` : '';
  const standing = summary.standing > 0 ? ` ${dot} ${summary.standing} standing` : '';
  if (findings.length > summary.standing) {
    const counts = `${plural(summary.error, 'error')}, ${plural(summary.warning, 'warning')}, ${summary.info} info`;
    return `${counts} from ${plural(roots, 'root cause')}${standing} ${dot} ${looked}${rest}`;
  }
  if (summary.complete) return `No problem found${standing} ${dot} ${looked}`;
  return `Nothing found in what could be seen${standing} ${dot} ${looked}${rest}`;
}

function gapsBlock({ gaps, checks, sources }: ReportDocument, options: TerminalOptions): readonly string[] {
  const rulesOf = new Map<string, Set<string>>();
  for (const { rule, notEvaluated } of checks) {
    for (const { missing } of notEvaluated) rulesOf.set(missing, (rulesOf.get(missing) ?? new Set()).add(rule));
  }
  const known = new Map(gaps.map((gap) => [gap.missing, gap]));
  const fromChecks = checks.flatMap(({ notEvaluated }) => notEvaluated.map((item) => ({ ...item, remedy: null })));
  const every = [...known.values(), ...fromChecks.filter(({ missing }) => !known.has(missing))];
  const unique = [...groupBy(every, ({ missing }) => missing).values()].flatMap((group) => group[0] ?? []);
  const hurtful = [...unique].sort(
    (left, right) => (rulesOf.get(right.missing)?.size ?? 0) - (rulesOf.get(left.missing)?.size ?? 0),
  );
  const failed = sources.filter(({ state }) => state === 'failed');
  if (hurtful.length + failed.length === 0) return [];
  const shown = options.all ? hurtful : hurtful.slice(0, mostGaps);
  const lines = [
    ...failed.flatMap(({ name, detail }) => hang('  ', oneLine(`${name}: ${detail}`), options.width)),
    ...shown.flatMap(({ missing, reason, remedy }) => {
      const rules = [...(rulesOf.get(missing) ?? [])];
      const needed =
        rules.length > 0 ? `; needed by ${rules.length > 3 ? `${rules.length} rules` : rules.join(', ')}` : '';
      return hang(
        '  ',
        oneLine(`${missing}: ${reason}${remedy === null ? '' : `; ${remedy}`}${needed}`),
        options.width,
      );
    }),
  ];
  const left = hurtful.length - shown.length;
  return [paint(options, 'bold', 'NOT SEEN'), ...lines, ...(left > 0 ? [`  and ${left} more (--all)`] : [])];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
