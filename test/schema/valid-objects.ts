import { parse } from 'yaml';
import { asObject, type JsonObject } from '../../src/lib/json.ts';

/** A spec that its kind allows. */
export interface ValidObject {
  readonly kind: string;
  readonly spec: JsonObject;
}

const written: Readonly<Record<string, readonly string[]>> = {
  Mesh: [
    '{ namespaceSelector: { matchLabels: { mesh: shop } }, egressFilter: { type: ALLOW_ALL } }',
    '{ namespaceSelector: {}, meshServiceDiscovery: { ipPreference: IPv6_ONLY } }',
  ],
  VirtualGateway: [
    `{ namespaceSelector: { matchExpressions: [{ key: a, operator: In, values: [b] }] }, podSelector: { matchLabels: { app: edge } },
       listeners: [{ portMapping: { port: 8088, protocol: http }, connectionPool: { http: { maxConnections: 100, maxPendingRequests: 10 } },
         healthCheck: { intervalMillis: 5000, protocol: http, timeoutMillis: 2000, unhealthyThreshold: 2, path: /ping } }],
       logging: { accessLog: { file: { path: /dev/stdout, format: { json: [{ key: a, value: '%PATH%' }] } } } } }`,
    `{ listeners: [{ portMapping: { port: 443, protocol: http2 }, tls: { mode: STRICT, certificate: { sds: { secretName: a } },
         validation: { trust: { acm: { certificateAuthorityARNs: [arn] } } } } }],
       backendDefaults: { clientPolicy: { tls: { enforce: true, ports: [443], validation: { trust: { file: { certificateChain: /ca } },
         subjectAlternativeNames: { match: { exact: [a.b] } } } } } } }`,
  ],
  GatewayRoute: [
    `{ priority: 0, httpRoute: { match: { prefix: /cart, method: GET, hostname: { suffix: .example.com }, port: 8088,
         headers: [{ name: x-user, match: { range: { start: 1, end: 5 } }, invert: true }, { name: x-any }],
         queryParameters: [{ name: q, match: { exact: '1' } }] },
       action: { target: { port: 8080, virtualService: { virtualServiceRef: { name: cart, namespace: shop } } },
         rewrite: { prefix: { defaultPrefix: DISABLED }, hostname: { defaultTargetHostname: ENABLED } } } } }`,
    `{ grpcRoute: { match: { serviceName: a.B, metadata: [{ name: m, match: { regex: a.* } }] },
       action: { target: { virtualService: { virtualServiceARN: 'arn:aws:appmesh:::x' } } } } }`,
    `{ http2Route: { match: { path: { regex: '/a/.*' } }, action: { rewrite: { path: { exact: /b } },
       target: { virtualService: { virtualServiceRef: { name: a } } } } } }`,
  ],
  VirtualService: [
    '{}',
    '{ provider: { virtualRouter: { virtualRouterRef: { name: a } } } }',
    '{ awsName: a.b.c, provider: { virtualNode: { virtualNodeARN: x } } }',
  ],
  VirtualRouter: [
    `{ listeners: [{ portMapping: { port: 80, protocol: tcp } }], routes: [{ name: r, priority: 1000,
       httpRoute: { match: { prefix: /, scheme: https }, action: { weightedTargets: [{ virtualNodeRef: { name: a }, weight: 100, port: 1 }] },
         retryPolicy: { maxRetries: 2, perRetryTimeout: { unit: s, value: 1 }, httpRetryEvents: [server-error], tcpRetryEvents: [connection-error] },
         timeout: { idle: { unit: ms, value: 0 }, perRequest: { unit: s, value: 60 } } } }] }`,
    `{ routes: [{ name: g, grpcRoute: { match: { methodName: M }, action: { weightedTargets: [{ virtualNodeRef: { name: a }, weight: 0 }] },
         retryPolicy: { grpcRetryEvents: [unavailable], maxRetries: 0, perRetryTimeout: { unit: s, value: 1 } } } },
       { name: t, tcpRoute: { action: { weightedTargets: [{ virtualNodeRef: { name: a }, weight: 1 }] } } }] }`,
  ],
  VirtualNode: [
    `{ podSelector: {}, listeners: [{ portMapping: { port: 8080, protocol: http }, timeout: { http: { perRequest: { unit: s, value: 60 } } },
         outlierDetection: { maxServerErrors: 5, interval: { unit: s, value: 1 }, baseEjectionDuration: { unit: s, value: 1 }, maxEjectionPercent: 50 },
         connectionPool: { tcp: { maxConnections: 1 } },
         healthCheck: { healthyThreshold: 2, intervalMillis: 5000, protocol: tcp, timeoutMillis: 2000, unhealthyThreshold: 2 },
         tls: { mode: PERMISSIVE, certificate: { acm: { certificateARN: x } }, validation: { trust: { sds: { secretName: a } } } } }],
       serviceDiscovery: { dns: { hostname: a.b, responseType: ENDPOINTS } },
       backends: [{ virtualService: { virtualServiceRef: { name: a } } }], backendGroups: [{ name: all }] }`,
    '{ serviceDiscovery: { awsCloudMap: { namespaceName: n, serviceName: s, attributes: [{ key: a, value: b }] } } }',
  ],
  BackendGroup: ['{ virtualservices: [{ name: a, namespace: b }] }'],
};

/** Specs of all seven kinds that use most of their fields. */
export const validObjects: readonly ValidObject[] = Object.entries(written).flatMap(([kind, specs]) =>
  specs.map((spec) => ({ kind, spec: asObject(parse(spec)) })),
);
