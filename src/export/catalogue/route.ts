import type { Instrument } from '../instrument.ts';
import { failed, latencyBounds } from './shared.ts';

/** What is measured of the routes and the targets of a gateway. */
export const ofRoutes = {
  // What is worth a series for the busiest routes.
  'route.failed': {
    kind: 'share',
    unit: '{request}',
    dimensions: ['gateway', 'route'],
    profile: 'routes',
    of: 'route.requests',
    where: failed,
    meaning: 'Requests that ended with 5xx, by the gateway or its target, of all requests of the route',
  },
  'route.latency': {
    kind: 'histogram',
    unit: 's',
    dimensions: ['gateway', 'route'],
    profile: 'routes',
    bounds: latencyBounds,
    meaning: 'Time from the first byte of a request to the last of its answer',
  },
  // Everything else.
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
  'route.retries': {
    kind: 'counter',
    unit: '{request}',
    dimensions: ['gateway', 'route'],
    profile: 'all',
    meaning:
      'Requests of a route that were sent to its target once more; only where access logs tell it ' +
      '(`%UPSTREAM_REQUEST_ATTEMPT_COUNT%`)',
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
} as const satisfies Readonly<Record<string, Instrument>>;
