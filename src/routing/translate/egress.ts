import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import { nodeClusterName } from '../../model/envoy/naming.ts';
import type { RouterRoute, VirtualNode, VirtualRouter, VirtualService } from '../../model/mesh/kinds.ts';
import { virtualNode, virtualRouter } from '../../model/mesh/links.ts';
import type { Model } from '../../model/model.ts';
import { presentValue } from '../../model/relation.ts';
import type { MadeRoute } from './ingress.ts';
import { translateMatch } from './match.ts';

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
    const cluster = nodeClusterName(mesh, node.value.awsName, listener.protocol, listener.port);
    const evidence = service.at('spec.provider');
    return [
      {
        json: { match: { prefix: '/' }, route: { cluster, timeout: '15s' } },
        priority: 0,
        path: { match: { prefix: '/' }, kind: 'prefix', text: '/' },
        part: 0,
        object: null,
        source: { ref: service.ref, document: evidence.document, pointer: evidence.pointer },
        grade: 'observed',
        notes: [],
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

const lowestPriority = 1000;

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
  const clusters: { readonly name: string; readonly weight: number }[] = [];
  const ports = new Set<number>();
  for (const target of route.targets) {
    const node = virtualNode(model, target);
    if (node.state === 'absent') return null;
    if (node.state === 'unknown') return 'unknown';
    const listener = listenerOf(node.value, target.port);
    if (!listener) return 'unknown';
    ports.add(listener.port);
    clusters.push({
      name: nodeClusterName(mesh, node.value.awsName, listener.protocol, listener.port),
      weight: target.weight ?? 0,
    });
  }
  if (ports.size > 1 && route.targets.some(({ port }) => port === null)) return null;
  const translated = translateMatch(asObject(spec.match), type);
  const [path] = translated.paths;
  const [only, ...others] = clusters;
  if (!path || !only) return null;
  const target = others.length === 0 ? { cluster: only.name } : { weighted_clusters: { clusters } };
  const evidence = router.at(route.path);
  return {
    json: {
      match: { ...path.match, ...translated.common },
      route: { ...target, timeout: timeoutOf(spec), ...retriesOf(spec) },
    },
    priority: asNumber(body.priority) ?? lowestPriority,
    path,
    part: 0,
    object: null,
    source: { ref: router.ref, document: evidence.document, pointer: evidence.pointer },
    grade: translated.grade,
    notes: translated.notes,
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
function timeoutOf(spec: JsonObject): string {
  return durationText(asObject(asObject(spec.timeout).perRequest)) ?? '15s';
}

function durationText(duration: JsonObject): string | null {
  const value = asNumber(duration.value);
  if (value === undefined) return null;
  return asText(duration.unit) === 'ms' ? `${value / 1000}s` : `${value}s`;
}

const statuses: Readonly<Record<string, readonly number[]>> = {
  'server-error': [500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511],
  'gateway-error': [502, 503, 504],
  'client-error': [409],
};

function retriesOf(spec: JsonObject): JsonObject {
  if (!isObject(spec.retryPolicy)) return {};
  const policy = spec.retryPolicy;
  const events = [
    ...asList(policy.httpRetryEvents),
    ...asList(policy.tcpRetryEvents),
    ...asList(policy.grpcRetryEvents),
  ];
  const codes = events.flatMap((event) => (typeof event === 'string' ? (statuses[event] ?? []) : []));
  const on = [
    ...(events.includes('connection-error') ? ['reset'] : []),
    ...(events.includes('stream-error') ? ['refused-stream'] : []),
    ...(codes.length > 0 ? ['retriable-status-codes'] : []),
    ...asList(policy.grpcRetryEvents).filter((event) => typeof event === 'string'),
  ];
  return {
    retry_policy: {
      retry_on: on.join(','),
      num_retries: asNumber(policy.maxRetries) ?? 0,
      ...(codes.length > 0 ? { retriable_status_codes: codes } : {}),
    },
  };
}
