import type { Model } from '../../model/model.ts';
import type { Pod } from '../../model/platform/kinds.ts';
import { annotate, type Occupied } from './occupied.ts';
import type { Threat } from './threat.ts';

const keep = 'karpenter.sh/do-not-disrupt';

/**
 * Karpenter's ways to take a node. `do-not-disrupt` and strict budgets hold against consolidation and drift; not against
 * expiry and interruption, and with a terminationGracePeriod only for that long (karpenter.sh, concepts/disruption).
 */
export function* karpenterThreats(model: Model, { node, pods, guarded }: Occupied): Iterable<Threat> {
  const poolName = node.labels['karpenter.sh/nodepool'] ?? node.labels['karpenter.sh/provisioner-name'];
  if (poolName === undefined) return;
  const pool = model.platform.nodePools.find(({ ref }) => ref.name === poolName);
  const claim = model.platform.nodeClaims.find((candidate) => candidate.node === node.ref.name);
  const grace = claim?.terminationGracePeriod ?? pool?.terminationGracePeriod ?? null;
  const open = pods.filter((pod) => node.annotations[keep] !== 'true' && !keeps(pod));
  const exposed = !guarded && open.length > 0;
  const { name } = node.ref;
  const stop = annotate(
    open.length > 0 ? open : pods,
    `${keep}=true`,
    'Forbid Karpenter to disrupt them: holds against consolidation and drift, not against expiry, Spot and node repair.',
  );
  const names = open.map(({ ref }) => ref.name).join(', ');
  const drifted = claim?.conditions.find(({ type, status }) => type === 'Drifted' && status === 'True');
  if (claim && drifted && (exposed || grace !== null)) {
    const until = exposed ? '' : `, and after its terminationGracePeriod ${grace} nothing holds it`;
    const says = `node ${name} has drifted: Karpenter replaces it${until}`;
    yield { level: 'likely', says, evidence: claim.at(drifted.path), stop: exposed ? stop : null };
  } else if (exposed && pool?.consolidates !== false) {
    const label = node.labels['karpenter.sh/nodepool'] === undefined ? 'provisioner-name' : 'nodepool';
    const evidence = node.at(`metadata.labels["karpenter.sh/${label}"]`);
    yield { level: 'likely', says: `Karpenter may consolidate node ${name} (${names})`, evidence, stop };
  }
  const expiry = claim?.expireAfter ?? pool?.expireAfter ?? null;
  const born = node.createdAt ?? claim?.createdAt ?? null;
  const lifetime = expiry === null ? null : durationMs(expiry);
  if (lifetime === null || born === null || Number.isNaN(Date.parse(born))) return;
  const ends = Date.parse(born) + lifetime;
  const due = ends <= Date.parse(model.now);
  const day = new Date(ends).toISOString().slice(0, 10);
  const hold = grace === null ? '' : `; what blocks the drain is deleted ${grace} later`;
  const evidence = claim?.expireAfter ? claim.at('spec.expireAfter') : pool?.at(pool.expireAfterPath);
  if (!evidence) return;
  yield {
    level: due ? 'under-way' : 'likely',
    says: `node ${name} ${due ? `expired on ${day} (Karpenter, expireAfter ${expiry}) and is being drained` : `expires on ${day} (Karpenter, expireAfter ${expiry})`}${hold}`,
    evidence,
    stop: null,
  };
}

function keeps({ annotations }: Pod): boolean {
  return annotations[keep] === 'true' || annotations['karpenter.sh/do-not-evict'] === 'true';
}

/** Beyond it a node outlives everybody: a thousand years, well within what Date can hold. */
const longest = 1000 * 366 * 86_400_000;

/** Milliseconds of a Go duration (`720h`, `1h30m`); null for `Never` and what is none. */
function durationMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?(h|m|s))+$/.test(text)) return null;
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g))
    sum += Number(count) * (units[unit ?? ''] ?? 0);
  return sum > 0 && sum < longest ? sum : null;
}
