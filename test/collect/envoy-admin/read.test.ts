import { afterEach, describe, expect, it } from 'vitest';
import { parseTarget } from '../../../src/collect/envoy-admin/get.ts';
import { readEnvoyAdmin } from '../../../src/collect/envoy-admin/read.ts';
import { type AdminServer, startAdmin, type Trick } from '../../support/admin-server.ts';
import type { EnvoyStory } from '../../support/envoy-pages.ts';

let server: AdminServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const story: EnvoyStory = {
  connected: false,
  listeners: [{ name: 'lds_ingress_0.0.0.0_8088' }],
  routes: { rds_egress_http_15001: { 'cart.shop': [{ prefix: '/' }] } },
  stats: [{ 'cluster.a.upstream_cx_connect_fail': 1 }, { 'cluster.a.upstream_cx_connect_fail': 9 }],
};

async function read(tricks: Readonly<Record<string, Trick>> = {}, more: EnvoyStory = {}) {
  server = await startAdmin({ ...story, ...more }, tricks);
  return readEnvoyAdmin({
    target: server.url,
    key: 'envoy/0',
    keep: true,
    window: 30,
    requestTimeoutMs: 300,
    signal: AbortSignal.timeout(5000),
    now: () => new Date(),
  });
}

describe('reading an Envoy', () => {
  it('reads every section with GET from the fixed list, counters twice', async () => {
    const { envoys, sources, coverage } = await read();
    const [envoy] = envoys;
    expect(coverage.filter(({ state }) => state !== 'listed')).toEqual([]);
    expect(sources).toEqual([expect.objectContaining({ state: 'ok' })]);
    expect(
      envoy?.stats.state === 'listed' &&
        envoy.stats.value.map(({ values }) => values.get('cluster.a.upstream_cx_connect_fail')?.value),
    ).toEqual([1, 9]);
    expect(
      server?.asked.every((line) =>
        /^GET \/(server_info|ready|listeners|config_dump|clusters|stats|certs|runtime)\b/.test(line),
      ),
    ).toBe(true);
    expect(server?.asked[0]).toBe('GET /server_info');
  });

  it('does not take whatever answers there for an Envoy', async () => {
    const other: Trick = (_, response) => {
      response.writeHead(502);
      response.end('bad gateway');
    };
    const pages = ['/server_info', '/ready', '/listeners?format=json'];
    const { envoys, sources } = await read(Object.fromEntries(pages.map((page) => [page, other])));
    expect(envoys).toEqual([]);
    expect(sources).toMatchObject([{ state: 'failed', trouble: 'not-seen' }]);
    expect(sources[0]?.detail).toContain('no admin endpoint of an Envoy (/server_info: status 502)');
    expect(server?.asked).toHaveLength(3);
  });

  it('does not ask type= of a version that ignores it: the whole dump in one call instead', async () => {
    await read({}, { version: '1.20.0' });
    expect(server?.asked.some((line) => line.includes('type='))).toBe(false);
    expect(server?.asked).toContain('GET /config_dump?include_eds');
  });

  it('says that the configuration changed while it was read, after reading it again twice', async () => {
    let version = 0;
    const { gaps, envoys } = await read({
      '/stats?format=json&type=TextReadouts': (_, response) => {
        version += 1;
        response.end(`{"stats":[{"name":"cluster_manager.cds.version_text","value":"${version}"}]}`);
      },
    });
    expect(gaps.some(({ reason }) => reason.startsWith('changed while read'))).toBe(true);
    expect(envoys[0]?.routes.state).toBe('partial');
    expect(server?.asked.filter((line) => line.includes('resource=dynamic_listeners'))).toHaveLength(3);
  });

  it.each<readonly [string, Trick, RegExp]>([
    ['never answers', () => {}, /no whole answer within/],
    ['closes at once', (request) => request.socket.destroy(), /closed before the answer ended/],
    [
      'breaks off',
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"cluster');
        setTimeout(() => request.socket.destroy(), 5);
      },
      /broke off after \d+ bytes/,
    ],
    ['says HTML', (_, response) => response.end('<html>hello</html>'), /HTML/i],
    ['says half a JSON', (_, response) => response.end('{"cluster_statuses": ['), /clusters/],
    [
      'answers 500',
      (_, response) => {
        response.statusCode = 500;
        response.end('no');
      },
      /status 500/,
    ],
    [
      'redirects',
      (_, response) => {
        response.writeHead(302, { location: '/quitquitquit' });
        response.end();
      },
      /status 302/,
    ],
  ])('goes on when one page %s', async (_, trick, reason) => {
    const { gaps, envoys, sources } = await read({ '/clusters': trick });
    expect(gaps.map((gap) => gap.reason).join('\n')).toMatch(reason);
    expect(envoys[0]?.hosts.state).toBe('not-read');
    expect(envoys[0]?.routes.state).toBe('listed');
    expect(sources[0]?.state).toBe('partial');
    expect(server?.asked.some((line) => line.includes('quit'))).toBe(false);
  });

  it('says in one line that an Envoy could not be seen at all', async () => {
    server = await startAdmin(story);
    const { url } = server;
    await server.close();
    server = null;
    const signal = AbortSignal.timeout(2000);
    const harvest = await readEnvoyAdmin({
      target: url,
      key: 'envoy/0',
      keep: false,
      window: 0,
      requestTimeoutMs: 300,
      signal,
      now: () => new Date(),
    });
    expect(harvest.envoys).toEqual([]);
    expect(harvest.sources).toEqual([
      expect.objectContaining({
        state: 'failed',
        trouble: 'not-seen',
        detail: 'connection refused: nothing listens there',
      }),
    ]);
  });
});

it.each([
  ['http://127.0.0.1:9901', { host: '127.0.0.1', port: 9901, socket: null }],
  ['localhost:9901', { host: 'localhost', port: 9901 }],
  ['http://[::1]:9901', { host: '::1', port: 9901 }],
  ['unix:/tmp/envoy.sock', { socket: '/tmp/envoy.sock' }],
])('reads the target %s', (text, expected) => {
  expect(parseTarget(text)).toMatchObject(expected);
});

it.each(['https://a:1', 'ftp://a', 'unix:', 'http://'])('refuses the target %s in one line', (text) => {
  expect(parseTarget(text)).toEqual(expect.stringContaining(text));
});
