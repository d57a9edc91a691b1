import { describe, expect, it } from 'vitest';
import { collect } from '../../../src/collect/collect.ts';
import { logsByApi } from '../../../src/collect/kubernetes/log-followers.ts';
import { emptyRequest } from '../../../src/collect/request.ts';
import { Follower } from '../../../src/engine/logs/follow.ts';
import { buildModel, type Model } from '../../../src/model/model.ts';

const dump = 'test/fixtures/envoy-1.40.0-incident/config_dump.json';
const manifests = 'test/lab/stories/incident/manifests';
const gateway = 'shop/edge';
const began = Date.parse('2026-11-27T10:00:00Z');

async function model(): Promise<Model> {
  const saved = { ...emptyRequest.saved, configDump: [dump] };
  const { snapshot } = await collect({ ...emptyRequest, files: [manifests], recursive: true, saved, closed: true });
  return buildModel(snapshot);
}

/** A line as the API server gives it with stamps, in Envoy's default format. */
function line(path: string, ending: string, second: number): string {
  const time = new Date(began + second * 1000).toISOString();
  return `${time} [${time}] "GET ${path} HTTP/1.1" ${ending} 0 98 7 - "-" "curl/8.1" "-" "api.shop.example.com" "10.0.0.9:8080"\n`;
}

/** A log that can be written to while it is followed. */
function openLogs() {
  const waiting = new Map<string, (text: string) => void>();
  const paths: string[] = [];
  const ways = {
    connect: async (path: string, signal: AbortSignal) => {
      paths.push(path);
      const pod = /pods\/([^/]+)/.exec(path)?.[1] ?? '';
      async function* chunks() {
        while (!signal.aborted) {
          const text = await new Promise<string>((resolve) => {
            waiting.set(pod, resolve);
            signal.addEventListener('abort', () => resolve(''), { once: true });
          });
          yield Buffer.from(text);
        }
      }
      return { status: 200, chunks: chunks() };
    },
    wait: async () => {},
  };
  const write = async (pod: string, text: string): Promise<void> => {
    await turns();
    waiting.get(pod)?.(text);
    await turns();
  };
  return { ways, write, paths };
}

/** Lets everything that is ready run. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('followed logs', () => {
  it('are told by the objects of their routes, from the first turn on', async () => {
    const { ways, write, paths } = openLogs();
    const follower = new Follower(logsByApi(ways), () => began);
    const read = await model();
    const pods = [{ key: 'shop/edge-1', gateway }];
    expect(follower.turn(read.snapshot, { pods })).toEqual({ gateways: [], lines: 0, troubles: [] });
    await write('edge-1', line('/cart/7', '503 UH', 1) + line('/cart/8', '200 -', 2) + line('/nowhere', '404 NR', 3));
    expect(follower.turn(read.snapshot, { pods })).toMatchObject({ lines: 3, gateways: [{ gateway, routes: [] }] });
    // This gateway hands requests to itself: a line waits a turn for its other one.
    const told = follower
      .turn(read.snapshot, { pods })
      .gateways.flatMap(({ routes }) =>
        routes.flatMap(({ route, endings }) => endings.map(({ cause, count }) => `${route} ${cause} ${count}`)),
      );
    expect(told.sort()).toEqual(['none no-route 1', 'shop/cart no-healthy-upstream 1', 'shop/cart none 1']);
    expect(paths).toHaveLength(1);
    expect(follower.turn(read.snapshot, { pods }).gateways).toMatchObject([{ gateway, routes: [] }]);
  });

  it('of a pod that came later are read from its beginning, those of one that goes no longer', async () => {
    const { ways, write, paths } = openLogs();
    let now = began;
    const follower = new Follower(logsByApi(ways), () => now);
    const read = await model();
    const first = { key: 'shop/edge-1', gateway };
    const second = { key: 'shop/edge-2', gateway };
    follower.turn(read.snapshot, { pods: [first] });
    now += 60_000;
    follower.turn(read.snapshot, { pods: [first, second] });
    await turns();
    expect(paths.map((path) => new URLSearchParams(path.split('?')[1]).get('sinceTime'))).toEqual([
      '2026-11-27T10:00:00Z',
      '2026-11-27T10:00:00Z',
    ]);
    follower.turn(read.snapshot, { pods: [second] });
    await write('edge-1', line('/cart/7', '200 -', 61));
    await write('edge-2', line('/cart/7', '200 -', 61));
    expect(follower.turn(read.snapshot, { pods: [second] }).lines).toBe(1);
    const unseen = buildModel((await collect(emptyRequest)).snapshot);
    expect(follower.turn(unseen.snapshot, { pods: null }).gateways).toHaveLength(1);
    await write('edge-2', line('/cart/7', '200 -', 62));
    follower.turn(unseen.snapshot, { pods: null });
    expect(follower.turn(unseen.snapshot, { pods: null }).gateways[0]?.routes).toMatchObject([{ route: 'shop/cart' }]);
    expect(follower.turn(read.snapshot, { pods: [] }).gateways).toHaveLength(1);
    expect(follower.turn(read.snapshot, { pods: [] }).gateways).toEqual([]);
  });
});
