import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportDocument } from '../../src/report/document.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { logOf } from '../support/log-lines.ts';
import { renderAll, reportOf } from '../support/reports.ts';

const incident = {
  saved: {
    configDump: ['test/fixtures/envoy-1.40.0-incident/config_dump.json'],
    clusters: ['test/fixtures/envoy-1.40.0-incident/clusters.json'],
    listeners: [],
    stats: [],
    certs: [],
    serverInfo: [],
    runtime: [],
  },
  files: ['test/lab/stories/incident/manifests'],
} as const;

const host = 'api.shop.example.com';
const secret = 'canary-4711';
const log = logOf(
  { request: 'GET /cart/1', ends: '200 -', served: true, count: 900, host },
  {
    request: `GET /payments/jane.doe@example.com?token=${secret}`,
    ends: '503 UF',
    count: 60,
    host,
    at: '2026-06-01T11:50:00Z',
  },
  { request: 'GET /reviews/7', ends: '404 NR', count: 80, host, at: '2026-06-01T11:45:00Z' },
  { request: 'GET /.env', ends: '404 NR', count: 30, host, agent: 'zgrab/0.x' },
  { request: 'GET /<script>alert(1)</script>', ends: '404 NR', count: 2, host },
  { request: 'GET /\u001b[31m|`x`', ends: '404 NR', count: 2, host },
);

let folder = '';
let document: ReportDocument;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-traffic-'));
  const path = join(folder, 'edge.log');
  await writeFile(path, `${log}\n`);
  const logs = { paths: [path], format: null, since: null, until: null, pods: null };
  document = await reportOf({ ...incident, logs }, false);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the traffic of a report', () => {
  it('tells how many requests there were, over which time, and which classes fail, most first', () => {
    const [traffic] = document.traffic;
    expect(traffic).toMatchObject({
      gateway: { kind: 'VirtualGateway', name: 'edge' },
      requests: 1074,
      failed: 60,
      covered: { from: '2026-06-01T11:40:00.000Z' },
    });
    expect(traffic?.classes.slice(0, 2)).toMatchObject([
      { path: '/reviews/:id', status: 404, flag: 'NR', count: 80, served: 0 },
      { path: '/payments/:id', status: 503, flag: 'UF', count: 60, routes: ['GatewayRoute shop/payments'] },
    ]);
    expect(traffic?.classes.find(({ path }) => path === '/.env')).toMatchObject({ sender: 'scanner' });
  });

  it('is what the schema says', () => {
    const validate = new Ajv({ strict: false }).compile(reportSchema);
    expect(validate(JSON.parse(renderAll(document).json ?? '')), JSON.stringify(validate.errors)).toBe(true);
  });

  it('gives a root the requests it hurts and since when, from the symptom folded under it', () => {
    const root = document.findings.find(({ rule }) => rule === 'node-port-mismatch');
    expect(root).toMatchObject({ since: '2026-06-01T11:50:00.000Z', impact: { share: 0.056 } });
    const missing = document.findings.find(({ rule }) => rule === 'target-service-missing');
    const symptoms = document.findings.filter(({ id }) => missing?.symptoms.includes(id));
    expect(symptoms.map(({ rule }) => rule)).toContain('requests-without-route');
    expect(renderAll(document).terminal).toContain("about 4 a minute, 6 % of the gateway's. Since");
  });

  it('stands in every format that people read', () => {
    const { terminal = '', markdown = '', html = '' } = renderAll(document);
    for (const text of [terminal, markdown, html]) {
      expect(text).toContain('1,074 requests');
      expect(text).toContain('/payments/:id');
      expect(text).toContain('no connection to the upstream');
    }
    const table = terminal.slice(terminal.indexOf('TRAFFIC'), terminal.indexOf('ERROR')).split('\n');
    expect(table.filter((line) => line.length > 100 && !line.includes(folder))).toEqual([]);
  });

  it('tells nothing of a person or a secret, and does nothing that a log asks for', () => {
    for (const [format, text] of Object.entries(renderAll(document, true))) {
      expect(text, format).not.toContain(secret);
      expect(text, format).not.toContain('jane.doe');
      expect(text, format).not.toContain('\u001b[31m|');
    }
    expect(renderAll(document, true).html).not.toContain('<script>');
  });
});
