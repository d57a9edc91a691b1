import type { RuleCases } from '../../support/rule-table.ts';

const closed = (code: number, from: number, to: number): string =>
  `stats: [{ grpc.ads.streams_closed_${code}: ${from} }, { grpc.ads.streams_closed_${code}: ${to} }]`;

export default {
  fires: [
    {
      name: 'refused by IAM',
      envoy: `connected: true\n${closed(7, 1, 4)}`,
      finds: ['VirtualGateway shop/edge'],
      says: 'closed 3 times with code 7 within 60 seconds',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'after the end: a standing fact',
      envoy: `connected: false\n${closed(14, 900, 901)}`,
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
      severity: 'info',
    },
  ],
  quiet: [
    { name: 'code 0 every half hour is health', envoy: `connected: true\n${closed(0, 85, 86)}`, notEvaluated: [] },
    { name: 'an old count', envoy: `connected: true\n${closed(13, 4, 4)}`, notEvaluated: [] },
    { name: 'one reading', envoy: 'connected: true\nstats: [{ grpc.ads.streams_closed_13: 4 }]', notEvaluated: [] },
    {
      name: 'the stream of another client',
      envoy: 'stats: [{ grpc.access_log.streams_closed_13: 1 }, { grpc.access_log.streams_closed_13: 9 }]',
      notEvaluated: [],
    },
    { name: 'stats were not read', envoy: 'state: LIVE', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
