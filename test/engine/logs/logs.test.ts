import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readUsualJson } from '../../../src/collect/access-log/json-parser.ts';
import { collect } from '../../../src/collect/collect.ts';
import { emptyRequest } from '../../../src/collect/request.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import { classifyBy } from '../../../src/engine/logs/classify.ts';
import type { LogsOptions } from '../../../src/engine/logs/options.ts';
import { buildModel } from '../../../src/model/model.ts';
import { logsSchema } from '../../../src/report/logs-schema.ts';
import type { LogsDocument } from '../../../src/report/logs-document.ts';
import { renderLogs } from '../../../src/report/terminal/logs.ts';

const dump = 'test/fixtures/envoy-1.40.0-incident/config_dump.json';
const manifests = 'test/lab/stories/incident/manifests';
const api = 'api.shop.example.com';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-logs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const everything: Omit<LogsOptions, 'files'> = {
  pods: null,
  format: null,
  since: null,
  until: null,
  by: 'route',
  statuses: [],
  path: null,
  gateway: null,
  envoyVersion: null,
};

async function logs(
  options: Partial<LogsOptions> & Pick<LogsOptions, 'files'>,
  sources: Partial<typeof emptyRequest> = {},
): Promise<LogsDocument> {
  const engine = makeEngine();
  await engine.collect({ ...emptyRequest, ...sources });
  return engine.logs({ ...everything, ...options });
}

const line = (path: string, ending: string, time = '01:26:44.698', agent = 'curl/8.1') =>
  `[2026-11-27T${time}Z] "GET ${path} HTTP/1.1" ${ending} 0 98 7 - "-" "${agent}" "-" "${api}" "-"\n`;

