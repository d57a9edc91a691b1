import type { Fix } from '../../diagnose/finding.ts';
import { oneLine } from '../../lib/text.ts';
import { hang, truncate } from '../../lib/width.ts';
import type { ReportEvidence, ReportFinding, ReportObject, ReportWay } from '../document.ts';
import { effectText, evidencePlace, fixFacts, neverText, objectPlace, objectText, valueText } from '../wording.ts';
import { type Look, paint, severityStyle, sign } from './paint.ts';

const label = 10;

/** How much of a finding is told. */
export interface Amount {
  readonly all: boolean;
  readonly wide?: boolean;
}

/** One root cause as a person reads it: what, effect, cause, evidence, what to do and what never to do. */
export function renderFinding(
  finding: ReportFinding,
  symptoms: readonly ReportFinding[],
  look: Look,
  amount: Amount,
): readonly string[] {
  const { all, wide } = amount;
  const most = all ? Number.POSITIVE_INFINITY : 3;
  const evidence = (item: ReportEvidence): string => evidenceText(item, amount, look);
  const lines = [...renderNote(finding, look), ...part(look, 'Effect', effectText(finding, symptoms))];
  lines.push(...several('Change', finding.changes, most, look, ({ at, what }) => `${clockOf(at)} ${what}`));
  if (finding.cause !== '') lines.push(...part(look, 'Why', finding.cause));
  if (finding.way && wide) lines.push(...part(look, 'Way', wayText(finding.way)));
  lines.push(...several('Seen', finding.evidence, most, look, evidence));
  lines.push(...several('About', finding.objects, most, look, aboutObject));
  if (finding.witness) {
    lines.push(...part(look, 'Try', 'with the port of the gateway forwarded to this machine:'));
    lines.push(...commandLines(oneLine(finding.witness.curl), look));
  }
  for (const [index, fix] of finding.fix.entries()) lines.push(...fixLines(fix, index, finding.fix.length, look));
  for (const avoid of finding.avoid) lines.push(...part(look, 'Never', neverText(avoid)));
  if (symptoms.length > 0) {
    const rules = [...new Set(symptoms.map(({ rule }) => rule))].join(', ');
    const what = symptoms.length === 1 ? 'one more finding' : `${symptoms.length} more findings`;
    lines.push(...part(look, 'Also', `explains ${what}: ${rules}`));
  }
  for (const symptom of all ? symptoms : []) {
    const id = wide ? ` (id ${symptom.id})` : '';
    lines.push(...part(look, '', `${symptom.rule}: ${symptom.message}${id}`));
    if (wide) lines.push(...several('', symptom.evidence, most, look, (item) => `  ${evidence(item)}`));
  }
  if (wide) lines.push(...part(look, 'Id', `${finding.id} (more: ${finding.docs})`));
  return lines;
}

/** A finding in a sentence: what a person needs of information that is no fault. */
export function renderNote({ severity, rule, message }: ReportFinding, look: Look): readonly string[] {
  const word = severity === 'error' ? 'ERROR' : severity === 'warning' ? 'WARN ' : 'INFO ';
  const head = `${paint(look, severityStyle(severity), word)} ${paint(look, 'bold', rule)}`;
  return [head, ...part(look, '', message)];
}

function part(look: Look, name: string, text: string): readonly string[] {
  const [first = '', ...rest] = hang(' '.repeat(label), oneLine(text), look.width);
  return [paint(look, 'dim', `  ${name}`.padEnd(label)) + first.slice(label), ...rest];
}

function several<T>(
  name: string,
  items: readonly T[],
  most: number,
  look: Look,
  toText: (item: T) => string,
): readonly string[] {
  const shown = items.slice(0, most);
  const lines = shown.flatMap((item, index) => part(look, index === 0 ? name : '', toText(item)));
  const left = items.length - shown.length;
  return left > 0 ? [...lines, ...part(look, '', `and ${left} more (--all)`)] : lines;
}

/** The time of day, in UTC, of an ISO time. */
function clockOf(at: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(at)?.[1] ?? at;
}

/** Where a person looks first, then what stands there: file and line for manifests, the admin page for an Envoy. */
function evidenceText(evidence: ReportEvidence, { wide }: Amount, look: Look): string {
  const { source, note, value } = evidence;
  if (source === 'coverage') return note ?? '';
  const at = evidencePlace(evidence);
  const whole = oneLine(valueText(value, mostOfValue));
  const shown = wide ? whole : truncate(whole, Math.max(40, look.width * 2), sign(look, 'ellipsis'));
  if (note === null) return shown === '' ? at : `${at}: ${shown}`;
  return typeof value === 'number' || wide ? `${note} = ${shown} (${at})` : `${note} (${at})`;
}

const mostOfValue = 2000;

function aboutObject(object: ReportObject): string {
  const place = objectPlace(object);
  return `${objectText(object)}${place === '' ? '' : `  ${place}`}`;
}

/** `GatewayRoute shop/cart -> VirtualService shop/cart -> …`, the fault marked by a word. */
function wayText({ request, stations }: ReportWay): string {
  const said = stations.map(({ name, state }) => (state === 'fault' ? `${name} [fault]` : name));
  return `${request}: ${said.join(' -> ')}`;
}

function fixLines(fix: Fix, index: number, count: number, look: Look): readonly string[] {
  const number = count > 1 ? `${index + 1}. ` : '';
  const facts = fixFacts(fix).join(` ${sign(look, 'dot')} `);
  const lines = [...part(look, index === 0 ? 'Do' : '', `${number}${fix.say} (${facts})`)];
  if (fix.command !== undefined) lines.push(...commandLines(oneLine(fix.command), look));
  return lines;
}

/** A command stays whole for copying: broken only at spaces outside quotes, with a backslash. */
function commandLines(command: string, look: Look): readonly string[] {
  const indent = ' '.repeat(label + 2);
  const lines: string[] = [];
  let line = `${indent}$`;
  for (const word of command.match(/(?:\\.|'[^']*'|[^\s'])+|'/g) ?? []) {
    if (`${line} ${word} \\`.length > look.width && line.trim() !== '$') {
      lines.push(`${line} \\`);
      line = `${indent}   `;
    }
    line = `${line} ${word}`;
  }
  return [...lines, line];
}
