import { asList, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import { without } from './edit.ts';
import { type Ledger, modernize, refuse } from './modernize.ts';
import type { RescueSource } from './source.ts';

const managerType = '.HttpConnectionManager';

/** A listener that needs no control plane: the routes its connection managers asked for stand inside it. */
export function standaloneListener(listener: JsonObject, source: RescueSource, ledger: Ledger): JsonObject {
  const name = asText(listener.name) ?? '(nameless)';
  const chain = (value: unknown): JsonObject => {
    const held = asObject(value);
    if (isObject(held.tls_context)) refuse(ledger, `TLS of listener ${name}`, 'it is written in the v2 API of Envoy');
    return {
      ...held,
      filters: asList(held.filters).map((filter) => withRoutes(asObject(filter), name, source, ledger)),
    };
  };
  const plain = without(listener, '@type');
  const standing = {
    ...plain,
    ...(Array.isArray(plain.filter_chains) ? { filter_chains: plain.filter_chains.map(chain) } : {}),
    ...(isObject(plain.default_filter_chain) ? { default_filter_chain: chain(plain.default_filter_chain) } : {}),
  };
  return modernize(standing, `listener ${name}`, ledger);
}

function withRoutes(filter: JsonObject, listener: string, source: RescueSource, ledger: Ledger): JsonObject {
  const manager = filter.typed_config;
  if (!isObject(manager) || !asText(manager['@type'])?.endsWith(managerType)) return filter;
  if (isObject(manager.scoped_routes)) {
    refuse(ledger, `scoped routes of listener ${listener}`, 'which of them a request gets is not translated');
    return filter;
  }
  if (!isObject(manager.rds)) return filter;
  const name = asText(manager.rds.route_config_name) ?? '';
  const routes = source.routeConfigs.get(name);
  if (!routes) {
    refuse(
      ledger,
      `route configuration ${name}`,
      `listener ${listener} asks for it, and the dump does not hold it: its sections are of different moments, or cut`,
      'save /config_dump?include_eds again, in one piece',
    );
    return filter;
  }
  return { ...filter, typed_config: { ...without(manager, 'rds'), route_config: inlineRoutes(routes, ledger) } };
}

/**
 * Inline, Envoy checks by default that each route's cluster exists, and one that does not stops the whole bootstrap;
 * by RDS it answers 503 for that route alone. So it stays.
 */
function inlineRoutes(routes: JsonObject, ledger: Ledger): JsonObject {
  if (isObject(routes.vhds)) {
    refuse(ledger, `virtual hosts of ${asText(routes.name)}`, 'they came one by one from the control plane (VHDS)');
  }
  return { ...without(routes, '@type'), validate_clusters: false };
}
