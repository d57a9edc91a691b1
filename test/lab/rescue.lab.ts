import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meshdoctor as run } from '../support/built-program.ts';
import { askAdmin, readStat } from './admin.ts';
import { inWordsOf120 } from './rescue/old-words.ts';
import { envoyBinary } from './install/install.ts';
import { differences, requestsFor } from './rescue/compare-envoys.ts';
import { startSecureGateway, type SecureGateway } from './rescue/secure-gateway.ts';
import { type StaticEnvoy, startStatic } from './rescue/static-envoy.ts';
import { freePorts } from './ports.ts';
import { type Lab, plantIncident, startStory } from './story.ts';

const atLeast = 2_000;

const meshdoctor = (...args: readonly string[]) => run(args);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-rescue-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(['1.40.0', '1.36.2'] as const)('an orphaned App Mesh gateway, rescued, on Envoy %s', (version) => {
  let lab: Lab;
  let rescued: StaticEnvoy | null = null;
  let copy = '';
  beforeAll(async () => {
    copy = join(folder, `edge-${version}.rescue.tar.gz`);
    lab = await startStory('incident', { envoyVersion: version });
    await plantIncident(lab);
  });
  afterAll(async () => {
    await rescued?.stop();
    await lab?.stop();
  });

  it('gives a copy that only its owner reads', async () => {
    const { code, stderr } = await meshdoctor(
      'collect',
      '--admin',
      lab.adminUrls[0] ?? '',
      '--for-rescue',
      '--output-file',
      copy,
    );
    expect(stderr).toContain('wrote');
    expect(code).toBe(0);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
  });

  it(`answers ${atLeast} requests as the orphaned one does`, async () => {
    const { code, stdout, stderr } = await meshdoctor('rescue', copy);
    expect(stderr).toContain('RESCUED shop/edge');
    expect(stderr).toContain('PROOF   equal');
    expect(code).toBe(0);
    const [from = ''] = /127\.20\.\d+\.10\b/.exec(stdout) ?? [];
    const to = from.replace(/10$/, '200');
    rescued = await startStatic(version, stdout.replaceAll(from, to));
    const cases = await requestsFor({ bundles: [copy] }, atLeast);
    expect(cases).toHaveLength(atLeast);
    expect(await differences(cases, { host: from }, { host: to })).toEqual([]);
    expect(await readStat(rescued.adminUrl, 'http.egress.downstream_rq_total')).toBeGreaterThan(atLeast / 3);
    expect(await rescued.log()).not.toMatch(/critical|ENVOY_BUG|envoy bug|deprecated/i);
    expect(await rescued.stdout()).toContain('"GET /cart');
  });

  it('answers alike in one pass too, with --fold', async () => {
    const { stdout, stderr } = await meshdoctor('rescue', copy, '--fold');
    expect(stderr).toMatch(/folded \d+ routes into one pass, proved equal for every request/);
    const [from = ''] = /127\.20\.\d+\.10\b/.exec(stdout) ?? [];
    const to = from.replace(/10$/, '201');
    const folded = await startStatic(version, stdout.replaceAll(from, to));
    const cases = await requestsFor({ bundles: [copy] }, 1_000);
    const found = await differences(cases, { host: from }, { host: to });
    const passes = await readStat(folded.adminUrl, 'http.egress.downstream_rq_total');
    await folded.stop();
    expect(found).toEqual([]);
    expect(passes).toBeLessThan(500);
  });

  it.runIf(version === '1.36.2')(`answers ${atLeast} requests alike on the version of the stock image`, async () => {
    const { stdout } = await meshdoctor('rescue', copy);
    const [from = ''] = /127\.20\.\d+\.10\b/.exec(stdout) ?? [];
    const to = from.replace(/10$/, '202');
    const stock = await startStatic('1.38.3', stdout.replaceAll(from, to));
    const cases = await requestsFor({ bundles: [copy] }, atLeast);
    const found = await differences(cases, { host: from }, { host: to }, false);
    await stock.stop();
    expect(found).toEqual([]);
    expect((await meshdoctor('rescue', copy, '-o', 'manifests')).stdout).toContain(
      'image: envoyproxy/envoy:v1.38-latest',
    );
  });

  it('needs no control plane: it is LIVE again after a restart, with its listeners', async () => {
    const bootstrap = (await meshdoctor('rescue', copy)).stdout;
    expect(bootstrap).not.toMatch(/ads|google_grpc|virtualGateway/);
    expect((await askAdmin(rescued?.adminUrl ?? '', '/listeners')).body.trim().split('\n')).toHaveLength(2);
  });

  it('is tried out on the spot with --envoy, and the running gateway gets no request', async () => {
    const before = await readStat(lab.adminUrls[0] ?? '', 'http.ingress.downstream_rq_total');
    const binary = await envoyBinary(version);
    const { code, stderr } = await meshdoctor(
      'rescue',
      copy,
      '--envoy',
      binary,
      '--output-file',
      join(folder, 'b.json'),
    );
    expect(stderr).toContain(
      `TRIAL   Envoy ${version} started with it and answered 2000 made-up requests as the gateway`,
    );
    expect(code).toBe(0);
    expect(await readStat(lab.adminUrls[0] ?? '', 'http.ingress.downstream_rq_total')).toBe(before);
    expect((await stat(join(folder, 'b.json'))).mode & 0o777).toBe(0o600);
  });

  it('is refused once the gateway has come back empty', async () => {
    await lab.restartEnvoy(0);
    const { code, stdout, stderr } = await meshdoctor('rescue', '--admin', lab.adminUrls[0] ?? '');
    expect(stderr).toContain('it came back empty after a restart');
    expect([code, stdout]).toEqual([1, '']);
  });
});

