import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../../src/collect/collect.ts';
import { currentContext } from '../../../src/collect/kubernetes/request.ts';
import { emptyRequest } from '../../../src/collect/request.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import type { LiveTraffic } from '../../../src/engine/logs/live/live-document.ts';
import { LiveLogs } from '../../../src/engine/logs/live/live-logs.ts';
import { RecentCounts } from '../../../src/engine/logs/live/recent-counts.ts';
import type { Engine } from '../../../src/engine/protocol.ts';
import { buildModel, type Model } from '../../../src/model/model.ts';
import type { KubernetesObject } from '../../../src/snapshot/object.ts';
import { logOf } from '../../support/log-lines.ts';

let folder = '';
let log = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-live-logs-'));
  log = join(folder, 'access.log');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function following(text: string): Promise<Engine> {
  await writeFile(log, text);
  const engine = makeEngine();
  await engine.collect({ ...emptyRequest, bundles: ['src/demo/incident.tar.gz'] });
  await engine.follow({ paths: [log], format: null, since: null, until: null, pods: null });
  return engine;
}

const told = async (engine: Engine, requests: number): Promise<LiveTraffic> => {
  await expect.poll(async () => (await engine.traffic()).gateways[0]?.requests, { timeout: 15_000 }).toBe(requests);
  return engine.traffic();
};

const host = 'api.shop.example.com';
const now = (): string => new Date(Date.now() + 5_000).toISOString();
const payments = (count: number, at: string): string =>
  `${logOf({ request: 'GET /payments/4711', ends: '503 UF', host, count, at, everyMs: 1 })}\n`;
const cart = (count: number, at: string): string =>
  `${logOf({ request: 'GET /cart/4711', ends: '200 -', host, count, at, everyMs: 1, served: true })}\n`;

describe('logs that are followed', { timeout: 40_000 }, () => {
  it('are told by class and by route, what fails first, and what is personal by its shape', async () => {
    const engine = await following(cart(30, now()) + payments(20, now()));
    const { classes, routes, gateways } = await told(engine, 50);
    expect(classes.map(({ method, path, status, flag, count }) => [method, path, status, flag, count])).toEqual([
      ['GET', '/payments/:id', 503, 'UF', 20],
      ['GET', '/cart/:id', 200, '-', 30],
    ]);
    const route = routes.find(({ label }) => label === 'GatewayRoute shop/payments');
    expect(route).toMatchObject({ gateway: 'shop/edge', failedShare: 1, p99Ms: expect.closeTo(7, 0) });
    expect(gateways[0]?.failedShare).toBeCloseTo(0.4);
    expect(JSON.stringify(classes)).not.toContain('4711');
    const { explained } = await engine.explainClass(classes[0]?.key ?? '');
    expect(explained).toMatchObject([{ url: `${host}/payments/1`, decision: { outcome: 'forward' } }]);
  });

  it('go on with what is written, in the file that takes the place of another too', async () => {
    const engine = await following(cart(10, now()));
    await told(engine, 10);
    await appendFile(log, cart(5, new Date(Date.now() + 7_000).toISOString()));
    await told(engine, 15);
    await rename(log, `${log}.1`);
    await writeFile(log, payments(7, now()));
    expect((await told(engine, 22)).logs).toMatchObject([{ name: log, state: 'reading', lines: 22 }]);
  });

  it('of the time before are told by the rate of that time', async () => {
    const engine = await following(
      `${logOf({ request: 'GET /cart/1', ends: '200 -', host, count: 241, everyMs: 1000, served: true })}\n`,
    );
    const { classes } = await told(engine, 241);
    expect(classes[0]?.perMinute).toBeCloseTo(60, 0);
  });

  it('are heard of by rules', async () => {
    const engine = await following(payments(300, now()) + cart(300, now()));
    await told(engine, 600);
    const { traffic } = await engine.diagnose({ rules: [], skip: [] });
    expect(traffic).toMatchObject([{ requests: 600, failed: 300, gateway: { name: 'edge' } }]);
  });

  it('that cannot be read say why', async () => {
    const engine = await following('');
    await engine.follow({ paths: [join(folder, 'none.log')], format: null, since: null, until: null, pods: null });
    await expect
      .poll(async () => (await engine.traffic()).logs[0])
      .toMatchObject({
        state: 'failed',
        detail: 'there is no such file or folder',
      });
  });
});

describe('logs of pods', () => {
  it('are said to have ended while their pod is there, and are gone with it; a cluster that is not seen says nothing', async () => {
    const { snapshot } = await collect({ ...emptyRequest, bundles: ['src/demo/incident.tar.gz'] });
    const pod = (phase: string): KubernetesObject => ({
      place: { document: 'pods', pointer: '' },
      reported: true,
      ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'edge-1' },
      body: {
        metadata: { namespace: 'shop', name: 'edge-1' },
        spec: {
          containers: [
            { name: 'envoy', env: [{ name: 'APPMESH_RESOURCE_ARN', value: 'mesh/shop/virtualGateway/edge_shop' }] },
          ],
        },
        status: { phase, podIP: '10.0.0.1' },
      },
    });
    const with_ = (pods: readonly KubernetesObject[], state: 'listed' | 'not-read'): Model =>
      buildModel({
        ...snapshot,
        objects: [...snapshot.objects.filter(({ ref }) => ref.kind !== 'Pod'), ...pods],
        coverage: [{ subject: { type: 'objects', kind: 'Pod', namespace: '*' }, state, reason: '' }],
      });
    const pods = { since: Date.now(), limitBytes: 1 << 20 };
    const logs = new LiveLogs({ paths: [], format: null, since: null, until: null, pods });
    const live = { ...currentContext, kubeconfig: join(folder, 'none'), namespace: 'shop' };
    const states = async (model: Model): Promise<readonly string[]> => {
      await logs.use(model, { ...emptyRequest, live });
      const told = logs.tell(Date.now()).logs.filter(({ name }) => name === 'log of pod shop/edge-1');
      return told.map(({ state }) => (state === 'ended' ? 'ended' : 'followed'));
    };
    try {
      expect(await states(with_([pod('Running')], 'listed'))).toEqual(['followed']);
      expect(await states(with_([], 'not-read'))).toEqual(['followed']);
      expect(await states(with_([pod('Succeeded')], 'listed'))).toEqual(['ended']);
      expect(await states(with_([], 'listed'))).toEqual([]);
    } finally {
      logs.close();
    }
  });
});

describe('counts of the last minute', () => {
  it('are a rate a minute, and forgotten after it', () => {
    const recent = new RecentCounts();
    for (let second = 0; second <= 120; second += 1) recent.add(second * 1000, new Map([['a', 2]]));
    expect(recent.perMinute('a')).toBeCloseTo(120, -1);
    for (let second = 121; second <= 190; second += 1) recent.add(second * 1000, new Map());
    expect(recent.perMinute('a')).toBe(0);
  });
});
