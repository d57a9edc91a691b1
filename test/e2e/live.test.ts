import { afterEach, describe, expect, it } from 'vitest';
import { meshdoctor as run } from '../support/built-program.ts';
import { type FakeApiServer, startFakeApiServer } from '../support/api-server.ts';

let server: FakeApiServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const meshdoctor = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  run(args, { env: { CI: '', HOME: '/nonexistent', KUBECONFIG: '', ...env } });

const gateway = (name: string) => ({
  metadata: { name, namespace: 'shop', uid: name },
  spec: { podSelector: { matchLabels: { app: name } }, listeners: [{ portMapping: { port: 8088, protocol: 'http' } }] },
});
const stock = [{ resource: 'virtualgateways.appmesh.k8s.aws', items: [gateway('edge'), gateway('partner')] }];

describe('without a source', () => {
  it('reads the current context in its namespace, and says so first', async () => {
    server = await startFakeApiServer(stock);
    const { code, stdout, stderr } = await meshdoctor(['diagnose'], { KUBECONFIG: server.kubeconfig });
    expect(stderr.split('\n')[0]).toContain(
      'no source given: reading the current context of the kubeconfig, its namespace',
    );
    expect(stdout).toContain('fake · VirtualGateway shop/edge: no Envoy read');
    expect(stdout).toContain('VirtualGateway shop/edge: no running pod serves it');
    // What is found goes before what was not seen.
    expect(stdout).toContain('ERROR ');
    expect(code).toBe(1);
  });

  it.each([
    ['in CI', { CI: 'true', KUBECONFIG: '/some/config' }],
    ['without a kubeconfig', {}],
  ])('%s: one line that names the ways', async (_, env) => {
    const { code, stdout, stderr } = await meshdoctor(['diagnose'], env);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('meshdoctor demo');
  });
});

describe('flags of the live cluster', () => {
  it('a cluster that does not answer is not seen, in one line', async () => {
    server = await startFakeApiServer(stock);
    const { kubeconfig } = server;
    const closed = await startFakeApiServer(stock);
    await closed.close();
    const dead = await meshdoctor(['diagnose', '--live', '--kubeconfig', closed.kubeconfig]);
    expect(dead.code).toBe(3);
    expect(dead.stderr).not.toContain('fault of meshdoctor');
    const wrong = await meshdoctor(['diagnose', '--kubeconfig', kubeconfig, '--context', 'prod']);
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toContain('the kubeconfig has no context prod (it has fake)');
  });

  it.each([
    ['--live', '--via', 'teleport'],
    ['--context', 'a', '--context', 'b', '-f', 'x.yaml'],
    ['--live', '-l', 'a b c'],
    ['--live', '--max-pods', '0'],
    ['--live', 'service/edge'],
  ])('%s %s %s is refused', async (...args) => {
    const { code, stdout } = await meshdoctor(['diagnose', ...args]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('one gateway can be named; one that is not there is told', async () => {
    server = await startFakeApiServer(stock);
    const live = ['--live', '--kubeconfig', server.kubeconfig];
    const { stdout } = await meshdoctor(['diagnose', 'vgw/edge', ...live, '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ gateways: [{ cluster: 'fake', ref: { name: 'edge' } }] });
    expect(stdout).not.toContain('"name": "partner"');
    const rows = await meshdoctor(['status', '--gateway', 'shop/partner', ...live, '-o', 'json']);
    expect(JSON.parse(rows.stdout)).toMatchObject({ gateways: [{ cluster: 'fake', ref: { name: 'partner' } }] });
    const none = await meshdoctor(['diagnose', 'vgw/ghost', ...live]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('no gateway ghost among what was read');
  });

  it('rights need no cluster', async () => {
    const { code, stdout } = await meshdoctor(['rights', 'diagnose', '-o', 'yaml']);
    expect(code).toBe(0);
    expect(stdout).toContain('resources: [gatewayroutes]');
    expect((await meshdoctor(['rights', 'demo'])).code).toBe(2);
  });
});
