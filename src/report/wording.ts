import { plural } from '../lib/plural.ts';
import { truncate } from '../lib/width.ts';
import type { Avoid, Fix, Severity } from '../diagnose/finding.ts';
import { refText } from '../snapshot/object.ts';
import type { ReportDocument, ReportEvidence, ReportFinding, ReportObject } from './document.ts';
import { lookedAt } from './outline.ts';
import { percentText } from './traffic-wording.ts';

/** A severity as a word. */
export const severityText: Readonly<Record<Severity, string>> = { error: 'Error', warning: 'Warning', info: 'Info' };

/** What a gateway without control plane is, and how that is known. */
export const frozenText: Readonly<Record<ReportDocument['gateways'][number]['frozen'], string>> = {
  observed: 'frozen: its control plane is gone',
  assumed: 'frozen, as every App Mesh gateway since 2026-09-30 (assumed: no Envoy told)',
  no: '',
  unknown: '',
};

const worksText: Readonly<Record<Fix['works'], string>> = {
  now: 'works now',
  'through-rescue': 'works on a gateway rebuilt from a copy',
  'after-migration': 'this gateway takes no configuration any more: works after you move off it',
  'needs-control-plane': 'needs a control plane',
};

/** When a fix works and what it restarts: two facts that belong beside every fix. */
export function fixFacts({ works, restarts }: Fix): readonly [string, string] {
  return [worksText[works], `restarts ${restarts === 'nothing' ? 'nothing' : `the ${restarts}`}`];
}

/** `Do not restart it.` reads, after the word Never: `restart it: it comes back empty.` */
export function neverText({ say, because }: Avoid): string {
  const what = say.replace(/^Do not /, '').replace(/\.$/, '');
  return `${what}: ${because}.`;
}

/** How much traffic is hit may be known of a symptom alone: the counters tell of the cluster, not of its cause. */
export function effectText(
  { effect, impact: own, since, severity, rule }: ReportFinding,
  symptoms: readonly ReportFinding[],
): string {
  const impact = own ?? symptoms.find((symptom) => symptom.impact !== null)?.impact ?? null;
  const share = impact?.share ? `, ${percentText(impact.share, 1)} of the gateway's` : '';
  const rate = impact ? `, about ${aboutText(impact.requestsPerMinute)} a minute${share}` : '';
  const when = since === null ? '' : ` Since ${since}.`;
  if (rule.startsWith('suppression-')) return 'No request is hit: it is about what is told and what is not.';
  if (effect === 'traffic')
    return `${severity === 'error' ? 'Requests are hit now' : 'Requests can be hit now'}${rate}.${when}`;
  if (effect === 'standing') return `No request is hit; it stays so until you leave this gateway.${when}`;
  return `No request is hit now: some would be once configuration moves again, or at the next restart.${when}`;
}

function aboutText(rate: number): string {
  return rate < 10 ? String(rate) : String(Math.round(rate));
}

/** Where a person looks for evidence: file and line of manifests, the admin page of an Envoy; empty for what was not seen. */
export function evidencePlace({ file, line, origin, source }: ReportEvidence): string {
  if (source === 'coverage') return '';
  return file !== null ? `${file}:${line}` : `${source} of ${withoutPath(origin)}`;
}

/** An admin endpoint without its path: the page is named by the source. */
function withoutPath(origin: string | null): string {
  return (origin ?? '').replace(/^(https?:\/\/[^/]+|unix:.*?)\/[a-z_]+(\?.*)?$/, '$1');
}

/** A value as text: JSON, or the string itself; empty for none. At most `most` characters. */
export function valueText(value: unknown, most: number): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.slice(0, most);
}

/** A text cut to so many columns; one that somebody made very long costs no more than one that is not. */
export function shortText(text: string, most: number): string {
  return truncate(text.slice(0, most * 4), most);
}

/** An object as people say it, without its place. */
export function objectText(object: Pick<ReportObject, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  return refText(object);
}

/** Where an object is written; empty where no file holds it. */
export function objectPlace({ file, line }: ReportObject): string {
  return file === null ? '' : `${file}:${line}`;
}

/** A gateway and what of it was read, in a line. */
export function gatewayText(
  { ref, cluster, envoys, live, frozen }: ReportDocument['gateways'][number],
  dot: string,
): string {
  const seen = envoys === 0 ? 'no Envoy read' : `${plural(envoys, 'Envoy')}, ${live} live`;
  const where = cluster === null ? '' : `${cluster} ${dot} `;
  return `${where}${refText(ref)}: ${[seen, frozenText[frozen]].filter(Boolean).join(` ${dot} `)}`;
}

/** A moment as people read it. */
export function momentText(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

/** Over how long counters were read; empty where there was one reading or none. */
export function windowText({ window }: ReportDocument): string {
  if (!window) return '';
  const seconds = (Date.parse(window.covered.to) - Date.parse(window.covered.from)) / 1000;
  return `counters read over ${Math.round(seconds)} s`;
}

/** The last word, in parts. It never says that all is well where a rule could not look. */
export function tallyParts(document: ReportDocument, roots: number, more: string): readonly string[] {
  const { summary, checks } = document;
  const { whole, partly, blind, failed } = lookedAt(document);
  const stopped = failed.flatMap(({ rule, failed: why }) => (why?.startsWith('stopped: ') ? [`${rule} ${why}`] : []));
  const broken = failed.filter(({ failed: why }) => !why?.startsWith('stopped: ')).map(({ rule }) => rule);
  const parts = [
    ...(blind.length > 0 ? [`${blind.length} could not look`] : []),
    ...(partly.length > 0 ? [`${partly.length} could look at a part only`] : []),
    ...(broken.length > 0 ? [`${broken.join(', ')} failed: please report this`] : []),
    ...stopped,
  ];
  const rest = parts.length > 0 ? `; ${parts.join('; ')}${more}` : '';
  const looked = `${whole.length} of ${checks.length} rules looked at everything they need`;
  const standing = summary.standing > 0 ? [`${summary.standing} standing`] : [];
  const suppressed = summary.suppressed > 0 ? [`${summary.suppressed} suppressed`] : [];
  const apart = [...standing, ...suppressed];
  if (summary.error + summary.warning + summary.info > 0) {
    const counts = `${plural(summary.error, 'error')}, ${plural(summary.warning, 'warning')}, ${summary.info} info`;
    return [`${counts} from ${plural(roots, 'root cause')}`, ...apart, `${looked}${rest}`];
  }
  const quiet = (summary.known ?? 0) + summary.suppressed > 0;
  if (summary.complete) return [`No ${quiet ? 'other ' : ''}problem found`, ...apart, looked];
  return [`Nothing ${quiet ? 'else ' : ''}found in what could be seen`, ...apart, `${looked}${rest}`];
}
