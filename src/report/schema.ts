import { closed, count, list, nullable, text } from './schema-parts.ts';

const ref = { apiVersion: text, kind: text, namespace: nullable(text), name: text };
const object = closed({
  ...ref,
  cluster: nullable(text),
  pod: nullable(text),
  file: nullable(text),
  line: nullable(count),
  column: nullable(count),
});
const window = closed({ from: text, to: text });
const fix = closed(
  {
    say: text,
    command: text,
    patch: closed({ type: { enum: ['merge', 'json'] }, target: closed(ref), patch: {} }),
    restarts: { enum: ['nothing', 'target', 'gateway'] },
    works: { enum: ['now', 'through-rescue', 'after-migration', 'needs-control-plane'] },
  },
  ['command', 'patch'],
);
const evidence = closed({
  source: text,
  document: text,
  pointer: text,
  value: {},
  note: nullable(text),
  readAt: nullable(text),
  origin: nullable(text),
  file: nullable(text),
  line: nullable(count),
  column: nullable(count),
  pod: nullable(text),
});
const witness = closed({
  method: text,
  url: text,
  headers: list({ type: 'array', items: text, minItems: 2, maxItems: 2 }),
  protocol: { enum: ['http1', 'http2', 'grpc'] },
  sni: nullable(text),
  curl: text,
});
const finding = closed({
  id: { type: 'string', pattern: '^[0-9a-f]{12}$' },
  rule: text,
  severity: { enum: ['error', 'warning', 'info'] },
  effect: { enum: ['traffic', 'latent', 'standing'] },
  title: text,
  message: text,
  objects: { type: 'array', items: object, minItems: 1 },
  evidence: { type: 'array', items: evidence, minItems: 1 },
  cause: text,
  since: nullable(text),
  changes: list(closed({ at: text, what: text, object, evidence })),
  avoid: list(closed({ say: text, because: text })),
  fix: list(fix),
  witness: nullable(witness),
  impact: nullable(closed({ requestsPerMinute: { type: 'number' }, share: nullable({ type: 'number' }) })),
  docs: text,
  symptoms: list(text),
  symptomOf: nullable(text),
  suppressed: nullable(closed({ reason: nullable(text), until: nullable(text), by: text })),
  known: { type: 'boolean' },
});
const check = closed({
  rule: text,
  subjects: count,
  found: count,
  clear: count,
  undecided: list(closed({ object, budget: text })),
  notEvaluated: list(closed({ object: nullable(object), missing: text, reason: text })),
  failed: nullable(text),
});

/** A number that is no count. */
const number = { type: 'number' } as const;
const trafficClass = closed({
  method: text,
  path: text,
  status: count,
  flag: text,
  count,
  perMinute: number,
  share: number,
  firstSeen: nullable(text),
  lastSeen: nullable(text),
  routes: list(text),
  by: { enum: ['gateway', 'upstream'] },
  cause: nullable(text),
  served: count,
  sender: { enum: ['scanner', 'health-check', null] },
});
const traffic = closed({
  gateway: nullable(closed(ref)),
  cluster: nullable(text),
  logs: list(text),
  asked: nullable(closed({ from: nullable(text), to: nullable(text) })),
  covered: nullable(window),
  requests: count,
  failed: count,
  rates: nullable(closed({ from: number, bucketMs: count, requests: list(count), failed: list(count) })),
  classes: list(trafficClass),
  more: closed({ classes: count, requests: count }),
});

const baselineEntry = closed({ id: text, rule: text, title: text });

/** The JSON Schema (draft 7) of what `-o json` prints. */
export const reportSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'meshdoctor report',
  ...closed({
    schemaVersion: { const: 1 },
    tool: closed({ name: { const: 'meshdoctor' }, version: text }),
    takenAt: text,
    window: nullable(closed({ asked: window, covered: window })),
    gateways: list(
      closed({
        ref: closed(ref),
        cluster: nullable(text),
        envoys: count,
        live: count,
        frozen: { enum: ['observed', 'assumed', 'no', 'unknown'] },
      }),
    ),
    summary: closed({
      error: count,
      warning: count,
      info: count,
      standing: count,
      suppressed: count,
      known: count,
      complete: { type: 'boolean' },
      notEvaluated: count,
    }),
    findings: list(finding),
    checks: list(check),
    traffic: list(traffic),
    baseline: nullable(closed({ file: text, gone: list(baselineEntry), unseen: list(baselineEntry) })),
    gaps: list(closed({ missing: text, reason: text, remedy: nullable(text) })),
    sources: list(
      closed({
        name: text,
        state: { enum: ['ok', 'partial', 'failed'] },
        detail: text,
        cost: closed({ calls: count, bytes: count }),
        trouble: { enum: ['nothing-readable', 'part-unreadable', 'not-seen', null] },
      }),
    ),
  }),
};
