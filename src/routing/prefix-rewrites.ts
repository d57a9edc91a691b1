import { asObject, asText } from '../lib/json.ts';
import type { Model } from '../model/model.ts';
import { type Entry, type GatewayTable, innerEntriesOf } from './gateway-tables.ts';
import type { RoutingRequest } from './match/request.ts';
import { type RouteFact, type RouteFacts, routeFacts } from './route-facts.ts';
import { pathTestOf, type RouteOrigin } from './route-origin.ts';
import { madeBy, requestFor } from './sample.ts';

/** The routes of a gateway that cut the prefix they match by default, each with a request that goes on without it. */
export function cutPrefixes(model: Model, table: GatewayTable): RouteFacts {
  return routeFacts(model, table, cutRequest, (decision, { route }) => madeBy(decision, route) === true);
}

/** A request below a prefix that a default cuts: a rewrite that somebody wrote is a wish. */
function cutRequest(entry: Entry, { written }: RouteOrigin): RoutingRequest | null {
  const test = pathTestOf(entry.route);
  const { action } = entry.route;
  if (test?.kind !== 'prefix' || test.value === '/' || action.type !== 'forward') return null;
  if (action.path.kind !== 'prefix' || action.path.value !== '/') return null;
  if (written && asText(asObject(asObject(written.action.rewrite).prefix).value) !== undefined) return null;
  return below(entry, test.value);
}

function below(entry: Entry, prefix: string): RoutingRequest | null {
  const request = requestFor(entry);
  const query = request?.target?.replace(/^[^?]*/, '') ?? '';
  return request && { ...request, target: `${prefix}${prefix.endsWith('/') ? '' : '/'}x${query}` };
}

/** True where the cut request finds no route at the VirtualService, and one of its routes asks for the uncut path. */
export function asksForPrefix({ table }: GatewayTable, { decision, entry }: RouteFact): boolean {
  const host = decision.hops[1]?.virtualHost;
  const prefix = pathTestOf(entry.route);
  if (decision.outcome !== 'no-route' || !host || prefix?.kind !== 'prefix') return false;
  const wanted = prefix.value.replace(/\/$/, '');
  return innerEntriesOf(table).some((inner) => {
    const test = inner.host.name === host ? pathTestOf(inner.route) : undefined;
    return (test?.kind === 'prefix' || test?.kind === 'exact') && `${test.value}/`.startsWith(`${wanted}/`);
  });
}

/** The routes of a gateway whose rewrite leaves `//`: a prefix without a slash at its end, replaced by one with a slash. */
export function doubledSlashes(model: Model, table: GatewayTable): RouteFacts {
  return routeFacts(
    model,
    table,
    (entry) => {
      const test = pathTestOf(entry.route);
      const { action } = entry.route;
      if (test?.kind !== 'prefix' || test.value.endsWith('/') || action.type !== 'forward') return null;
      return action.path.kind === 'prefix' && action.path.value.endsWith('/') ? below(entry, test.value) : null;
    },
    (decision, { route }) =>
      madeBy(decision, route) === true && decision.hops[0]?.rewrite?.path.includes('//') === true,
  );
}
