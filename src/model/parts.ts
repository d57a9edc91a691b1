import type { KubernetesObject } from '../snapshot/object.ts';

/** The parts of the model that rules declare and the model records when they are read. */
export const parts = [
  'mesh.meshes',
  'mesh.virtualGateways',
  'mesh.gatewayRoutes',
  'mesh.virtualServices',
  'mesh.virtualRouters',
  'mesh.virtualNodes',
  'mesh.backendGroups',
  'platform.namespaces',
  'platform.pods',
  'platform.services',
  'platform.endpointSlices',
  'platform.workloads',
  'platform.ingresses',
  'platform.nodes',
  'platform.nodePools',
  'platform.nodeClaims',
  'platform.autoscalers',
  'platform.verticalAutoscalers',
  'platform.disruptionBudgets',
  'platform.webhooks',
  'platform.events',
  'platform.networkPolicies',
  'rescue.copies',
  'aws.cloudWatch',
  'logs',
  'traces',
  'envoy.serverInfo',
  'envoy.ready',
  'envoy.listeners',
  'envoy.bootstrap',
  'envoy.listenerConfig',
  'envoy.routes',
  'envoy.clusterConfig',
  'envoy.endpoints',
  'envoy.secrets',
  'envoy.hosts',
  'envoy.stats',
  'envoy.certs',
  'envoy.runtime',
] as const;

export type Part = (typeof parts)[number];

/** A list of the model's: the objects of these kinds, each read by `of`. Whoever takes it is noted to have read that part. */
export type Collection = <T>(
  part: Part,
  kinds: Iterable<string>,
  of: (object: KubernetesObject) => T,
) => () => readonly T[];
