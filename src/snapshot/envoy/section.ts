/** The parts of an Envoy that are read, and covered, one by one. */
export const envoySections = [
  'server_info',
  'ready',
  'listeners',
  'bootstrap',
  'listener_config',
  'routes',
  'cluster_config',
  'endpoints',
  'secrets',
  'hosts',
  'stats',
  'certs',
  'runtime',
] as const;

export type EnvoySection = (typeof envoySections)[number];
