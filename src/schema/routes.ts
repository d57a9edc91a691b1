import { integer, list, object, oneOf, type Shape, text } from './shape.ts';
import { duration, headers, hostname, method, path, queryParameters, reference, refOrArn } from './values.ts';

const enabled = oneOf('ENABLED', 'DISABLED');
const hostnameRewrite = object({ defaultTargetHostname: enabled });
const gatewayTarget = object({ port: integer(0), 'virtualService!': refOrArn('virtualService') });

const gatewayHttp = object({
  'action!': object({
    rewrite: object({
      hostname: hostnameRewrite,
      path: object({ exact: text(1, 255) }),
      prefix: object({ defaultPrefix: enabled, value: text(1, 255) }),
    }),
    'target!': gatewayTarget,
  }),
  'match!': object({ headers, hostname, method, path, port: integer(0), prefix: text(), queryParameters }),
});

const gatewayGrpc = object({
  'action!': object({ rewrite: object({ hostname: hostnameRewrite }), 'target!': gatewayTarget }),
  'match!': object({ hostname, metadata: headers, port: integer(0), serviceName: text() }),
});

/** The route types of a GatewayRoute; none or several are refused by the webhook in its own words. */
export const gatewayRouteTypes = { grpcRoute: gatewayGrpc, http2Route: gatewayHttp, httpRoute: gatewayHttp };

const weightedTarget = object(
  { port: integer(0), virtualNodeARN: text(), virtualNodeRef: reference, 'weight!': integer(0, 100) },
  { of: ['virtualNodeRef', 'virtualNodeARN'], count: 'one' },
);
const toNodes = object({ 'weightedTargets!': list(weightedTarget, 1, 10) });
const retry: Readonly<Record<string, Shape>> = {
  httpRetryEvents: list(oneOf('server-error', 'gateway-error', 'client-error', 'stream-error'), 1, 25),
  'maxRetries!': integer(0),
  'perRetryTimeout!': duration,
  tcpRetryEvents: list(oneOf('connection-error'), 1, 1),
};
const grpcEvents = oneOf('cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable');
const timeout = object({ idle: duration, perRequest: duration });

const routerHttp = object({
  'action!': toNodes,
  'match!': object({
    headers,
    method,
    path,
    port: integer(0),
    prefix: text(),
    queryParameters,
    scheme: oneOf('http', 'https'),
  }),
  retryPolicy: object(retry),
  timeout,
});

const routerGrpc = object({
  'action!': toNodes,
  'match!': object({ metadata: headers, methodName: text(1, 50), port: integer(0), serviceName: text() }),
  retryPolicy: object({ grpcRetryEvents: list(grpcEvents, 1, 5), ...retry }),
  timeout,
});

const routerTcp = object({
  'action!': toNodes,
  match: object({ port: integer(0) }),
  timeout: object({ idle: duration }),
});

/** A route of a VirtualRouter. */
export const routerRoute = object(
  {
    grpcRoute: routerGrpc,
    http2Route: routerHttp,
    httpRoute: routerHttp,
    'name!': text(),
    priority: integer(0, 1000),
    tcpRoute: routerTcp,
  },
  { of: ['grpcRoute', 'http2Route', 'httpRoute', 'tcpRoute'], count: 'one' },
);
