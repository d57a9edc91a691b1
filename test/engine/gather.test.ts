import { afterEach, describe, expect, it } from 'vitest';
import { emptyRequest } from '../../src/collect/request.ts';
import { makeEngine } from '../../src/engine/engine.ts';
import type { Engine, SourceState } from '../../src/engine/protocol.ts';
import { type AdminServer, startAdmin, type Trick } from '../support/admin-server.ts';

const servers: AdminServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const story = {
  node: 'mesh/shop/virtualGateway/edge_shop',
  listeners: [{ name: 'lds_ingress_0.0.0.0_8088', port: 8088, rds: 'http' }],
  routes: { http: { all: [{ prefix: '/', cluster: 'c' }] } },
};
/** Takes a call and never answers it. */
const hang: Trick = () => {};

async function admin(tricks: Readonly<Record<string, Trick>> = {}): Promise<string> {
  const server = await startAdmin(story, tricks);
  servers.push(server);
  return server.url;
}

/** Asks how it stands until it does so. */
async function told(engine: Engine, wanted: (sources: readonly SourceState[]) => boolean) {
  for (let step = 0; ; ) {
    const arrived = await engine.arrivals(step);
    if (wanted(arrived.sources)) return arrived;
    step = arrived.step;
  }
}

const has = (sources: readonly SourceState[], url: string): SourceState['last'] =>
  sources.find(({ name }) => name.includes(url.replace('http://', '')))?.last ?? null;

describe('sources that are gathered', () => {
  it('are spoken of while another one hangs, which is a gap and nothing that is missing', async () => {
    const [good, bad] = [await admin(), await admin({ '/': hang })];
    const engine = makeEngine();
    const done = engine.gather({ ...emptyRequest, admin: [bad, good], windowMs: 60_000, requestTimeoutMs: 2_000 });
    const { sources } = await told(engine, (all) => has(all, good) !== null);
    expect(has(sources, bad)).toBeNull();
    expect(sources.find(({ name }) => name.includes(bad))?.askedAt).not.toBeNull();
    expect(await engine.takeArrived()).toMatchObject({ envoys: 1 });
    const { gateways, gaps } = await engine.status();
    expect(gateways).toHaveLength(1);
    expect(gaps).toContainEqual({ missing: `the Envoy at ${bad}`, reason: 'it has not answered yet', remedy: null });
    expect((await engine.routes({ gateway: 'shop/edge', known: null })).rows).toHaveLength(1);
    const failed = await told(engine, (all) => has(all, bad) !== null);
    expect(has(failed.sources, bad)).toMatchObject({ state: 'failed', detail: expect.stringContaining('2 s') });
    void done;
  });

  it('are read again while one still hangs: that is not asked twice, and what it said stands', async () => {
    let hanging = false;
    const wait: Trick = (_, response) => {
      if (!hanging) response.end('{"version":"x/1.34.4/Clean","state":"LIVE"}');
    };
    const [good, bad] = [await admin(), await admin({ '/server_info': wait })];
    const engine = makeEngine();
    const request = { ...emptyRequest, admin: [good, bad], windowMs: 10 };
    await engine.gather(request);
    const before = await told(engine, () => true);
    expect(await engine.takeArrived()).toMatchObject({ envoys: 2 });
    hanging = true;
    void engine.gather(request);
    const later = await told(engine, (all) => (has(all, good)?.at ?? 0) > (has(before.sources, good)?.at ?? 0));
    expect(has(later.sources, bad)).toEqual(has(before.sources, bad));
    await engine.gather(request);
    expect(servers[1]?.asked.filter((line) => line === 'GET /server_info')).toHaveLength(2);
    expect(await engine.takeArrived()).toMatchObject({ envoys: 2 });
  });

  it('rest from being read two hundred times as long as it took, and are as old as they are meanwhile', async () => {
    const pages = await startAdmin(story);
    servers.push(pages);
    let uptime = 500;
    const slowly: Trick = async (asked, response) => {
      const page = await fetch(`${pages.url}${asked.url}`);
      const text = await page.text();
      const told = text
        .replace(/(server\.uptime","value":)\d+/, `$1${uptime}`)
        .replace(/(uptime_current_epoch":\s*")\d+s/, `$1${uptime}s`);
      setTimeout(() => response.end(told), asked.url === '/ready' ? 0 : 10);
    };
    const url = await admin({ '/': slowly });
    const asked = (): readonly string[] => servers[1]?.asked ?? [];
    const engine = makeEngine();
    const request = { ...emptyRequest, admin: [url], windowMs: 20 };
    const pace = { maxCallMs: null, light: false };
    await engine.gather({ ...request, pace });
    const first = await told(engine, (all) => has(all, url)?.whole === true);
    // Counters are read twice, so that rates are known; all else once.
    expect(asked().filter((line) => line.includes('type=Counters'))).toHaveLength(2);
    expect(asked().filter((line) => line.includes('resource=dynamic_route_configs'))).toHaveLength(1);
    expect(asked().filter((line) => line === 'GET /server_info')).toHaveLength(1);
    let calls = asked().length;
    await engine.gather({ ...request, pace });
    const rested = await told(engine, () => true);
    expect(asked()).toHaveLength(calls);
    expect([rested.came, has(rested.sources, url)]).toEqual([first.came, has(first.sources, url)]);
    // Whether it is still the same is asked: an Envoy that began anew is read at once.
    const peeking = { ...request, pace: { ...pace, peeks: true } };
    await engine.gather(peeking);
    expect(asked().slice(calls)).toEqual(['GET /server_info']);
    expect((await told(engine, () => true)).came).toBe(first.came);
    uptime = 2;
    await engine.gather(peeking);
    expect(asked().filter((line) => line.includes('resource=dynamic_route_configs'))).toHaveLength(2);
    calls = asked().length;
    const anewRead = await told(engine, () => true);
    expect(anewRead.came).toBe(first.came + 1);
    // A person asks for it: at once, but what did not change is not read again.
    await engine.gather({ ...request, pace: { ...pace, atOnce: true } });
    const again = await told(engine, () => true);
    expect(again.came).toBe(anewRead.came + 1);
    expect(has(again.sources, url)?.at).toBeGreaterThan(has(first.sources, url)?.at ?? Number.POSITIVE_INFINITY);
    const anew = asked().slice(calls);
    expect(anew.filter((line) => line.includes('type=Counters'))).toHaveLength(1);
    expect(anew.filter((line) => line.includes('/config_dump?resource='))).toEqual([]);
    expect(await engine.takeArrived()).toMatchObject({ envoys: 1 });
    expect((await engine.routes({ gateway: 'shop/edge', known: null })).rows).toHaveLength(1);
  });
});
