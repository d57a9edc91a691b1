import type { ReportFinding } from '../report/document.ts';
import type { FindingChange } from '../report/finding-changes.ts';
import type { Log } from './log.ts';

const levels = { error: 'error', warning: 'warning', info: 'info' } as const;

/** What became of a finding, as a line of the log. */
export function lineOf({ what, finding }: FindingChange): Parameters<Log>[0] {
  const { id, rule, severity, effect, title, message, docs } = finding;
  return {
    level: what === 'gone' || effect === 'standing' ? 'info' : levels[severity],
    event: `finding-${what}`,
    finding: id,
    rule,
    severity,
    effect,
    objects: finding.objects.map(objectText),
    title,
    message,
    docs,
  };
}

function objectText({ kind, namespace, name }: ReportFinding['objects'][number]): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;
}
