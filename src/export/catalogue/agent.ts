import type { Instrument } from '../instrument.ts';

/** What is measured of the agents: their own health. */
export const ofAgents = {
  // The 4 that alarms need.
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
  // Everything else.
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
    unit: '{agent}',
    dimensions: [],
    profile: 'all',
    across: 'sum',
    meaning: '1 of the agent that leads, 0 of the others',
  },
} as const satisfies Readonly<Record<string, Instrument>>;
