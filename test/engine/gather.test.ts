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
});