describe('two replicas on unix sockets', () => {
  it('are read both, and the newest complete configuration is taken, and named', async () => {
    const lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 2, adminSocket: true });
    try {
      const [first = '', second = ''] = lab.adminUrls;
      await lab.controlPlane.die();
      await lab.restartEnvoy(1);
      const { code, stderr } = await meshdoctor('rescue', '--admin', second, '--admin', first);
      expect(stderr).toContain(`RESCUED shop/edge from ${first}, last configured 20`);
      expect(stderr).toContain('PROOF   equal: proved for every request');
      expect(code).toBe(0);
    } finally {
      await lab.stop();
    }
  });
});

describe.each(['1.40.0', '1.36.2'] as const)('a gateway with TLS on both sides, rescued, on Envoy %s', (version) => {
  let gateway: SecureGateway;
  let rescued: StaticEnvoy | null = null;
  beforeAll(async () => {
    gateway = await startSecureGateway(version);
  });
  afterAll(async () => {
    await rescued?.stop();
    await gateway?.stop();
  });

  it(`answers ${atLeast} requests alike, once the keys are supplied`, async () => {
    const { adminUrl } = gateway.envoy;
    const { code, stdout, stderr } = await meshdoctor('rescue', '--admin', adminUrl);
    expect(stderr).toContain('PROOF   equal');
    expect(code).toBe(0);
    const { edge, client } = gateway.keys;
    for (const { certificate } of [edge, client]) {
      const wanted = await publicKeySha256(certificate);
      expect(stderr).toContain(wanted);
    }
    const { text, port } = await beside(gateway, stdout);
    rescued = await startStatic(version, text);
    const cases = await requestsFor({ admin: [adminUrl] }, atLeast);
    expect(cases.filter(({ request }) => request.tls)).toHaveLength(atLeast);
    for (const cluster of ['cart', 'web', 'pay']) {
      expect(cases.filter(({ expected }) => expected.cluster === cluster).length).toBeGreaterThan(50);
    }
    const there = { host: '127.0.0.1' };
    expect(await differences(cases, there, { ...there, portOf: () => port })).toEqual([]);
    expect(await readStat(rescued.adminUrl, 'cluster.pay.ssl.handshake')).toBeGreaterThan(0);
    expect(await rescued.log()).not.toMatch(/critical|envoy bug/i);
  });

  it('would not pass unseen with one timeout or one route changed', async () => {
    const { stdout } = await meshdoctor('rescue', '--admin', gateway.envoy.adminUrl);
    const cases = await requestsFor({ admin: [gateway.envoy.adminUrl] }, 300);
    for (const [from, to] of [
      ['"4s"', '"3s"'],
      ['"/pay/now"', '"/pay/nov"'],
    ] as const) {
      const { text, port } = await beside(gateway, stdout.replaceAll(from, to));
      const other = await startStatic(version, text);
      const found = await differences(cases, { host: '127.0.0.1' }, { host: '127.0.0.1', portOf: () => port });
      await other.stop();
      expect(found).not.toEqual([]);
    }
  });

  it('in the words of Envoy 1.20 starts too, and answers alike', async () => {
    const dump = await askAdmin(gateway.envoy.adminUrl, '/config_dump?include_eds');
    const file = join(folder, `old-${version}.json`);
    await writeFile(file, JSON.stringify(inWordsOf120(JSON.parse(dump.body))));
    const { code, stdout, stderr } = await meshdoctor('rescue', '--config-dump', file);
    expect(stderr).toContain('typed the configuration of extensions that an older Envoy found by name alone');
    expect(stderr).toContain('wrote header matchers of older names');
    expect(code).toBe(0);
    const { text, port } = await beside(gateway, stdout);
    const old = await startStatic(version, text);
    const cases = await requestsFor({ admin: [gateway.envoy.adminUrl] }, 500);
    const found = await differences(cases, { host: '127.0.0.1' }, { host: '127.0.0.1', portOf: () => port });
    const log = await old.log();
    await old.stop();
    expect(found).toEqual([]);
    expect(log).not.toMatch(/critical|envoy bug|HeaderMatcher|google_re2/i);
  });

  it('says of EDS addresses that they go stale, and drops the cluster of the control plane', async () => {
    const { stdout, stderr } = await meshdoctor('rescue', '--admin', gateway.envoy.adminUrl);
    expect(stderr).toMatch(/GAP {5}3 clusters keep fixed addresses.*cart \(127\.0\.0\.1:\d+\)/);
    expect(stdout).not.toContain('"xds"');
    expect(stdout).toContain('"zone": "a"');
  });

  it('runs a trial with TLS, with a certificate of its own', async () => {
    const { code, stderr } = await meshdoctor(
      'rescue',
      '--admin',
      gateway.envoy.adminUrl,
      '--envoy',
      await envoyBinary(version),
    );
    expect(stderr).toMatch(/TRIAL {3}Envoy \S+ started with it and answered \d+ made-up requests as the gateway would/);
    expect(code).toBe(0);
  });
});

/** A rescued bootstrap with its keys supplied, on other ports than the gateway it was made from. */
async function beside({ ports, keys }: SecureGateway, bootstrap: string) {
  const [outer = 0, inner = 0] = await freePorts(2);
  const text = bootstrap
    .replace('/etc/meshdoctor-rescue/keys/edge-cert.key', keys.edge.keyFile)
    .replace('/etc/meshdoctor-rescue/keys/edge-client.key', keys.client.keyFile)
    .replaceAll(`"port_value": ${ports[0]}`, `"port_value": ${outer}`)
    .replaceAll(`"port_value": ${ports[1]}`, `"port_value": ${inner}`);
  return { text, port: outer };
}

async function publicKeySha256(certificate: string): Promise<string> {
  const file = join(folder, 'certificate.pem');
  await writeFile(file, certificate);
  const out = await new Promise<string>((resolve) => {
    const command = `openssl x509 -in ${file} -noout -pubkey | openssl pkey -pubin -pubout -outform DER | sha256sum`;
    execFile('sh', ['-c', command], (_, stdout) => resolve(stdout));
  });
  expect(await readFile(file, 'utf8')).toBe(certificate);
  return out.slice(0, 64);
}
