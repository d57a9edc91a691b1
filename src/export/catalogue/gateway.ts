import type { Instrument } from '../instrument.ts';
import { failed, latencyBounds } from './shared.ts';

/** What is measured of a gateway. */
export const ofGateways = {
  // The 16 that alarms need.
  'gateway.failed': {
    kind: 'share',
    unit: '{request}',
    dimensions: ['gateway'],
    profile: 'alarms',
    of: 'gateway.requests',
    where: failed,
    meaning: 'Requests that ended with 5xx, by the gateway or its target, of all requests of the gateway',
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
    where: { pod: ['serving', 'threatened', 'unseen'] },
    meaning:
      'Pods that are LIVE and have an active listener, or whose Envoy is not seen while Kubernetes does not say that they ' +
      'are not ready, of all pods of the gateway',
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
    unit: '{target}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning: 'Targets of the gateway with pods whose injected Envoy never started',
  },
  'gateway.targets.sidecar_lost': {
    kind: 'gauge',
    unit: '{target}',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning: 'Of these those of which nothing serves, or fewer than half of the members are healthy',
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
    meaning:
      'Age of the newest good rescue copy of a frozen gateway; where there is none, how long it has been frozen; not set ' +
      'for others, and where no copies are kept',
  },
  'gateway.look.age': {
    kind: 'gauge',
    unit: 's',
    dimensions: ['gateway'],
    profile: 'alarms',
    across: 'max',
    meaning: 'Time since all pods of the gateway that the agent is to see were seen well',
  },
  // What tells the story of a gateway.
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
    unit: '{state}',
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
  'gateway.retries': {
    kind: 'counter',
    unit: '{request}',
    dimensions: ['gateway'],
    profile: 'all',
    meaning: 'Requests that were sent to a target of the gateway once more',
  },
  'gateway.pods': {
    kind: 'gauge',
    unit: '{pod}',
    dimensions: ['gateway', 'pod'],
    profile: 'all',
    across: 'sum',
    meaning: 'Pods of the gateway by what they are good for; a gateway without pods says 0 serving',
  },
} as const satisfies Readonly<Record<string, Instrument>>;
