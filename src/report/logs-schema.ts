import { closed, count, list, nullable, text } from './schema-parts.ts';

const number = { type: 'number' } as const;
const span = closed({ from: nullable(text), to: nullable(text) });
const loggedClass = closed({
  listener: nullable(text),
  virtualHost: nullable(text),
  routes: list(text),
  unknown: list(text),
  method: text,
  path: text,
  group: nullable(text),
  status: count,
  flag: text,
  details: nullable(text),
  count,
  perMinute: nullable(number),
  bytes: count,
  firstSeen: nullable(text),
  lastSeen: nullable(text),
  samples: list(text),
  p50Ms: nullable(number),
  p90Ms: nullable(number),
  p99Ms: nullable(number),
  upstream: nullable(text),
  by: { enum: ['gateway', 'upstream'] },
  explanation: nullable(text),
  served: nullable(count),
});

/** The JSON Schema (draft 7) of what `logs -o json` prints. */
export const logsSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'meshdoctor logs',
  ...closed({
    schemaVersion: { const: 1 },
    lines: count,
    parsed: count,
    unparsed: count,
    unparsedSamples: list(text),
    processLines: count,
    processKinds: { type: 'object', additionalProperties: count },
    outside: count,
    requests: count,
    bytes: count,
    window: closed({ asked: nullable(span), covered: nullable(span) }),
    byStatusFlag: list(closed({ listener: nullable(text), status: count, flag: text, count })),
    rates: nullable(closed({ from: number, bucketMs: count, requests: list(count), failed: list(count) })),
    classes: list(loggedClass),
    notes: list(text),
    sources: list(
      closed({
        name: text,
        state: { enum: ['ok', 'partial', 'failed'] },
        detail: text,
        cost: closed({ calls: count, bytes: count }),
      }),
    ),
  }),
};
