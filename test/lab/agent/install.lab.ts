import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asList, asObject, asTexts, type JsonObject } from '../../../src/lib/json.ts';
import { waitUntil } from '../admin.ts';
import { apply } from '../kube/apply.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { asServiceAccount } from '../kube/users.ts';
import { type Lab, startStory } from '../story.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { askedBy, grantedBy, manifests } from './printed.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;

let lab: Lab;
let cluster: ShopCluster;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-install-'));
  lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 1 });
  cluster = await startShopCluster(lab);
}, BUILD_MS);

afterAll(async () => {
  await cluster?.stop();
  await lab?.stop();
  await rm(folder, { recursive: true });
});

/** What the server says of an object, as `kubectl apply --server-side --dry-run=server` asks it. */
async function dryRun(object: JsonObject): Promise<string> {
  const query = '?dryRun=All&fieldManager=meshdoctor&force=true&fieldValidation=Strict';
  const path = `${await cluster.client.pathOf(object)}${query}`;
  const { status, body } = await cluster.client.call(path, {
    method: 'PATCH',
    body: object,
    contentType: 'application/apply-patch+yaml',
  });
  return status < 300 ? 'taken' : `${status} ${asObject(body).message}`;
}

const kindOf = ({ kind }: JsonObject) => String(kind);

describe('the manifests', () => {
  const flags: readonly (readonly string[])[] = [
    [],
    ['--mode', 'deployment'],
    ['-n', 'observability', '--image', 'registry.example.com/meshdoctor:1.2.3'],
    ['--interval', '30s', '--only-namespace', 'shop', '--via', 'port-forward', '--admin-port', '9000'],
    ['--max-pods', '50', '--max-call', '1s', '--listen', ':8080', '--no-events', '--cluster', 'prod-eu'],
    ['--rule', 'route-shadowed', '--rule', 'route-duplicate', '--skip-rule', 'tracing-disabled'],
    ['--cluster', 'prod-eu', '--cloudwatch', 'put', '--cloudwatch-profile', 'routes', '--max-series', '500'],
    ['--cluster', 'prod-eu', '--cloudwatch', 'put', '--spool', '/spool'],
    ['--cluster', 'prod-eu', '--cloudwatch', 'emf', '--otlp', 'http://collector:4318/v1/metrics'],
    ['--rescue-copies', '/rescue', '--rescue-claim', 'copies', '--mode', 'deployment'],
    ['--node-logs'],
    ['--no-logs'],
    ['--rescue-copies', 'configmap', '--admin-proxy', 'off'],
    ['--rescue-copies', 's3://copies/prod', '--admin-proxy', '9100'],
    ['--role-arn', 'arn:aws:iam::123456789012:role/meshdoctor', '--mode', 'deployment', '--spool', '/spool'],
  ];

  it.each(flags.map((one) => [one.join(' ') || 'as they are', one] as const))(
    '%s: the API server takes them',
    async (_, one) => {
      const all = await manifests(...one);
      expect(all.map(kindOf).slice(0, -1)).toEqual([
        'Namespace',
        'ServiceAccount',
        'ClusterRole',
        'ClusterRoleBinding',
        'Role',
        'RoleBinding',
      ]);
      const [home, ...others] = all;
      await apply(cluster.client, home ?? {});
      for (const object of [home ?? {}, ...others])
        expect([kindOf(object), await dryRun(object)]).toEqual([kindOf(object), 'taken']);
    },
  );

  it.each([['daemonset'], ['deployment']])(
    '%s: its pod passes restricted pod security, and no webhook of App Mesh',
    async (mode) => {
      const all = await manifests('--mode', mode, '--cluster', 'prod-eu', '--cloudwatch', 'put');
      const [home, account] = all;
      for (const one of [home, account]) await apply(cluster.client, one ?? {});
      const template = asObject(asObject(all.at(-1)?.spec).template);
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...asObject(template.metadata), name: 'agent-x', namespace: 'meshdoctor' },
        spec: template.spec,
      };
      // The webhook of the shop's cluster refuses every pod that is its own, for nothing answers it.
      expect(await dryRun(pod)).toBe('taken');
      const spec = asObject(template.spec);
      const [container] = asList(spec.containers).map(asObject);
      const loose = { ...pod, spec: { ...spec, containers: [{ ...container, securityContext: {} }] } };
      expect(await dryRun(loose)).toContain('violates PodSecurity "restricted');
      expect(JSON.stringify(asObject(home?.metadata).labels)).not.toContain('appmesh');
    },
  );

  it('the flags in them are flags of the agent', async () => {
    for (const one of flags) {
      const all = await manifests(...one);
      const [container] = asList(asObject(asObject(asObject(all.at(-1)?.spec).template).spec).containers).map(asObject);
      const [verb, ...args] = asTexts(container?.args);
      expect(verb).toBe('agent');
      // What is said last holds: nothing is reached, and nothing is written outside.
      const here = ['--listen', '127.0.0.1:0', '--spool', folder, '--rescue-copies', folder, '--node', 'n'];
      const agent = await startAgent([...args, ...here, '--kubeconfig', join(folder, 'none')]);
      await agent.end();
      expect(agent.complaints()).toBe('');
    }
  });
});

describe('the rights', () => {
  it.each([
    ['daemonset', ['--via', 'port-forward']],
    ['deployment', ['--via', 'port-forward']],
  ] as const)('%s: all that is asked is granted, and all that is granted is asked', async (mode, flags) => {
    const all = await manifests('--mode', mode, ...flags);
    for (const object of all.slice(0, -1)) await apply(cluster.client, object);
    const user = await asServiceAccount(cluster, 'meshdoctor', 'meshdoctor-agent');
    const before = (await cluster.audit()).length;
    const pod = await cluster.client.must(`/api/v1/namespaces/shop/pods/${cluster.gatewayPods[0]}`);
    const node = String(asObject(pod.spec).nodeName);
    const start = (name: string) =>
      startAgent([
        '--mode',
        mode,
        ...flags,
        '--node',
        node,
        '--name',
        name,
        '--kubeconfig',
        user.kubeconfig,
        '--lease-namespace',
        'meshdoctor',
        '--interval',
        '1s',
      ]);
    const agents: AgentProcess[] = [await start('one')];
    await agents[0]!.line('leads');
    agents.push(await start('two'));
    await Promise.all(agents.map((agent) => agent.line('look')));
    await agents[0]!.line('look', ({ leader }) => leader === true);
    await waitUntil('an Event', async () => (await asked()).includes('create events'), 60_000);
    await Promise.all(agents.map((agent) => agent.end()));
    async function asked(): Promise<readonly string[]> {
      const { all: mine, refused } = await askedBy(cluster, user.name, before);
      expect(refused).toEqual([]);
      return mine;
    }
    const granted = grantedBy(all);
    const used = await asked();
    expect(used.filter((one) => !granted.includes(one) && one !== 'get ')).toEqual([]);
    // Not served here: Karpenter, VPA, the Gateway API. Events are patched, and Leases of others removed, rarely; the
    // port-forward of older servers asks for another verb.
    const rare =
      /nodepools|nodeclaims|verticalpodautoscalers|gatewayclasses|gateways|httproutes|grpcroutes|patch events|delete leases|portforward/;
    expect(granted.filter((one) => !used.includes(one) && !rare.test(one))).toEqual([]);
    user.client.close();
  });
});
