import type { ReportEvidence, ReportFinding, ReportObject } from '../document.ts';
import {
  effectText,
  evidencePlace,
  fixFacts,
  neverText,
  objectPlace,
  objectText,
  severityText,
  shortText,
  valueText,
} from '../wording.ts';
import { block, code, inline } from './escape.ts';

const mostOfText = 600;
const mostOfValue = 300;
const mostOfCommand = 2000;

/** A root cause as a section: what, effect, why and what to do in sight, the rest folded. */
export function findingSection(finding: ReportFinding, symptoms: readonly ReportFinding[], all: boolean): string {
  const { severity, rule, message, cause, fix, avoid } = finding;
  const lines = [
    `### ${severityText[severity]}: ${name(rule)}`,
    '',
    text(message),
    '',
    `**Effect** ${text(effectText(finding, symptoms))}`,
    ...(cause === '' ? [] : [`**Why** ${text(cause)}`]),
    ...fix.flatMap((one, index) => [
      `**Do${fix.length > 1 ? ` ${index + 1}` : ''}** ${text(one.say)} (${fixFacts(one).join(', ')})`,
      ...(one.command === undefined ? [] : ['', commandBlock(one.command), '']),
    ]),
    ...avoid.map((one) => `**Never** ${text(neverText(one))}`),
  ];
  const paragraphs = lines.map((line) => (line.startsWith('**') ? `${line}  ` : line));
  return `${paragraphs.join('\n').trimEnd()}\n\n${details(finding, symptoms, all)}`;
}

/** A root cause on one line, where there is no room for more. */
export function findingLine({ severity, rule, message, id }: ReportFinding): string {
  return `- ${severityText[severity]} ${name(rule)}: ${inline(shortText(message, 200))} (${code(id)})`;
}

function details(
  { id, evidence, objects, witness, docs }: ReportFinding,
  symptoms: readonly ReportFinding[],
  all: boolean,
): string {
  const most = all ? Number.POSITIVE_INFINITY : 3;
  const parts = [
    ['**Seen**', '', ...list(evidence, most, evidenceLine)],
    ['**About**', '', ...list(objects, most, objectLine)],
    ...(witness
      ? [['**Try**, with the port of the gateway forwarded to this machine:', '', commandBlock(witness.curl)]]
      : []),
    ...(symptoms.length > 0
      ? [
          [
            '**Explains**',
            '',
            ...list(symptoms, most, (one) => `${name(one.rule)} ${text(one.message)} (${code(one.id)})`),
          ],
        ]
      : []),
    [`Id ${code(id)}, more: ${name(docs)}`],
  ];
  const inner = parts.map((part) => part.join('\n')).join('\n\n');
  return `<details><summary>Evidence and objects</summary>\n\n${inner}\n\n</details>\n`;
}

function list<T>(items: readonly T[], most: number, toText: (item: T) => string): readonly string[] {
  const shown = items.slice(0, most).map((item) => `- ${toText(item)}`);
  const left = items.length - shown.length;
  return left > 0 ? [...shown, `- and ${left} more`] : shown;
}

function evidenceLine(evidence: ReportEvidence): string {
  const { note, value } = evidence;
  const place = evidencePlace(evidence);
  const shown = shortText(valueText(value, mostOfValue * 4), mostOfValue);
  const said = [note === null ? '' : text(note), shown === '' ? '' : code(shown)].filter((part) => part !== '');
  return [said.join(': '), place === '' ? '' : `(${name(place)})`].filter((part) => part !== '').join(' ');
}

function objectLine(object: ReportObject): string {
  const place = objectPlace(object);
  return `${text(objectText(object))}${place === '' ? '' : ` (${name(place)})`}`;
}

/** A command that was cut would do something else: it is left out whole. */
function commandBlock(command: string): string {
  return command.length > mostOfCommand ? 'The command is too long for here: see `-o wide`.' : block(command, 'sh');
}

/** A rule, a place: short, but for one that somebody made long. */
function name(words: string): string {
  return code(shortText(words, 200));
}

function text(words: string): string {
  return inline(shortText(words, mostOfText));
}
