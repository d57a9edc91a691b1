import type { Fix } from '../../diagnose/finding.ts';
import { hang, oneLine, truncate } from '../../lib/text.ts';
import type { ReportEvidence, ReportFinding, ReportObject } from '../document.ts';
import { type Look, paint, severityStyle, sign } from './paint.ts';

const label = 10;

/** One root cause as a person reads it: what, effect, cause, evidence, what to do and what never to do. */
export function renderFinding(
  finding: ReportFinding,
  symptoms: readonly ReportFinding[],
  look: Look,
  all: boolean,
): readonly string[] {
  const most = all ? Number.POSITIVE_INFINITY : 3;
  const lines = [...renderNote(finding, look), ...part(look, 'Effect', effectText(finding, symptoms))];
  lines.push(...several('Change', finding.changes, most, look, ({ at, what }) => `${clockOf(at)} ${what}`));
  if (finding.cause !== '') lines.push(...part(look, 'Why', finding.cause));
  lines.push(...several('Seen', finding.evidence, most, look, evidenceText));
  lines.push(...several('About', finding.objects, most, look, objectText));
  if (finding.witness) {
    lines.push(...part(look, 'Try', 'with the port of the gateway forwarded to this machine:'));
    lines.push(...commandLines(oneLine(finding.witness.curl), look));
  }
  for (const [index, fix] of finding.fix.entries()) lines.push(...fixLines(fix, index, finding.fix.length, look));
  for (const { say, because } of finding.avoid) lines.push(...part(look, 'Never', neverText(say, because)));
  if (symptoms.length > 0) {
    const rules = [...new Set(symptoms.map(({ rule }) => rule))].join(', ');
    const what = symptoms.length === 1 ? 'one more finding' : `${symptoms.length} more findings`;
    lines.push(...part(look, 'Also', `explains ${what}: ${rules}`));
    if (all) for (const symptom of symptoms) lines.push(...part(look, '', `${symptom.rule}: ${symptom.message}`));
  }
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
  toText: (item: T, look: Look) => string,
): readonly string[] {
  const shown = items.slice(0, most);
  const lines = shown.flatMap((item, index) => part(look, index === 0 ? name : '', toText(item, look)));
  const left = items.length - shown.length;
  return left > 0 ? [...lines, ...part(look, '', `and ${left} more (--all)`)] : lines;
}

/** How much traffic is hit may be known of a symptom alone: the counters tell of the cluster, not of its cause. */
function effectText(
  { effect, impact: own, since, severity }: ReportFinding,
  symptoms: readonly ReportFinding[],
): string {
  const impact = own ?? symptoms.find((symptom) => symptom.impact !== null)?.impact ?? null;
  const rate = impact ? `, about ${aboutText(impact.requestsPerMinute)} a minute` : '';
  const when = since === null ? '' : ` Since ${since}.`;
  if (effect === 'traffic')
    return `${severity === 'error' ? 'Requests are hit now' : 'Requests can be hit now'}${rate}.${when}`;
  if (effect === 'standing') return `No request is hit; it stays so until you leave this gateway.${when}`;
  return `No request is hit now: some would be once configuration moves again, or at the next restart.${when}`;
}

/** The time of day, in UTC, of an ISO time. */
function clockOf(at: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(at)?.[1] ?? at;
}

/** Where a person looks first, then what stands there: file and line for manifests, the admin page for an Envoy. */
function evidenceText(evidence: ReportEvidence, look: Look): string {
  const { file, line, origin, source, note, value } = evidence;
  if (source === 'coverage') return note ?? '';
  const at = file !== null ? `${file}:${line}` : `${source} of ${placeOf(origin)}`;
  const shown = value === null || value === undefined ? '' : shortValue(value, look);
  if (note === null) return shown === '' ? at : `${at}: ${shown}`;
  return typeof value === 'number' ? `${note} = ${shown} (${at})` : `${note} (${at})`;
}

/** An admin endpoint without its path: the page is named by the source. */
function placeOf(origin: string | null): string {
  return (origin ?? '').replace(/^(https?:\/\/[^/]+|unix:.*?)\/[a-z_]+(\?.*)?$/, '$1');
}

function shortValue(value: unknown, look: Look): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return truncate(oneLine(text.slice(0, 2000)), Math.max(40, look.width * 2), sign(look, 'ellipsis'));
}

function objectText({ kind, namespace, name, file, line }: ReportObject): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}${file === null ? '' : `  ${file}:${line}`}`;
}

function fixLines(fix: Fix, index: number, count: number, look: Look): readonly string[] {
  const number = count > 1 ? `${index + 1}. ` : '';
  const dot = sign(look, 'dot');
  const when = `(${worksText[fix.works]} ${dot} restarts ${fix.restarts === 'nothing' ? 'nothing' : `the ${fix.restarts}`})`;
  const lines = [...part(look, index === 0 ? 'Do' : '', `${number}${fix.say} ${when}`)];
  if (fix.command !== undefined) lines.push(...commandLines(oneLine(fix.command), look));
  return lines;
}

const worksText: Readonly<Record<Fix['works'], string>> = {
  now: 'works now',
  'through-rescue': 'works on a gateway rebuilt from a copy',
  'after-migration': 'this gateway takes no configuration any more: works after you move off it',
  'needs-control-plane': 'needs a control plane',
};

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

function aboutText(rate: number): string {
  return rate < 10 ? String(rate) : String(Math.round(rate));
}

/** `Do not restart it.` reads, after the word Never: `restart it: it comes back empty`. */
function neverText(say: string, because: string): string {
  const what = say.replace(/^Do not /, '').replace(/\.$/, '');
  return `${what}: ${because}.`;
}
