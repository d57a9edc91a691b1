import { boolean, integer, list, object, oneOf, type Shape, text } from './shape.ts';

/** Value types that several kinds share. Names and limits as in the CRDs of the App Mesh controller, group appmesh.k8s.aws/v1beta2. */

export const duration = object({ 'unit!': oneOf('s', 'ms'), 'value!': integer(0) });
export const port = integer(1, 65535);
export const reference = object({ 'name!': text(), namespace: text() });
export const meshRef = object({ 'name!': text(), 'uid!': text() });

export const labelSelector = object({
  matchExpressions: list(object({ 'key!': text(), 'operator!': text(), values: list(text()) })),
  matchLabels: { type: 'map' },
});

const valueMatch = object({
  exact: text(1, 255),
  prefix: text(1, 255),
  range: object({ 'end!': integer(), 'start!': integer() }),
  regex: text(1, 255),
  suffix: text(1, 255),
});
/** Headers, and metadata of gRPC. */
export const headers = list(object({ invert: boolean, match: valueMatch, 'name!': text(1, 50) }), 1, 10);
export const queryParameters = list(object({ match: object({ exact: text() }), 'name!': text() }), 1, 10);
export const path = object({ exact: text(1, 255), regex: text(1, 255) });
export const hostname = object({ exact: text(1, 253), suffix: text(1, 253) });
export const method = oneOf('CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE');

const gatewayProtocols = ['grpc', 'http', 'http2'] as const;
const protocols = [...gatewayProtocols, 'tcp'] as const;

const portMappingOf = (allowed: readonly string[]) => object({ 'port!': port, 'protocol!': oneOf(...allowed) });
export const portMapping = portMappingOf(protocols);
export const gatewayPortMapping = portMappingOf(gatewayProtocols);

const healthCheckOf = (allowed: readonly string[], healthyThreshold: string) =>
  object({
    [healthyThreshold]: integer(2, 10),
    'intervalMillis!': integer(5000, 300_000),
    path: text(),
    port,
    'protocol!': oneOf(...allowed),
    'timeoutMillis!': integer(2000, 60_000),
    'unhealthyThreshold!': integer(2, 10),
  });
export const healthCheck = healthCheckOf(protocols, 'healthyThreshold!');
export const gatewayHealthCheck = healthCheckOf(gatewayProtocols, 'healthyThreshold');

const requestPool = object({ 'maxRequests!': integer(1) });
const httpPool = object({ 'maxConnections!': integer(1), maxPendingRequests: integer(1) });
/** More than one pool is refused by the webhook in its own words. */
export const gatewayConnectionPool = object({ grpc: requestPool, http: httpPool, http2: requestPool });
export const connectionPool = object({
  grpc: requestPool,
  http: httpPool,
  http2: requestPool,
  tcp: object({ 'maxConnections!': integer(1) }),
});

const keyFiles = object({ 'certificateChain!': text(1, 255), 'privateKey!': text(1, 255) });
const chainFile = object({ 'certificateChain!': text(1, 255) });
const sds = object({ 'secretName!': text() });
const subjectAlternativeNames = object({ 'match!': object({ 'exact!': list(text()) }) });
const acmTrust = object({ 'certificateAuthorityARNs!': list(text(), 1, 3) });
const trust = object({ acm: acmTrust, file: chainFile, sds }, { of: ['acm', 'file', 'sds'], count: 'one' });
const localTrust = object({ file: chainFile, sds }, { of: ['file', 'sds'], count: 'one' });
const validationOf = (trusted: Shape) => object({ subjectAlternativeNames, 'trust!': trusted });

const listenerTlsOf = (trusted: Shape) =>
  object({
    'certificate!': object(
      { acm: object({ 'certificateARN!': text() }), file: keyFiles, sds },
      { of: ['acm', 'file', 'sds'], count: 'one' },
    ),
    'mode!': oneOf('DISABLED', 'PERMISSIVE', 'STRICT'),
    validation: validationOf(trusted),
  });
export const listenerTls = listenerTlsOf(localTrust);
/** The CRD lets `acm` through here; App Mesh refused it (rule listener-trust-acm). */
export const gatewayListenerTls = listenerTlsOf(trust);

export const clientPolicy = object({
  tls: object({
    certificate: object({ file: keyFiles, sds }, { of: ['file', 'sds'], count: 'one' }),
    enforce: boolean,
    ports: list(port),
    'validation!': validationOf(trust),
  }),
});

export const logging = object({
  accessLog: object({
    file: object({
      format: object(
        { json: list(object({ 'key!': text(1), 'value!': text(1) })), text: text() },
        { of: ['json', 'text'], count: 'one' },
      ),
      'path!': text(1, 255),
    }),
  }),
});

/** A reference by the name of the object or by ARN: exactly one. */
export const refOrArn = (prefix: string) =>
  object(
    { [`${prefix}ARN`]: text(), [`${prefix}Ref`]: reference },
    { of: [`${prefix}Ref`, `${prefix}ARN`], count: 'one' },
  );
