import type { Model } from '../model/model.ts';
import type { GatewayTable } from '../routing/gateway-tables.ts';
import type { RouteFact } from '../routing/route-facts.ts';
import { witnessOf } from '../routing/witness.ts';
import { configEffect, isFrozen } from './effect.ts';
import type { FindingDraft } from './finding.ts';

const most = 20;

type AboutRoutes = Pick<FindingDraft, 'effect' | 'evidence' | 'affects' | 'witness'>;

/** What one finding about many routes of a gateway shares: effect, the first 20 as evidence and objects, the first request. */
export function aboutRoutes(
  model: Model,
  { gateway, envoy }: GatewayTable,
  facts: readonly [RouteFact, ...RouteFact[]],
): AboutRoutes {
  const [first, ...rest] = facts;
  const witness = witnessOf(first.request);
  return {
    effect: envoy ? 'traffic' : configEffect(model, [gateway], 'unseen'),
    evidence: [first.origin.evidence(), ...rest.slice(0, most - 1).map(({ origin }) => origin.evidence())],
    affects: facts.slice(0, most).flatMap(({ origin }) => (origin.written ? [origin.written.object.ref] : [])),
    ...(witness ? { witness } : {}),
  };
}

/** The same for how routes are by default, which is no fault: on a gateway that takes no configuration any more it stays so. */
export function aboutDefaults(
  model: Model,
  table: GatewayTable,
  facts: readonly [RouteFact, ...RouteFact[]],
): AboutRoutes {
  const about = aboutRoutes(model, table, facts);
  return isFrozen(table.gateway) ? { ...about, effect: 'standing' } : about;
}
