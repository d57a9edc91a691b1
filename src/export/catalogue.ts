import type { DimensionValue } from './dimensions.ts';
import type { Instrument } from './instrument.ts';

const latencyBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];
const failed = { class: ['5xx', 'none'] } as const;

/**
 * Every metric there is. The name is said with `meshdoctor.` before it in OTLP, with `meshdoctor_` and underscores in
 * Prometheus (counters end in `_total`), and as it stands in the CloudWatch namespace `meshdoctor`.
 */
export const catalogue = {
  // The 15 metrics of a gateway that alarms need.
  'gateway.failed': {
    kind: 'share',
    unit: '{request}',
    dimensions: ['gateway'],
    profile: 'alarms',
    of: 'gateway.requests',
    where: failed,
    meaning: 'Requests that ended with 5xx or without an answer, of all requests of the gateway',
  },
  'gateway.lost_route': {
    kind: 'counter',
    unit: '{request}',
    dimensions: ['gateway'],
    profile: 'alarms',
    meaning:
      'Requests of a class that was served within the last 24 hours and that the gateway itself now answers with 404; ' +
      'counted where the class makes 1 % or more of the requests of its host',
  },
  'gateway.pods.serving': {
    kind: 'share',
    unit: '{pod}',
    dimensions: ['gateway'],
    profile: 'alarms',
    of: 'gateway.pods',
    where: { pod: ['serving', 'threatened'] },
    meaning: 'Pods that are LIVE and have an active listener, of all pods of the gateway',
  },
  'gateway.pods.empty': {
    kind: 'share',
    unit: '{pod}',
    dimensions: ['gateway'],
    profile: 'alarms',
    of: 'gateway.pods',
    where: { pod: ['empty'] },
    meaning:
      'Pods that wait for a configuration nobody sends, or are LIVE without a listener, of all pods of the gateway',
  },
  'gateway.pods.threatened': {
    kind: 'share',
    unit: '{pod}',
    dimensions: ['gateway'],
    profile: 'alarms',
    of: 'gateway.pods',
    where: { pod: ['threatened'] },
    meaning: 'Serving pods of a frozen gateway that are about to be taken away, of all pods of the gateway',
  },
  'gateway.pods.safe': {
    kind: 'share',
    unit: '{pod}',
    dimensions: ['gateway'],
    profile: 'alarms',
    of: 'gateway.pods',
    where: { pod: ['serving'] },
    meaning: 'Serving pods that nothing threatens, of all pods of the gateway',
  },
  'gateway.targets.sidecar_dead': {
    kind: 'gauge',
    unit: '{pod}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning: 'Pods of the targets of the gateway whose injected Envoy is not LIVE',
  },
  'gateway.targets.half_gone': {
    kind: 'gauge',
    unit: '{target}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning: 'Targets of the gateway of whose two or more members fewer than half are healthy',
  },
  'gateway.certificates.ending': {
    kind: 'gauge',
    unit: '{certificate}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning: 'Certificates that end within 3 days, or, of a lifetime below 30 days, have less than a tenth of it left',
  },
  'gateway.certificates.soon': {
    kind: 'gauge',
    unit: '{certificate}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning:
      'Certificates that cannot renew themselves and end within 30 days, and others with less than a fifth of their ' +
      'lifetime left',
  },
  'gateway.config.faults': {
    kind: 'gauge',
    unit: '{fault}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning:
      'On a living control plane: configurations that Envoy rejects, routes that drifted, replicas that disagree; ' +
      'always 0 for a frozen gateway',
  },
  'gateway.routes.down': {
    kind: 'gauge',
    unit: '{route}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning: 'Routes of which half or more of the requests, and 20 or more, failed within 5 minutes',
  },
  'gateway.routes.slow': {
    kind: 'gauge',
    unit: '{route}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning:
      'Routes whose p99 is above 80 % of their timeout, of 500 or more requests within 30 minutes; streams left out',
  },
  'gateway.rescue.age': {
    kind: 'gauge',
    unit: 's',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'min',
    meaning: 'Age of the newest good rescue copy of a frozen gateway; not set for others',
  },
  'gateway.look.age': {
    kind: 'gauge',
    unit: 's',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning: 'Time since all pods of the gateway that the agent is to see were seen well',
  },
  // The 4 metrics of a cluster that alarms need: the agent's own health.
  'agent.up': {
    kind: 'gauge',
    unit: '{agent}',
    dimensions: [],
    profile: 'alarms',
    across: 'sum',
    meaning: 'Agents that run; set by the exporter itself',
  },
  'agent.series.dropped': {
    kind: 'counter',
    unit: '{series}',
    dimensions: [],
    profile: 'alarms',
    meaning:
      'Series that were not sent to CloudWatch because of the ceiling on their number; set by the exporter itself',
  },
  'agent.points.lost': {
    kind: 'counter',
    unit: '{point}',
    dimensions: [],
    profile: 'alarms',
    meaning: 'Points that CloudWatch refused, or that fell out of a full spool; set by the exporter itself',
  },
  'agent.spool.age': {
    kind: 'gauge',
    unit: 's',
    dimensions: [],
    profile: 'alarms',
    across: 'max',
    meaning: 'Age of the oldest minute that CloudWatch has not taken yet; set by the exporter itself',
  },
  // What is worth a series for the busiest routes, and what tells the story of a gateway.
  'route.failed': {
    kind: 'share',
    unit: '{request}',
    dimensions: ['gateway', 'route'],
    profile: 'routes',
    of: 'route.requests',
    where: failed,
    meaning: 'Requests that ended with 5xx or without an answer, of all requests of the route',
  },
  'route.latency': {
    kind: 'histogram',
    unit: 's',
    dimensions: ['gateway', 'route'],
    profile: 'routes',
    bounds: latencyBounds,
    meaning: 'Time from the first byte of a request to the last of its answer',
  },
  'gateway.latency': {
    kind: 'histogram',
    unit: 's',
    dimensions: ['gateway'],
    profile: 'routes',
    bounds: latencyBounds,
    meaning: 'Time from the first byte of a request to the last of its answer',
  },
  'gateway.connections': {
    kind: 'gauge',
    unit: '{connection}',
    dimensions: ['gateway'],
    profile: 'routes',
    across: 'sum',
    meaning: 'Connections of clients that are open',
  },
  'gateway.certificate.days': {
    kind: 'gauge',
    unit: 'd',
    dimensions: ['gateway'],
    profile: 'routes',
    across: 'min',
    meaning: 'Days until the first certificate of the gateway ends',
  },
  'gateway.routes.paged': {
    kind: 'gauge',
    unit: '{route}',
    dimensions: ['gateway'],
    profile: 'routes',
    across: 'max',
    meaning: 'Of the routes that are down, those whose object carries the annotation `meshdoctor.io/page: "true"`',
  },
  'gateway.control_plane.connected': {
    kind: 'gauge',
    unit: '1',
    dimensions: ['gateway'],
    profile: 'routes',
    across: 'min',
    meaning:
      '1 where every pod is connected to its control plane, else 0; for ever 0 for a frozen gateway, and no alarm',
  },
  'gateway.config.age': {
    kind: 'gauge',
    unit: 's',
    dimensions: ['gateway'],
    profile: 'routes',
    across: 'max',
    meaning: 'Time since the oldest running configuration of a pod was taken over',
  },
  'gateway.config.drift': {
    kind: 'gauge',
    unit: '{route}',
    dimensions: ['gateway'],
    profile: 'routes',
    across: 'max',
    meaning: 'Routes that differ between what Kubernetes objects ask for and what Envoy runs',
  },
  'gateway.replicas.disagree': {
    kind: 'gauge',
    unit: '{pod}',
    dimensions: ['gateway'],
    profile: 'routes',
    across: 'max',
    meaning: 'Pods whose routes differ from those of most pods of the gateway',
  },
  findings: {
    kind: 'gauge',
    unit: '{finding}',
    dimensions: ['gateway', 'rule', 'severity'],
    profile: 'routes',
    across: 'max',
    meaning: 'Findings about the gateway, standing facts left out',
  },
  // Everything else.
  'gateway.requests': {
    kind: 'counter',
    unit: '{request}',
    dimensions: ['gateway', 'class', 'by', 'cause'],
    profile: 'all',
    meaning: 'Requests by the class of their answer, by who gave it and why',
  },
  'gateway.bytes': {
    kind: 'counter',
    unit: 'By',
    dimensions: ['gateway', 'direction'],
    profile: 'all',
    meaning: 'Bytes received from clients and sent to them',
  },
  'gateway.pods': {
    kind: 'gauge',
    unit: '{pod}',
    dimensions: ['gateway', 'pod'],
    profile: 'all',
    across: 'sum',
    meaning: 'Pods of the gateway by what they are good for; a gateway without pods says 0 serving',
  },
  'route.requests': {
    kind: 'counter',
    unit: '{request}',
    dimensions: ['gateway', 'route', 'class', 'by', 'cause'],
    profile: 'all',
    meaning: 'Requests of a route by the class of their answer, by who gave it and why',
  },
  'route.bytes': {
    kind: 'counter',
    unit: 'By',
    dimensions: ['gateway', 'route', 'direction'],
    profile: 'all',
    meaning: 'Bytes received from clients and sent to them',
  },
  'target.retries': {
    kind: 'counter',
    unit: '{request}',
    dimensions: ['gateway', 'target'],
    profile: 'all',
    meaning: 'Requests that were sent to the target once more',
  },
  'target.timeouts': {
    kind: 'counter',
    unit: '{request}',
    dimensions: ['gateway', 'target'],
    profile: 'all',
    meaning: 'Requests to the target that took longer than their timeout',
  },
  'target.members': {
    kind: 'gauge',
    unit: '{member}',
    dimensions: ['gateway', 'target', 'health'],
    profile: 'all',
    across: 'max',
    meaning: 'Members of the target as the gateway sees them',
  },
  'target.healthy': {
    kind: 'share',
    unit: '{member}',
    dimensions: ['gateway', 'target'],
    profile: 'all',
    of: 'target.members',
    where: { health: ['healthy'] },
    meaning: 'Healthy members of the target, of all',
  },
  'agent.envoy.read': {
    kind: 'histogram',
    unit: 's',
    dimensions: [],
    profile: 'all',
    bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.3, 1, 3],
    meaning: 'Time that one call of the agent took of an Envoy',
  },
  'agent.memory': {
    kind: 'gauge',
    unit: 'By',
    dimensions: [],
    profile: 'all',
    across: 'max',
    meaning: 'Resident memory of the agent; set by the exporter itself',
  },
  'agent.clock.skew': {
    kind: 'gauge',
    unit: 's',
    dimensions: [],
    profile: 'all',
    across: 'max',
    meaning: "How far the agent's clock is from that of the API server, ahead or behind",
  },
  'agent.leader': {
    kind: 'gauge',
    unit: '1',
    dimensions: [],
    profile: 'all',
    across: 'sum',
    meaning: '1 of the agent that leads, 0 of the others',
  },
} as const satisfies Readonly<Record<string, Instrument>>;

/** The catalogue, by name. */
type Catalogue = typeof catalogue;

/** Name of an instrument. */
export type InstrumentName = keyof Catalogue;

/** Names of the instruments of one kind. */
export type NameOf<K extends Instrument['kind']> = {
  [N in InstrumentName]: Catalogue[N]['kind'] extends K ? N : never;
}[InstrumentName];

/** The dimensions that a value of an instrument must have. */
export type DimensionsOf<N extends InstrumentName> = {
  readonly [D in Catalogue[N]['dimensions'][number]]: DimensionValue<D>;
};

/** Every instrument with its name, in the order of the catalogue. */
export const instruments: readonly (Instrument & { readonly name: InstrumentName })[] = Object.entries(catalogue).map(
  ([name, instrument]) => ({ ...instrument, name: name as InstrumentName }),
);
