import type { RuleCases } from '../../support/rule-table.ts';

const closed = (code: number, from: number, to: number): string =>
  `stats: [{ grpc.ads.streams_closed_${code}: ${from} }, { grpc.ads.streams_closed_${code}: ${to} }]`;

const own = (text: string): string => `[2026-06-01 11:50:00.123][12][warning][config] [source/x.cc:163] ${text}`;

export default {
  fires: [
    {
      name: "Envoy's own log says so",
      envoy: 'connected: true',
      accessLog: own('StreamAggregatedResources gRPC config stream to appmesh.example:443 closed: 8, too many Envoys'),
      finds: ['VirtualGateway shop/edge'],
      says: 'of gateway edge was closed once with code 8 by its own log, the last time at 2026-06-01T11:50:00Z',
      effect: 'latent',
    },
    {
      name: 'refused by IAM',
      envoy: `connected: true\n${closed(7, 1, 4)}`,
      finds: ['VirtualGateway shop/edge'],
      says: 'closed 3 times with code 7 within 60 seconds',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'after the end: a standing fact, tried again between the readings or not',
      envoy: `connected: false\n${closed(14, 900, 900)}`,
      finds: ['VirtualGateway shop/edge'],
      says: 'closed 900 times with code 14 since it started',
      effect: 'standing',
      severity: 'info',
    },
    {
      name: 'after the end, with several codes: one fact',
      envoy:
        'connected: false\nstats: [{ grpc.ads.streams_closed_13: 1, grpc.ads.streams_closed_14: 7, grpc.ads.streams_closed_0: 9 }]',
      finds: ['VirtualGateway shop/edge'],
      says: 'closed once with code 13, 7 times with code 14 since it started',
      effect: 'standing',
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'the log tells of code 0, and of another thing',
      envoy: 'connected: true',
      accessLog: `${own('StreamAggregatedResources gRPC config stream to x:443 closed: 0, ')}\n${own('lds: add/update listener')}`,
      notEvaluated: [],
    },
    { name: 'code 0 every half hour is health', envoy: `connected: true\n${closed(0, 85, 86)}`, notEvaluated: [] },
    { name: 'an old count', envoy: `connected: true\n${closed(13, 4, 4)}`, notEvaluated: [] },
    {
      name: 'one reading tells no growth',
      envoy: 'connected: true\nstats: [{ grpc.ads.streams_closed_13: 4 }]',
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    {
      name: 'one reading in which nothing was closed',
      envoy: 'connected: true\nstats: [{ grpc.ads.streams_closed_13: 0 }]',
      notEvaluated: [],
    },
    {
      name: 'after the end, never closed with an error',
      envoy: `connected: false\n${closed(0, 85, 86)}`,
      notEvaluated: [],
    },
    {
      name: 'the stream of another client',
      envoy: 'stats: [{ grpc.access_log.streams_closed_13: 1 }, { grpc.access_log.streams_closed_13: 9 }]',
      notEvaluated: [],
    },
    { name: 'stats were not read', envoy: 'state: LIVE', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
