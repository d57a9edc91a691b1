import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAdmin, readStat, waitUntil } from './admin.ts';
import { type Lab, plantIncident, startStory } from './story.ts';
import { shopRequests } from './traffic.ts';

const apiHost = 'api.shop.example.com';
const requestsTo = (path: string, count: number) => Array.from({ length: count }, () => ({ path, host: apiHost }));

/** All values under a key, however deep: config_dump is asked for facts, not for its nesting. */
function valuesOf(json: unknown, key: string): readonly unknown[] {
  if (Array.isArray(json)) return json.flatMap((item) => valuesOf(item, key));
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => [...(name === key ? [value] : []), ...valuesOf(value, key)]);
}

async function readDump(lab: Lab, resource: string): Promise<unknown> {
  const { body } = await askAdmin(lab.adminUrls[0] ?? '', `/config_dump?resource=${resource}`);
  return JSON.parse(body);
}

const statusesOf = (outcomes: readonly { status: number }[]) => [...new Set(outcomes.map(({ status }) => status))];

describe.each(['1.40.0', '1.36.2'] as const)('the healthy story on Envoy %s', (envoyVersion) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startStory('healthy', { envoyVersion });
  });
  afterAll(() => lab?.stop());

  it('answers every route with 200, through both hops', async () => {
    const outcomes = await lab.send(shopRequests(48));
    expect(outcomes.filter(({ status }) => status !== 200)).toEqual([]);
    const [url = ''] = lab.adminUrls;
    expect(await readStat(url, 'http.ingress.downstream_rq_2xx')).toBe(48);
    expect(await readStat(url, 'http.egress.downstream_rq_2xx')).toBe(48);
  });

  it('rewrites host and prefix as App Mesh does', async () => {
    const [cart] = await lab.send([{ path: '/cart/7?x=1', host: apiHost }]);
    expect(JSON.parse(cart?.body ?? '')).toMatchObject({ upstream: 'cart', url: '/7?x=1' });
    const [web] = await lab.send([{ path: '/products/7', host: 'www.shop.example.com' }]);
    expect(JSON.parse(web?.body ?? '')).toMatchObject({ upstream: 'web', url: '/products/7' });
  });

  it('splits the catalog by weight', async () => {
    const outcomes = await lab.send(requestsTo('/catalog/1', 200));
    const toCanary = outcomes.filter(({ body }) => body.includes('catalog-v2')).length;
    expect(toCanary).toBeGreaterThan(2);
    expect(toCanary).toBeLessThan(60);
  });

  it('has the listeners, routes and clusters of an App Mesh gateway', async () => {
    const listeners = await readDump(lab, 'dynamic_listeners');
    expect(valuesOf(listeners, 'stat_prefix')).toEqual(expect.arrayContaining(['ingress', 'egress']));
    expect(valuesOf(listeners, 'route_config_name')).toEqual(
      expect.arrayContaining(['rds_ingress_http_8088', 'rds_egress_http_15001']),
    );
    expect(valuesOf(listeners, 'name')).toEqual(
      expect.arrayContaining(['lds_ingress_0.0.0.0_8088', 'lds_egress_0.0.0.0_15001']),
    );
    const routes = await readDump(lab, 'dynamic_route_configs');
    expect(valuesOf(routes, 'name')).toEqual(expect.arrayContaining(['self_redirect', 'cart.shop.svc.cluster.local']));
    expect(valuesOf(routes, 'prefix')).toEqual(expect.arrayContaining(['/cart/', '/cart', '/']));
    expect(valuesOf(routes, 'host_rewrite_literal')).toContain('cart.shop.svc.cluster.local');
    const clusters = await readDump(lab, 'dynamic_active_clusters');
    expect(valuesOf(clusters, 'name')).toEqual(
      expect.arrayContaining([
        'cds_ingress_shop_edge_shop_self_redirect_http_15001',
        'cds_egress_shop_cart_shop_http_8080',
      ]),
    );
    expect(valuesOf(clusters, 'type')).toEqual(expect.arrayContaining(['STATIC', 'LOGICAL_DNS', 'STRICT_DNS']));
    expect(valuesOf(clusters, 'address')).toContain('cart.shop.svc.cluster.local.');
  });

  it('writes two access log lines for each request', async () => {
    await lab.send([{ path: '/users/two-lines', host: apiHost }]);
    const lines = async () =>
      (await readFile(lab.accessLogs[0] ?? '', 'utf8'))
        .split('\n')
        .filter((line) => line.includes('/users/two-lines') || line.includes('"GET /two-lines'));
    await waitUntil('both lines', async () => (await lines()).length >= 2);
    expect(await lines()).toHaveLength(2);
  });

  it('becomes LIVE again after a restart while the control plane lives', async () => {
    await lab.restartEnvoy(0);
    const isLive = async () => (await askAdmin(lab.adminUrls[0] ?? '', '/ready')).status === 200;
    await waitUntil('LIVE', isLive);
    expect(statusesOf(await lab.send(requestsTo('/cart/1', 3)))).toEqual([200]);
  });
});

