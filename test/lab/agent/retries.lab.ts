import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asObject } from '../../../src/lib/json.ts';
import { readStat, waitUntil } from '../admin.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { type Lab, manifestsOf, startStory } from '../story.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { openWay, type Way } from './way.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;
const WAIT_MS = 120_000;

let folder = '';
let lab: Lab;
let cluster: ShopCluster;
let way: Way;
let agent: AgentProcess;

/** The gateway logs how often a request was sent; nobody listens where the canary of the catalog is said to. */
async function withRetries(): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-retries-'));
  await cp(manifestsOf('healthy'), folder, { recursive: true });
  const change = async (file: string, from: string | RegExp, to: string): Promise<void> => {
    const text = await readFile(join(folder, file), 'utf8');
    expect(text).toMatch(from);
    await writeFile(join(folder, file), text.replace(from, to));
  };
  const format =
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
    '%UPSTREAM_REQUEST_ATTEMPT_COUNT% %DURATION% "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\\n';
  await change(
    '20-gateway.yaml',
    'path: /dev/stdout\n',
    `path: /dev/stdout\n        format:\n          text: ${JSON.stringify(format).replaceAll('\\\\n', '\\n')}\n`,
  );
  await change('catalog.yaml', /(name: catalog-v2\n {2}namespace: shop\nspec:[\s\S]*?port: )8080/, '$19090');
  return folder;
}

beforeAll(async () => {
  lab = await startStory('healthy', { envoyVersion: '1.40.0', manifests: await withRetries() });
  cluster = await startShopCluster(lab);
  way = await openWay(cluster, 'retries');
}, BUILD_MS);

afterAll(async () => {
  await agent?.end();
  await way?.stop();
  await cluster?.stop();
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

it(
  'retries are told of the gateway, of the target and of the route, as Envoy counts them',
  async () => {
    const [pod = ''] = cluster.gatewayPods;
    const { spec } = await cluster.client.must(`/api/v1/namespaces/shop/pods/${pod}`);
    const node = String(asObject(spec).nodeName);
    agent = await startAgent(['--kubeconfig', way.kubeconfig, '--node', node, '--interval', '1s']);
    await agent.line('look', ({ pods }) => Number(pods) > 0);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await lab.send(
      Array.from({ length: 120 }, (_, item) => ({ path: `/catalog/${item}`, host: 'api.shop.example.com' })),
    );
    const [url = ''] = lab.adminUrls;
    const retried = await readStat(url, 'cluster.cds_egress_shop_catalog-v2_shop_http_9090.upstream_rq_retry');
    expect(retried).toBeGreaterThan(4);
    const told = {
      meshdoctor_gateway_retries_total: { gateway: 'shop/edge' },
      meshdoctor_target_retries_total: { target: 'shop/catalog-v2' },
      meshdoctor_route_retries_total: { route: 'shop/catalog' },
    };
    for (const [name, labels] of Object.entries(told)) {
      await waitUntil(name, async () => (await agent.metric(name, labels)) >= Number(retried), WAIT_MS);
      expect(await agent.metric(name)).toBe(retried);
    }
  },
  2 * WAIT_MS,
);
