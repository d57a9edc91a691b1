import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeApiServer, type Stock, startFakeApiServer } from '../support/api-server.ts';

let server: FakeApiServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const env = { ...process.env, CI: '', HOME: '/nonexistent', KUBECONFIG: '', NODE_NAME: '', POD_NAME: '' };

function meshdoctor(args: readonly string[]) {
  return new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = execFile(process.execPath, ['dist/main.js', ...args], { timeout: 30_000, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Runs an agent until it says this, then ends it as Kubernetes does. */
function agentUntil(said: string, args: readonly string[]) {
  return new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = spawn(process.execPath, ['dist/main.js', 'agent', '--listen', '127.0.0.1:0', ...args], { env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes(said) && !child.killed) child.kill('SIGTERM');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
    child.on('exit', (code) => {
      clearTimeout(late);
      resolve({ code, stdout, stderr });
    });
  });
}

const gateway = {
  metadata: { name: 'edge', namespace: 'shop', uid: 'edge' },
  spec: { podSelector: { matchLabels: { app: 'edge' } }, listeners: [] },
};
const stock: readonly Stock[] = [{ resource: 'virtualgateways.appmesh.k8s.aws', items: [gateway] }];

describe('meshdoctor agent --cost', () => {
  it('counts what the cluster has, and starts nothing', async () => {
    const named = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ metadata: { name: `one-${at}`, namespace: 'shop' } }));
    server = await startFakeApiServer([
      ...stock,
      { resource: 'gatewayroutes.appmesh.k8s.aws', items: named(43) },
      {
        resource: 'nodes',
        items: [...named(6), { metadata: { name: 'f', labels: { 'eks.amazonaws.com/compute-type': 'fargate' } } }],
      },
    ]);
    const { code, stdout, stderr } = await meshdoctor(['agent', '--cost', '--kubeconfig', server.kubeconfig]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('1 gateways, 43 routes, 6 agents');
    // 16 series of a gateway and 4 of a cluster, at $0.30.
    expect(stdout).toMatch(/^alarms +20 +\$6\.00/m);
    expect(server.asked.every((line) => line.startsWith('GET '))).toBe(true);
  });

  it('says that there is no cluster to count', async () => {
    const { code, stdout, stderr } = await meshdoctor(['agent', '--cost', '--kubeconfig', '/nonexistent/config']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('--cost counts the gateways of a cluster');
  });

  it('is told by install where metrics go to CloudWatch', async () => {
    const { stdout } = await meshdoctor(['install', '--cloudwatch', 'put', '--cluster', 'prod-eu']);
    expect(stdout).toMatch(/^# alarms +20 +\$6\.00/m);
    expect((await meshdoctor(['install'])).stdout).not.toContain('$');
  });
});

describe('meshdoctor agent', () => {
  it.each([
    ['without a cluster', ['--node', 'n'], 'the agent needs a cluster'],
    [
      'of a DaemonSet without its node',
      ['--kubeconfig', '/some/file'],
      'must know its node: give --node, or NODE_NAME',
    ],
    [
      'with a rule that there is none',
      ['--kubeconfig', 'x', '--node', 'n', '--rule', 'route-shadowd'],
      'route-shadowed',
    ],
    ['with an address that is none', ['--listen', 'nowhere'], 'an address is HOST:PORT'],
  ])('%s says what is missing, exit 2', async (_, flags, words) => {
    const { code, stdout, stderr } = await meshdoctor(['agent', ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('fault of meshdoctor');
  });

  it('says where somebody else listens already', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { code, stderr } = await meshdoctor([
      ...['agent', '--kubeconfig', '/nonexistent', '--node', 'n', '--listen', `127.0.0.1:${port}`],
    ]);
    taken.close();
    expect(code).toBe(2);
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}`);
  });

  const mesh = ['backendgroups', 'gatewayroutes', 'meshes', 'virtualgateways', 'virtualnodes', 'virtualrouters'];
  it.each([
    ['and tells routes by their objects', [], [...mesh, 'virtualservices']],
    ['and no routes', ['--no-logs'], ['virtualgateways']],
  ])('counts without leading where it may write no Lease, and says so once; %s', async (_, more, kinds) => {
    server = await startFakeApiServer(stock);
    const flags = ['--kubeconfig', server.kubeconfig, '--node', 'n', '--name', 'a', '--interval', '1s', ...more];
    const { code, stdout, stderr } = await agentUntil('"event":"look"', flags);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ event }) => event)).toEqual(['started', 'lease', 'look', 'ended']);
    expect(lines.every(({ time, level, agent }) => time !== undefined && level !== undefined && agent === 'a')).toBe(
      true,
    );
    expect(lines[2]).toMatchObject({ leader: false, pods: 0 });
    // An agent that does not lead lists what it counts alone.
    const listed = server.asked.filter((line) => line.includes('limit=')).map((line) => line.replace(/limit=\d+/, ''));
    expect([...new Set(listed)].sort()).toEqual([
      'GET /api/v1/nodes?fieldSelector=metadata.name%3Dn&',
      'GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn&',
      ...kinds.map((kind) => `GET /apis/appmesh.k8s.aws/v1beta2/${kind}?`),
    ]);
    expect(stdout).not.toContain('canary-token-value');
  });
});

describe('meshdoctor install', () => {
  it('prints the flags it was given, and no others', async () => {
    const { code, stdout } = await meshdoctor(['install', '--interval', '30s', '--skip-rule', 'x', '--no-events']);
    expect(code).toBe(0);
    const args = stdout.slice(stdout.indexOf('args:'), stdout.indexOf('env:'));
    expect(args.match(/- (.*)/g)).toEqual([
      '- agent',
      '- --mode',
      '- daemonset',
      '- --interval',
      '- 30000ms',
      '- --no-events',
      '- --skip-rule',
      '- x',
    ]);
    expect(stdout).not.toContain('patch');
  });

  it('with CloudWatch prints a spool on a volume of the pod, or the one that is given', async () => {
    const put = ['install', '--cloudwatch', 'put', '--cluster', 'prod-eu'];
    for (const [flags, folder] of [
      [[], '/var/spool/meshdoctor'],
      [['--spool', '/waiting'], '/waiting'],
    ] as const) {
      const { stdout } = await meshdoctor([...put, ...flags]);
      expect(stdout.match(new RegExp(`- --spool\\n +- ${folder}\\n`, 'g'))).toHaveLength(1);
      expect(stdout).toContain(`mountPath: ${folder}\n`);
    }
    const emf = await meshdoctor(['install', '--cloudwatch', 'emf', '--cluster', 'prod-eu']);
    expect(emf.stdout).not.toContain('spool');
  });

  it('with CloudWatch asks for the name of the cluster', async () => {
    const { code, stderr } = await meshdoctor(['install', '--cloudwatch', 'emf']);
    expect(code).toBe(2);
    expect(stderr).toContain('give --cluster NAME');
  });

  it('keeps a DaemonSet off Fargate, whose nodes take no pod of it', async () => {
    expect((await meshdoctor(['install'])).stdout).toContain('key: eks.amazonaws.com/compute-type');
    expect((await meshdoctor(['install', '--mode', 'deployment'])).stdout).not.toContain('compute-type');
  });

  it('prints the least policy', async () => {
    const put = JSON.parse((await meshdoctor(['install', '-o', 'iam', '--cloudwatch', 'put'])).stdout);
    expect(put.Statement).toMatchObject([
      { Action: 'cloudwatch:PutMetricData', Condition: { StringEquals: { 'cloudwatch:namespace': 'meshdoctor' } } },
    ]);
    expect(JSON.parse((await meshdoctor(['install', '-o', 'iam'])).stdout).Statement).toEqual([]);
  });

  it('refuses a port that probes cannot find', async () => {
    expect(await meshdoctor(['install', '--listen', ':0'])).toMatchObject({ code: 2, stdout: '' });
  });
});
