import { asList, asNumber, asObject, asText, isObject, type JsonObject, pointer } from '../../lib/json.ts';
import type { RouterRoute, VirtualNode, VirtualRouter, VirtualService } from '../../model/mesh/kinds.ts';
import { virtualNode, virtualRouter } from '../../model/mesh/links.ts';
import type { Model } from '../../model/model.ts';
import { presentValue } from '../../model/relation.ts';
import { within } from '../../snapshot/object.ts';
import { nodeCluster } from './clusters.ts';
import { lowestPriority, type MadeRoute, orderOf } from './ingress.ts';
import { translateMatch } from './match.ts';
import { originAt } from './translation.ts';

/** The routes of a VirtualService; null: what answers for it was not read. */
export function routesOfService(model: Model, service: VirtualService, mesh: string): readonly MadeRoute[] | null {
  const { provider } = service;
  if (provider.type === 'none') return [];
  if (provider.type === 'elsewhere') return null;
  if (provider.type === 'node') {
    const node = virtualNode(model, provider.target);
    if (node.state === 'absent') return [];
    const [listener, ...others] = presentValue(node)?.listeners ?? [];
    if (node.state === 'unknown' || !listener || others.length > 0 || listener.port === null) return null;
    const cluster = nodeCluster(mesh, node.value, listener.port, listener.protocol);
    return [
      {
        json: { match: { prefix: '/' }, route: { cluster: cluster.name, timeout: '15s' } },
        clusters: [cluster],
        origin: originAt(within(service.place, '/spec/provider'), {
          ref: service.ref,
          grade: 'observed',
          order: { priority: lowestPriority, prefixLength: 1 },
          notes: [],
        }),
      },
    ];
  }
  const router = virtualRouter(model, provider.target);
  if (router.state === 'absent') return [];
  if (router.state === 'unknown') return null;
  const made: MadeRoute[] = [];
  for (const [index, route] of router.value.routes.entries()) {
    const one = translateRouterRoute(model, router.value, route, index, mesh);
    if (one === 'unknown') return null;
    if (one) made.push(one);
  }
  return made;
}

/** A route of a VirtualRouter; null: App Mesh left it out (targets with different ports and none given). */
function translateRouterRoute(
  model: Model,
  router: VirtualRouter,
  route: RouterRoute,
  index: number,
  mesh: string,
): MadeRoute | null | 'unknown' {
  const body = asObject(asList(router.spec.routes)[index]);
  const type = (['httpRoute', 'http2Route', 'grpcRoute'] as const).find((name) => isObject(body[name]));
  if (!type) return null;
  const spec = asObject(body[type]);
  const clusters: JsonObject[] = [];
  const weighted: JsonObject[] = [];
  const ports = new Set<number>();
  for (const target of route.targets) {
    const node = virtualNode(model, target);
    if (node.state === 'absent') return null;
    if (node.state === 'unknown') return 'unknown';
    const listener = listenerOf(node.value, target.port);
    if (!listener) return 'unknown';
    ports.add(listener.port);
    const cluster = nodeCluster(mesh, node.value, listener.port, listener.protocol);
    clusters.push(cluster);
    weighted.push({ name: cluster.name, weight: target.weight ?? 0 });
  }
  if (ports.size > 1 && route.targets.some(({ port }) => port === null)) return null;
  const translated = translateMatch(asObject(spec.match), type);
  const [path] = translated.paths;
  if (!path || weighted.length === 0) return null;
  return {
    json: {
      match: { ...path.match, ...translated.common },
      route: { weighted_clusters: { clusters: weighted }, ...timeoutsOf(spec), ...retriesOf(spec) },
    },
    clusters,
    origin: originAt(within(router.place, pointer('spec', 'routes', index)), {
      ref: router.ref,
      grade: translated.grade,
      order: orderOf(body.priority, path),
      notes: translated.notes,
    }),
  };
}

function listenerOf(
  node: VirtualNode,
  port: number | null,
): { readonly port: number; readonly protocol: string } | null {
  const fitting = node.listeners.filter((listener) => port === null || listener.port === port);
  const [only, ...others] = fitting;
  if (!only || only.port === null || others.length > 0) return null;
  return { port: only.port, protocol: only.protocol };
}

/** perRequest, or App Mesh's 15 s; 0 switches it off. */
function timeoutsOf(spec: JsonObject): JsonObject {
  const { perRequest, idle } = asObject(spec.timeout);
  const idleTimeout = durationText(asObject(idle));
  return {
    timeout: durationText(asObject(perRequest)) ?? '15s',
    ...(idleTimeout === null ? {} : { idle_timeout: idleTimeout }),
  };
}

function durationText(duration: JsonObject): string | null {
  const value = asNumber(duration.value);
  if (value === undefined) return null;
  return asText(duration.unit) === 'ms' ? `${value / 1000}s` : `${value}s`;
}

const statuses = new Map(
  Object.entries({
    'server-error': [500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511],
    'gateway-error': [502, 503, 504],
    'client-error': [409],
  }),
);

const previousHosts = {
  '@type': 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
};

function retriesOf(spec: JsonObject): JsonObject {
  if (!isObject(spec.retryPolicy)) return {};
  const policy = spec.retryPolicy;
  const events = [
    ...asList(policy.httpRetryEvents),
    ...asList(policy.tcpRetryEvents),
    ...asList(policy.grpcRetryEvents),
  ];
  const codes = events.flatMap((event) => (typeof event === 'string' ? (statuses.get(event) ?? []) : []));
  const on = [
    ...(events.includes('connection-error') ? ['reset'] : []),
    ...(events.includes('stream-error') ? ['refused-stream'] : []),
    ...(codes.length > 0 ? ['retriable-status-codes'] : []),
    ...asList(policy.grpcRetryEvents).filter((event) => typeof event === 'string'),
  ];
  const perTry = durationText(asObject(policy.perRetryTimeout));
  return {
    retry_policy: {
      retry_on: on.join(','),
      num_retries: asNumber(policy.maxRetries) ?? 0,
      ...(perTry === null ? {} : { per_try_timeout: perTry }),
      ...(codes.length > 0 ? { retriable_status_codes: codes } : {}),
      retry_host_predicate: [{ name: 'envoy.retry_host_predicates.previous_hosts', typed_config: previousHosts }],
      host_selection_retry_max_attempts: '5',
    },
  };
}
