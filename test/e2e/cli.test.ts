import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meshdoctor, type Ran } from '../support/built-program.ts';
import { gatewayRoute, virtualService } from '../support/shop.ts';

const fixture = 'test/fixtures/envoy-1.40.0-incident';
const saved = [
  ...['--config-dump', `${fixture}/config_dump.json`, '--clusters', `${fixture}/clusters.json`],
  ...[
    '--stats',
    `${fixture}/stats-1.json`,
    '--stats',
    `${fixture}/stats-2.json`,
    '--server-info',
    `${fixture}/server_info.json`,
  ],
];
const manifests = ['-f', 'test/lab/stories/incident/manifests'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-e2e-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const findingsOf = ({ stdout }: Ran): readonly { readonly id: string; readonly rule: string }[] =>
  (JSON.parse(stdout) as { findings: { id: string; rule: string }[] }).findings.map(({ id, rule }) => ({ id, rule }));

describe('meshdoctor', () => {
  it('demo names the planted faults and exits 0', async () => {
    const { code, stdout, stderr } = await meshdoctor(['demo']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const roots = [...stdout.matchAll(/^(?:ERROR|WARN|INFO) +(\S+)$/gm)].map((match) => match[1]);
    expect(roots).toEqual([
      'node-port-mismatch',
      'target-service-missing',
      'target-service-no-provider',
      'config-rejected',
    ]);
    expect(stdout).toContain('has no control plane any more');
    expect(stdout).toContain('6 errors, 0 warnings, 0 info from 4 root causes · 6 standing');
  });

  it.each([
    ['wide', /^ {2}Id +659e46e5a34f/m],
    ['html', /^<!doctype html>[\s\S]*<ol class="way">/],
  ])('writes the report as %s, to stdout and to a file alike', async (format, words) => {
    const direct = await meshdoctor(['demo', '-o', format], { env: { COLUMNS: '100' } });
    expect(direct).toMatchObject({ code: 0, stderr: '' });
    expect(direct.stdout).toMatch(words);
    const path = join(folder, `report.${format}`);
    expect(await meshdoctor(['demo', '-o', format, '--output-file', path])).toMatchObject({ code: 0, stdout: '' });
    expect(await readFile(path, 'utf8')).toBe(direct.stdout);
  });

  it('diagnoses saved pages and manifests; a bundle of them gives the same findings and ids, with the same bytes each time', async () => {
    const direct = await meshdoctor([
      'diagnose',
      ...saved,
      ...manifests,
      '-o',
      'json',
      '--now',
      '2026-11-24T12:00:00Z',
    ]);
    expect(direct.code).toBe(1);
    const bundles = [join(folder, '1.tar.gz'), join(folder, '2.tar.gz')];
    for (const path of bundles) {
      const collected = await meshdoctor([
        'collect',
        ...saved,
        ...manifests,
        '--now',
        '2026-11-24T12:00:00Z',
        '--output-file',
        path,
      ]);
      expect(collected).toMatchObject({ code: 0, stdout: '' });
    }
    const [first, second] = await Promise.all(bundles.map((path) => readFile(path)));
    expect(second && first?.equals(second)).toBe(true);
    const replayed = await meshdoctor(['diagnose', '--bundle', bundles[0] ?? '', '-o', 'json']);
    expect(findingsOf(replayed)).toEqual(findingsOf(direct));
    expect(findingsOf(direct).map(({ rule }) => rule)).toContain('node-port-mismatch');
  });

  it('reads stdin, and exits 0 where nothing is at or above --fail-on', async () => {
    const text = gatewayRoute('search') + virtualService('search');
    const args = ['diagnose', '-f', '-', '--now', '2026-06-01T00:00:00Z'];
    expect((await meshdoctor(args, { stdin: text })).code).toBe(1);
    expect((await meshdoctor([...args, '--fail-on', 'never'], { stdin: text })).code).toBe(0);
    expect((await meshdoctor([...args, '--skip-rule', 'target-service-no-provider'], { stdin: text })).code).toBe(0);
  });

  it.each<readonly [string, () => Promise<readonly string[]>, number, RegExp]>([
    ['no source', async () => [], 2, /nothing to look at: name a source/],
    ['an unknown flag', async () => ['--nope'], 2, /unknown option '--nope'/],
    ['a file that is not there', async () => ['-f', join(folder, 'gone.yaml')], 2, /there is no such file or folder/],
    ['HTML', async () => ['-f', await file('a.yaml', '<html></html>')], 2, /a\.yaml:1:1: it is HTML or XML/],
    ['zero bytes', async () => ['-f', await file('b.yaml', 'kind: \0')], 2, /it is not text/],
    ['an empty folder', async () => ['-f', await mkdtemp(join(folder, 'empty-'))], 2, /holds no \*\.yaml/],
    [
      'half a JSON',
      async () => ['--config-dump', await file('c.json', '{"configs": [')],
      2,
      /nothing readable.*c\.json/,
    ],
    ['the wrong page', async () => ['--config-dump', `${fixture}/clusters.json`], 2, /nothing readable.*clusters/],
    [
      'Prometheus text',
      async () => ['--stats', await file('p.txt', '# TYPE envoy_x counter\nenvoy_x 1\n')],
      2,
      /nothing readable.*Prometheus/i,
    ],
    ['a foreign bundle', async () => ['--bundle', await file('d.tar.gz', 'x')], 2, /it is not gzipped/],
    ['an Envoy that is not there', async () => ['--admin', 'http://127.0.0.1:1'], 3, /connection refused/],
  ])('says in one line what is wrong: %s', async (_, args, code, words) => {
    const ran = await meshdoctor(['diagnose', ...(await args())]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(words);
    expect(ran.stderr).not.toContain('    at ');
  });

  it('reads the good documents beside a broken one, and exits 3', async () => {
    const path = await file('e.yaml', `${virtualService('a')}\nkind: [1,\nb: }\n---\n${virtualService('b')}`);
    const { code, stderr, stdout } = await meshdoctor(['diagnose', '-f', path, '-o', 'json', '--fail-on', 'never']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/e\.yaml:\d+:\d+: /);
    expect((JSON.parse(stdout) as { sources: { detail: string }[] }).sources[0]?.detail).toContain('2 objects');
  });

  it('lets no planted secret out: not into a bundle, not into a report', async () => {
    const secret = await file(
      'secret.yaml',
      'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { k: CANARY-manifest }\n',
    );
    const page = (name: string): string => `test/fixtures/envoy-1.40.0-static/${name}`;
    expect(await readFile(page('config_dump.json'), 'utf8')).toContain('CANARY-');
    const sources = ['--config-dump', page('config_dump.json'), '--clusters', page('clusters.json'), '-f', secret];
    const bundle = join(folder, 'canary.tar.gz');
    await meshdoctor(['collect', ...sources, '--output-file', bundle]);
    const held = gunzipSync(await readFile(bundle)).toString('utf8');
    expect(held).toContain('BootstrapConfigDump');
    expect(held).not.toContain('CANARY-');
    const report = await meshdoctor(['diagnose', ...sources, '-o', 'json']);
    expect(report.stdout + report.stderr).not.toContain('CANARY-');
  });

  it('resolves references by --base, judges only -f, and lets -f replace what the base has', async () => {
    const base = await file('base.yaml', `${virtualService('search')}${gatewayRoute('other', 'search')}`);
    const route = await file('route.yaml', gatewayRoute('search'));
    const args = [
      'diagnose',
      '-f',
      route,
      '--base',
      base,
      '--closed',
      '--now',
      '2026-06-01T00:00:00Z',
      '-o',
      'json',
      '--fail-on',
      'never',
    ];
    expect(findingsOf(await meshdoctor([...args, '--rule', 'target-service-missing']))).toEqual([]);
    const better = await file('better.yaml', virtualService('search', { node: 'search' }));
    const replaced = await meshdoctor([...args, '-f', better, '--rule', 'target-service-no-provider']);
    expect(findingsOf(replaced)).toEqual([]);
    const kept = await meshdoctor([...args, '--rule', 'node-missing']);
    expect(findingsOf(kept)).toEqual([]);
    const broken = await file('broken.yaml', gatewayRoute('gone'));
    const standingBy = await meshdoctor([...args, '--base', broken, '--rule', 'target-service-missing']);
    expect(findingsOf(standingBy)).toEqual([]);
  });

  it('draws plain ASCII where the terminal is not UTF-8, and no colour under NO_COLOR', async () => {
    const { stdout } = await meshdoctor(['demo'], { env: { LC_ALL: 'C', NO_COLOR: '1' } });
    expect(stdout).toMatch(/^[\n -~]*$/);
  });

  it('refuses 50 MB of noise quickly', async () => {
    const path = await file('noise.yaml', Buffer.alloc(50_000_000, 'kind: x {[ \n- &a *b "'));
    const { code, stderr } = await meshdoctor(['diagnose', '-f', path]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/nothing readable/);
  });

  it('shows the catalogue and a page, offline', async () => {
    expect((await meshdoctor(['rules'])).stdout).toContain('target-service-missing');
    expect((await meshdoctor(['rules', 'target-service-missing'])).stdout).toContain('Route targets a VirtualService');
    expect(await meshdoctor(['rules', 'target-service-mising'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('target-service-missing'),
    });
  });
});

describe('explain', () => {
  const bundle = ['--bundle', 'src/demo/incident.tar.gz'];

  it('shows both passes, the object to edit, and where the request ends', async () => {
    const { code, stdout } = await meshdoctor(['explain', 'GET', 'http://shop.example.com/cart/1?x=1', ...bundle]);
    expect(code).toBe(0);
    expect(stdout).toContain('-> VirtualNode shop/cart\n');
    expect(stdout).toContain('port: 80 -> load balancer -> Service shop/edge:80 -> 8088');
    expect(stdout).toMatch(/matched\s+#\d+ GatewayRoute shop\/cart \(.*cart\.yaml:8\)/);
    expect(stdout).toContain('1 listener lds_ingress_0.0.0.0_8088');
    expect(stdout).toContain('2 listener lds_egress_0.0.0.0_15001');
    expect(stdout).toMatch(/to cluster\s+cds_egress_shop_cart_shop_http_8080/);
    expect(stdout).toMatch(/endpoints\s+127\.20\.1\.100:8080 healthy/);
    expect(stdout).toMatch(/expected\s+the upstream's own status, flag -/);
  });

  it('names the nearest miss first where no route takes a request', async () => {
    const { code, stdout } = await meshdoctor(['explain', 'http://shop.example.com/nothing', ...bundle]);
    expect(code).toBe(0);
    expect(stdout).toContain('-> 404 NR, no route');
    const web =
      /nearest\s+#\d+ GatewayRoute shop\/web [^;]*asks\s+that host is "www\.shop\.example\.com"; host is "shop\.example\.com"/;
    expect(stdout).toMatch(web);
  });

  it('finds what an empty virtual host does to a route that matches', async () => {
    const { stdout } = await meshdoctor(['explain', '-o', 'json', 'http://shop.example.com/search/x', ...bundle]);
    const decision = JSON.parse(stdout);
    expect(decision).toMatchObject({ outcome: 'no-route', status: 404, responseFlag: 'NR', differs: [] });
    expect(decision.hops).toHaveLength(2);
    expect(decision.steps.some((step: { verdict: string }) => step.verdict === 'refused')).toBe(true);
  });

  it('decides from the objects alone, and says so', async () => {
    const { code, stdout } = await meshdoctor(['explain', 'http://shop.example.com/cart/1', ...manifests, '--closed']);
    expect(code).toBe(0);
    expect(stdout).toContain('decided by the objects alone');
    expect(stdout).toContain('-> VirtualNode shop/cart\n');
    expect(stdout).toMatch(/grade\s+observed/);
  });

  it('says in which fields a running gateway differs from its objects', async () => {
    const edited = await file(
      'edited.yaml',
      (await readFile('test/lab/stories/incident/manifests/cart.yaml', 'utf8')).replace(
        'prefix: /cart',
        'prefix: /kart',
      ),
    );
    const args = ['explain', '-o', 'json', 'http://shop.example.com/cart/1', ...saved, ...manifests, '-f', edited];
    const decision = JSON.parse((await meshdoctor(args)).stdout);
    expect(decision).toMatchObject({ outcome: 'forward', desired: { outcome: 'no-route' } });
    expect(decision.differs).toEqual([
      'outcome',
      'cluster',
      'clusters',
      'status',
      'responseFlag',
      'rewrite',
      'timeoutMs',
    ]);
  });

  it('answers a file of requests line by line, in order; an unmet expectation is exit 1', async () => {
    const lines = [
      { id: 'a', url: 'http://shop.example.com/cart/1', expect: { outcome: 'forward' } },
      { id: 'b', url: 'http://shop.example.com/nothing', expect: { status: 200 } },
    ];
    const requests = lines.map((line) => JSON.stringify(line)).join('\n');
    const { code, stdout, stderr } = await meshdoctor(['explain', '--requests', '-', '--coverage', ...bundle], {
      stdin: requests,
    });
    expect(code).toBe(1);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['a', 'b']);
    expect(stderr).toContain('request b (http://shop.example.com/nothing): status is 404, expected 200');
    expect(stderr).toMatch(/2 of \d+ routes were reached/);
  });

  it.each([
    [
      'a curl command',
      ['--curl', "curl -XPOST 'http://shop.example.com/orders' -H 'x-a: b' --data-raw x"],
      'cds_egress_shop_orders_shop_http_8080',
    ],
    [
      'a log line, whose host was rewritten',
      [
        '--log-line',
        '[2026-11-23T02:58:11.204Z] "GET /cart/1 HTTP/1.1" 200 - 0 5 3 2 "-" "curl" "abc" "cart.shop.svc.cluster.local" "127.0.0.1:15001"',
      ],
      'cds_egress_shop_cart_shop_http_8080',
    ],
  ])('reads %s', async (_, given, cluster) => {
    const { code, stdout } = await meshdoctor(['explain', ...given, '-o', 'json', ...bundle]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'forward', cluster });
  });

  it.each([
    ['no request', ['explain'], 'give one of'],
    ['a line that is no log line', ['explain', '--log-line', 'nonsense'], 'cannot read the log line'],
    ['a quote that is not closed', ['explain', '--curl', "curl 'http://a"], 'a quote is not closed'],
    ['a URL of another kind', ['explain', 'ftp://a/b'], 'cannot read the URL'],
    ['a port nobody listens on is told', ['explain', 'http://a/', '--gateway', 'shop/none'], 'no gateway shop/none'],
  ])('%s', async (_, args, message) => {
    const { code, stderr } = await meshdoctor([...args, ...bundle]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('answers a long file in order, and adds up what no request reached', async () => {
    const paths = ['cart/1', 'orders/1', 'nothing'];
    const lines = Array.from({ length: 9_000 }, (_, at) => {
      // The second route is reached near the end alone.
      const path = at === 8_900 ? 'users/1' : paths[at % 3];
      return JSON.stringify({ id: at, url: at === 3_000 ? 'ftp://a' : `http://shop.example.com/${path}` });
    });
    const args = ['explain', '--requests', '-', '--coverage', ...bundle];
    const { code, stdout, stderr } = await meshdoctor(args, { stdin: lines.join('\n') });
    expect(code).toBe(2);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ id }) => Number(id))).toEqual(lines.map((_, at) => at));
    expect(answers.flatMap(({ error }, at) => (error ? [at] : []))).toEqual([3_000]);
    expect(stderr).toContain('-:3001: cannot read the URL "ftp://a"');
    expect(stderr).toContain('no request reached route #3 (GatewayRoute shop/catalog)');
    expect(stderr).not.toMatch(/no request reached route #\d+ \(GatewayRoute shop\/users\)[^\n]*"\/users\/"/);
    expect(stderr).not.toContain(
      'GatewayRoute shop/orders) of virtual host self_redirect: path starts with "/orders/"',
    );
  });

  it('refuses a file without a request', async () => {
    const { code, stderr } = await meshdoctor(['explain', '--requests', '-', ...bundle], { stdin: '\n \n' });
    expect(code).toBe(2);
    expect(stderr).toBe('meshdoctor: - holds no request\n');
  });

  it('keeps the place and id of a request it cannot read, names its line, and answers the others', async () => {
    const lines = ['{"id": 1, "url": "http://shop.example.com/cart/1"}', '{', '{"id": "c", "url": "http://a:x/"}'];
    const { code, stdout, stderr } = await meshdoctor(['explain', '--requests', '-', ...bundle], {
      stdin: lines.join('\n'),
    });
    expect(code).toBe(2);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toMatchObject([{ id: '1', outcome: 'forward' }, { id: null }, { id: 'c' }]);
    expect(answers[1].error).toContain('-:2: this line is not JSON');
    expect(answers[2].error).toBe('-:3: cannot read the URL "http://a:x/": "x" is no port');
    expect(stderr).toContain(answers[2].error);
  });
});