describe.each(['1.40.0', '1.36.2'] as const)('the incident story on Envoy %s', (envoyVersion) => {
  let lab: Lab;
  let url: string;
  beforeAll(async () => {
    lab = await startStory('incident', { envoyVersion });
    url = lab.adminUrls[0] ?? '';
    await plantIncident(lab);
  });
  afterAll(() => lab?.stop());

  it('answers healthy routes still, and each planted fault in its own way', async () => {
    expect(statusesOf(await lab.send(requestsTo('/cart/1', 4)))).toEqual([200]);
    expect(statusesOf(await lab.send(requestsTo('/search/1', 4)))).toEqual([404]);
    expect(statusesOf(await lab.send(requestsTo('/payments/1', 4)))).toEqual([503]);
    expect(statusesOf(await lab.send(requestsTo('/reviews/1', 4)))).toEqual([404]);
    expect(await readStat(url, 'http.egress.no_route')).toBeGreaterThan(0);
    expect(await readStat(url, 'http.ingress.no_route')).toBeGreaterThan(0);
    expect(
      await readStat(url, 'cluster.cds_egress_shop_payments_shop_http_9090.upstream_cx_connect_fail'),
    ).toBeGreaterThan(20);
  });

  it('pushed an empty virtual host for search and nothing for reviews', async () => {
    const routes = await readDump(lab, 'dynamic_route_configs');
    expect(valuesOf(routes, 'name')).toContain('search.shop.svc.cluster.local');
    expect(JSON.stringify(routes)).not.toContain('reviews');
    expect(valuesOf(await readDump(lab, 'dynamic_active_clusters'), 'name')).not.toContain(
      'cds_egress_shop_search_shop_http_8080',
    );
  });

  it('keeps the refused update as error_state, refused a few times only', async () => {
    const errors = valuesOf(await readDump(lab, 'dynamic_listeners'), 'error_state');
    expect(errors.length).toBeGreaterThan(0);
    expect(valuesOf(errors, 'details').join()).not.toBe('');
    expect(await readStat(url, 'listener_manager.lds.update_rejected')).toBeLessThan(10);
  });

  it('knows that its control plane is gone', async () => {
    // Envoy hears of it when the connection has ended, which takes a moment on a busy machine.
    const isAlone = async (): Promise<boolean> => (await readStat(url, 'control_plane.connected_state')) === 0;
    await waitUntil('Envoy to know that it is alone', isAlone);
    expect((await askAdmin(url, '/ready')).body.trim()).toBe('LIVE');
  });

  it('stays PRE_INITIALIZING when it is restarted now', async () => {
    await lab.restartEnvoy(0);
    const [restarted = ''] = lab.adminUrls;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const ready = await askAdmin(restarted, '/ready');
    expect(ready).toMatchObject({ status: 503 });
    expect(ready.body.trim()).toBe('PRE_INITIALIZING');
    expect(statusesOf(await lab.send(requestsTo('/cart/1', 2)))).toEqual([0]);
  });
});

describe('several labs and replicas', () => {
  it('run side by side, two Envoys each, admin on a unix socket', async () => {
    const options = { envoyVersion: '1.40.0', replicas: 2, adminSocket: true } as const;
    const labs = await Promise.all([startStory('healthy', options), startStory('healthy', options)]);
    try {
      const gateways = labs.flatMap(({ gatewayUrls }) => gatewayUrls);
      expect(new Set(gateways).size).toBe(4);
      for (const lab of labs) {
        expect(lab.adminUrls.every((admin) => admin.startsWith('unix:'))).toBe(true);
        const trickle = lab.traffic(100);
        await waitUntil('both Envoys to have traffic', async () => {
          const counts = await Promise.all(
            lab.adminUrls.map((admin) => readStat(admin, 'http.ingress.downstream_rq_2xx')),
          );
          return counts.every((count) => (count ?? 0) > 3);
        });
        await trickle.stop();
      }
    } finally {
      await Promise.all(labs.map((lab) => lab.stop()));
    }
  });
});