describe('logs', () => {
  it('reads many files, gzipped or not, and says what each was', async () => {
    const files = [
      await file('edge-1.log', line('/a/1', '404 NR') + line('/a/2', '404 NR')),
      await file('edge-2.log.gz', gzipSync(line('/a/3', '200 -'))),
      await file('notes.txt', 'no log\nat all\n'),
      join(folder, 'missing.log'),
    ];
    const document = await logs({ files, by: 'pod' });
    expect(document).toMatchObject({ lines: 5, parsed: 3, unparsed: 2, requests: 3 });
    expect(document.sources.map(({ state }) => state)).toEqual(['ok', 'ok', 'failed', 'failed']);
    expect(document.classes.map(({ group }) => group).sort()).toEqual(['edge-1', 'edge-2']);
    expect(document.classes.find(({ flag }) => flag === 'NR')).toMatchObject({ count: 2, served: 0 });
    expect(document.unparsedSamples).toEqual(['aa aaa', 'aa aaa']);
    const validate = new Ajv({ strict: false }).compile(logsSchema);
    expect(validate(JSON.parse(JSON.stringify(document))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('reads a gzipped log that is cut off as far as it goes', async () => {
    const whole = gzipSync(Array.from({ length: 20_000 }, (_, at) => line(`/a/${at * 7919}`, '200 -')).join(''));
    const document = await logs({ files: [await file('cut.gz', whole.subarray(0, whole.length >> 1))] });
    expect(document.requests).toBeGreaterThan(100);
    expect(document.sources[0]).toMatchObject({
      state: 'partial',
      detail: expect.stringMatching(/^read \d+ lines, then:/),
    });
  });

  it('cuts a line without an end, and goes on', async () => {
    const document = await logs({ files: [await file('long.log', `${'x'.repeat(3 << 20)}\n${line('/a', '200 -')}`)] });
    expect(document).toMatchObject({ lines: 2, parsed: 1, unparsed: 1 });
  });

  it('takes the time asked for, and tells what it left out', async () => {
    const files = [await file('times.log', line('/a', '200 -', '01:00:00.000') + line('/a', '200 -', '02:00:00.000'))];
    const document = await logs({ files, since: Date.UTC(2026, 10, 27, 1, 30) });
    expect(document).toMatchObject({
      requests: 1,
      outside: 1,
      window: { asked: { from: '2026-11-27T01:30:00.000Z' } },
    });
    expect(document.window.covered?.from).toBe('2026-11-27T02:00:00.000Z');
  });

  it('keeps to the statuses and paths asked for, and counts all the same', async () => {
    const files = [await file('some.log', line('/a/1', '503 UF') + line('/b', '404 NR') + line('/b', '200 -'))];
    const classes = async (options: Partial<LogsOptions>) =>
      (await logs({ files, ...options })).classes.map(({ path, status }) => `${path} ${status}`);
    expect(await classes({ statuses: ['5xx'] })).toEqual(['/a/:id 503']);
    expect(await classes({ path: '/a/*' })).toEqual(['/a/:id 503']);
    expect((await classes({ path: '/b', statuses: ['404', '200'] })).sort()).toEqual(['/b 200', '/b 404']);
  });

  it("reads the format the gateway's object asks for, by its own keys", async () => {
    const gateway = {
      ...{ apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'VirtualGateway', metadata: { name: 'g', namespace: 'n' } },
      spec: {
        listeners: [],
        logging: {
          accessLog: {
            file: {
              path: '/dev/stdout',
              format: {
                json: [
                  { key: 'x', value: '%REQ(:PATH)%' },
                  { key: 'y', value: '%RESPONSE_CODE%' },
                ],
              },
            },
          },
        },
      },
    };
    const files = [await file('own.log', '{"x":"/cart","y":503}\n')];
    expect(await logs({ files })).toMatchObject({ parsed: 0 });
    const document = await logs({ files }, { files: [await file('gateway.json', JSON.stringify(gateway))] });
    expect(document.classes).toMatchObject([{ path: '/cart', status: 503, flag: '-' }]);
    const given = await logs({
      files: [await file('given.log', '503|/cart\n')],
      format: '%RESPONSE_CODE%|%REQ(:PATH)%\n',
    });
    expect(given.classes).toMatchObject([{ path: '/cart', status: 503 }]);
  });

  it('explains a 404 by the nearest route and the clause that refused, and draws it', async () => {
    const files = [await file('404.log', line('/reviews/17', '404 NR') + line('/cart/9', '200 -'))];
    const document = await logs(
      { files },
      { files: [manifests], saved: { ...emptyRequest.saved, configDump: [dump] } },
    );
    const failing = document.classes.find(({ flag }) => flag === 'NR');
    expect(failing).toMatchObject({ routes: [], listener: 'lds_ingress_0.0.0.0_8088' });
    expect(failing?.explanation).toMatch(
      /no route of the gateway.*nearest #\d+ GatewayRoute shop\/web .*asks that host is/,
    );
    const drawn = renderLogs(document, { width: 100, color: false, ascii: true, all: false, by: 'route' });
    expect(drawn).toContain('404 NR  GET /reviews/:id');
    expect(drawn).toMatch(/why {4}no route of the gateway takes the request/);
    expect(drawn.split('\n').every((row) => row.length <= 100)).toBe(true);
  });
});

it('keeps a log in a bundle without anything personal, and tells the same of it', async () => {
  const secret = line('/cart/4711?token=hunter2', '503 UF', '01:26:44.698', 'ShopApp/8.2 (device 77-ann)');
  const path = await file(
    'kept.log',
    secret.replace('- "-" "Shop', '- "203.0.113.9" "Shop') + line('/cart/9', '200 -'),
  );
  const engine = makeEngine();
  await engine.collect({
    ...emptyRequest,
    keep: true,
    accessLogs: { paths: [path], format: null, since: null, pods: null },
  });
  const bundle = await file('kept.tar.gz', await engine.bundle());
  const unpacked = gunzipSync(await readFile(bundle)).toString('utf8');
  for (const word of ['4711', 'hunter2', '203.0.113.9', 'ann']) expect(unpacked).not.toContain(word);
  const read = makeEngine();
  await read.collect({ ...emptyRequest, bundles: [bundle] });
  const { sources: _, ...kept } = await read.logs({ ...everything, files: [], by: 'client' });
  const { sources: __, ...first } = await logs({ files: [path], by: 'client' });
  expect(kept).toEqual(first);
});

it('decides paths of one shape as each alone', async () => {
  const saved = { ...emptyRequest.saved, configDump: [dump] };
  const { snapshot } = await collect({ ...emptyRequest, files: [manifests], saved });
  const model = buildModel(snapshot);
  const { classify: kept } = classifyBy(model, null, null);
  const words = fc.constantFrom(
    'cart',
    'catalog',
    'payments',
    'search',
    'reviews',
    'cartoon',
    '1',
    '4711',
    'a1b2c3d4',
    ':id',
    'x',
    '',
  );
  const paths = fc.array(words, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
  const hosts = fc.constantFrom(api, 'www.shop.example.com', 'cart.shop.svc.cluster.local', 'other.test');
  fc.assert(
    fc.property(paths, hosts, fc.constantFrom('200 -', '404 NR'), (path, authority, ending) => {
      const [response_code, response_flags] = ending.split(' ');
      const outer = readUsualJson(JSON.stringify({ method: 'GET', path, authority, response_code, response_flags }));
      if (!outer) throw new Error('not read');
      expect(kept({ outer, inner: null })).toEqual(classifyBy(model, null, null).classify({ outer, inner: null }));
    }),
    { numRuns: 300 },
  );
});
