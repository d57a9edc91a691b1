/** A gateway's listener with an access log of this configuration (YAML flow), for the cases of rules. */
export const loggingListener = (config: string): string =>
  `listeners: [{ name: lds_ingress_0.0.0.0_8088, rds: r, manager: { access_log: [{ name: log, typed_config: { '@type': type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, ${config} } }] } }]`;

/** A listener without access log. */
export const silentListener = 'listeners: [{ name: lds_ingress_0.0.0.0_8088, rds: r }]';

/** A VirtualGateway `edge` whose `spec.logging` is this. */
export const gatewayLogging = (logging: string): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec: { podSelector: { matchLabels: { app: edge } }, listeners: []${logging === '' ? '' : `, logging: ${logging}`} }
---
`;
