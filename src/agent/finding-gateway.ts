import type { PodMeasure } from '../diagnose/measured.ts';
import type { ReportDocument, ReportFinding } from '../report/document.ts';
import { isHalfGone, targetsOf } from './targets.ts';

/** The gateway a finding is about: one it names, else the only one of the namespace it speaks of. */
export function gatewayOf({ objects }: ReportFinding, { gateways }: Pick<ReportDocument, 'gateways'>): string {
  const named = objects.find(({ kind }) => kind === 'VirtualGateway');
  if (named) return `${named.namespace}/${named.name}`;
  const near = gateways.filter(({ ref }) => objects.some(({ namespace }) => namespace === ref.namespace));
  const [only, ...others] = near.length > 0 ? near : gateways;
  return only && others.length === 0 ? `${only.ref.namespace}/${only.ref.name}` : 'other';
}

/**
 * How many targets of a gateway have pods whose injected Envoy never started, and how many of these are lost: nothing of
 * them serves, or fewer than half of their members are healthy. A target is of every gateway whose Envoys have it.
 */
export function deadTargets(
  gateway: string,
  pods: readonly PodMeasure[],
  document: ReportDocument,
): { readonly dead: number; readonly lost: number } {
  const targets = targetsOf(pods);
  const found = document.findings.filter(({ rule, suppressed }) => rule === 'sidecar-never-configured' && !suppressed);
  const dead = found.flatMap((finding) => {
    const node = finding.objects.find(({ kind }) => kind === 'VirtualNode');
    const seen = targets.get(`${node?.namespace}/${node?.name}`);
    // Where no Envoy of it was read, nobody knows its targets.
    if (!seen && (targets.size > 0 || gatewayOf(finding, document) !== gateway)) return [];
    return [{ isLost: finding.effect === 'traffic' || (seen !== undefined && isHalfGone(seen)) }];
  });
  return { dead: dead.length, lost: dead.filter(({ isLost }) => isLost).length };
}
