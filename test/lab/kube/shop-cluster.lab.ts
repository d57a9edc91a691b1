import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import { waitUntil } from '../admin.ts';
import { type Lab, plantIncident, startStory } from '../story.ts';
import { shopRequests } from '../traffic.ts';
import { nameOf, tryApply } from './apply.ts';
import { getThroughApiServer } from './forward.ts';
import { type ShopCluster, startShopCluster } from './shop-cluster.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;
const mesh = '/apis/appmesh.k8s.aws/v1beta2';

let lab: Lab;
let cluster: ShopCluster;
const stop = async (): Promise<void> => {
  await cluster?.stop();
  await lab?.stop();
};
const list = async (path: string): Promise<readonly JsonObject[]> =>
  asList((await cluster.client.must(path)).items).map(asObject);
const askPod = (at: number, path: string) => {
  const place = { namespace: 'shop', pod: cluster.gatewayPods[at] ?? '', port: 9901 };
  return getThroughApiServer(cluster.kubeconfig, place, path);
};
const logOf = async (at: number, query = '') =>
  String((await cluster.client.call(`/api/v1/namespaces/shop/pods/${cluster.gatewayPods[at]}/log${query}`)).body);

describe('the cluster of the healthy story', () => {
  beforeAll(async () => {
    lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 2 });
    await lab.send(24);
    cluster = await startShopCluster(lab);
  }, BUILD_MS);
  afterAll(stop);

  it('has every mesh object active, with its ARN, in the mesh and the gateway', async () => {
    const routes = await list(`${mesh}/gatewayroutes`);
    expect(routes).toHaveLength(9);
    for (const route of routes) {
      expect(route.status).toMatchObject({
        conditions: [{ type: 'GatewayRouteActive', status: 'True' }],
        gatewayRouteARN: expect.stringMatching(/:mesh\/shop\/virtualGateway\/edge_shop\/gatewayRoute\/\w+_shop$/),
        observedGeneration: 1,
      });
      expect(route.spec).toMatchObject({ meshRef: { name: 'shop' }, virtualGatewayRef: { name: 'edge' } });
    }
    const others = (
      await Promise.all(
        ['meshes', 'virtualgateways', 'virtualservices', 'virtualnodes'].map((all) => list(`${mesh}/${all}`)),
      )
    ).flat();
    expect(others.filter(({ status }) => asObject(asList(asObject(status).conditions)[0]).status !== 'True')).toEqual(
      [],
    );
  });

  it('has ready pods on nodes that take pods, each owned up to its Deployment', async () => {
    const [pods, sets] = [await list('/api/v1/pods'), await list('/apis/apps/v1/replicasets')];
    const owners = new Set(sets.map((set) => asObject(set.metadata).uid));
    expect(pods.length).toBeGreaterThan(18);
    for (const pod of pods) {
      const { ownerReferences } = asObject(pod.metadata);
      expect(owners).toContain(asObject(asList(ownerReferences)[0]).uid);
      expect(asObject(pod.status)).toMatchObject({ phase: 'Running', podIP: expect.stringMatching(/^10\.244\./) });
    }
    expect((await list('/api/v1/nodes')).map(({ spec }) => asObject(spec).taints)).toEqual([undefined, undefined]);
  });

  it('has EndpointSlices for every Service, with the pods that answer', async () => {
    const slices = await list('/apis/discovery.k8s.io/v1/endpointslices');
    const cart = slices.find(({ metadata }) => nameOf({ metadata }).startsWith('cart-'));
    expect(cart?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    expect(asList(cart?.endpoints)).toHaveLength(2);
    const empty = slices.filter(({ endpoints }) => asList(endpoints).length === 0);
    expect(empty).toEqual([]);
  });

  it('gives Services the addresses that Envoy reaches', async () => {
    const cart = await cluster.client.must('/api/v1/namespaces/shop/services/cart');
    expect(await askPod(0, '/clusters')).toContain(`${asObject(cart.spec).clusterIP}:8080::health_flags::healthy`);
  });

  it("leads to each Envoy's own admin", async () => {
    const names = await Promise.all([0, 1].map((at) => askPod(at, '/listeners')));
    expect(names.map((text) => /127\.20\.\d+\.(\d+):8088/.exec(text)?.[1])).toEqual(['10', '11']);
  });

  it('has what Envoy wrote in the log of its pod, what was before and what comes', async () => {
    expect(await logOf(0)).toContain('"GET /cart/1 HTTP/1.1" 200');
    await lab.send([{ path: '/cart/written-later', host: 'api.shop.example.com' }]);
    await waitUntil('the line of the request', async () => (await logOf(0, '?tailLines=9')).includes('/written-later'));
    expect(await logOf(1)).toContain('starting main dispatch loop');
    const [first = '', second = ''] = (await logOf(0, '?timestamps=true')).split('\n').map((line) => line.slice(0, 23));
    expect(first <= second).toBe(true);
  });

  it('finds an Envoy again that was started anew', async () => {
    await lab.restartEnvoy(1);
    await cluster.refreshPorts();
    await waitUntil('the new Envoy to be LIVE', async () => (await askPod(1, '/ready')).includes('LIVE'));
  });

  it('refuses a new pod, as nothing answers the webhook', async () => {
    const container = { name: 'app', image: 'app:1' };
    const metadata = { name: 'late', namespace: 'shop' };
    const answer = await tryApply(cluster.client, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } },
    });
    expect(answer.status).toBe(500);
    expect(asObject(answer.body).message).toContain('failed calling webhook "mpod.appmesh.k8s.aws"');
  });
});

describe('the cluster of the incident', () => {
  beforeAll(async () => {
    lab = await startStory('incident', { envoyVersion: '1.40.0' });
    await plantIncident(lab);
    cluster = await startShopCluster(lab);
  }, BUILD_MS);
  afterAll(stop);

  it('has no status where a reference leads nowhere, and an Event in the words of the controller', async () => {
    const reviews = await cluster.client.must(`${mesh}/namespaces/shop/gatewayroutes/reviews`);
    expect(reviews.status).toBeUndefined();
    // The API server itself tells of cluster IPs it has yet to see allocated, now and then.
    const events = (await list('/api/v1/namespaces/shop/events')).filter(
      ({ reason }) => reason !== 'ClusterIPNotAllocated',
    );
    expect(events).toMatchObject([
      {
        reason: 'ReconcileError',
        message:
          'failed to resolve virtualServiceRef: unable to fetch virtualService: shop/reviews: ' +
          'VirtualService.appmesh.k8s.aws "reviews" not found',
        involvedObject: { kind: 'GatewayRoute', name: 'reviews', uid: asObject(reviews.metadata).uid },
        source: { component: 'GatewayRoute' },
        count: 11,
      },
    ]);
  });

  it('shows that Envoy goes on without its control plane', async () => {
    expect(await askPod(0, '/stats?filter=connected_state')).toContain('control_plane.connected_state: 0');
    const outcomes = await lab.send(shopRequests(12));
    expect(outcomes.map(({ status }) => status)).toContain(200);
    expect(await logOf(0)).toContain('StreamAggregatedResources gRPC config stream');
  });
});
