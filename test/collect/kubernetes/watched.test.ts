import { describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../../src/collect/kubernetes/cluster.ts';
import { WatchedLists } from '../../../src/collect/kubernetes/watched.ts';
import type { JsonObject } from '../../../src/lib/json.ts';

const routes = '/apis/appmesh.k8s.aws/v1beta2/gatewayroutes';
const signal = new AbortController().signal;

function route(name: string, version: number, generation = 1): JsonObject {
  const managedFields = [
    { manager: 'kubectl', operation: 'Update', time: 't', fieldsV1: { 'f:spec': { 'f:httpRoute': {} } } },
  ];
  return { metadata: { namespace: 'shop', name, resourceVersion: String(version), generation, managedFields } };
}

/** A server whose lists are counted, and whose watches answer what the test says. */
function server() {
  let items: readonly JsonObject[] = [route('cart', 1)];
  let version = 1;
  let lists = 0;
  let at = 0;
  let changes = 0;
  let refuse: number | null = null;
  const watches: {
    readonly path: string;
    readonly signal: AbortSignal;
    readonly send: (text: string | null | Error) => void;
  }[] = [];
  const waits: number[] = [];
  let going: (() => void)[] = [];
  const watched = new WatchedLists({
    async connect(path, ended) {
      const queue: (string | null | Error)[] = [];
      let wake = (): void => {};
      const send = (text: string | null | Error): void => {
        queue.push(text);
        wake();
      };
      ended.addEventListener('abort', () => send(new Error('aborted')));
      watches.push({ path, signal: ended, send });
      async function* chunks() {
        for (;;) {
          while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          const next = queue.shift();
          if (next instanceof Error) throw next;
          if (typeof next !== 'string') return;
          yield Buffer.from(next);
        }
      }
      if (refuse === null) return { status: 200, chunks: chunks() };
      send(null);
      return { status: refuse, chunks: chunks() };
    },
    wait: (tries) => {
      waits.push(tries);
      return new Promise((resolve) => going.push(resolve));
    },
    now: () => at,
    changed: () => {
      changes += 1;
    },
  });
  const answer = (): ApiAnswer => {
    lists += 1;
    const text = JSON.stringify({ metadata: { resourceVersion: String(version) }, items });
    return { ok: true, status: 200, text, retryAfterMs: null };
  };
  return {
    watches,
    waits,
    lists: () => lists,
    changes: () => changes,
    sweep: () => watched.sweep(),
    refuse: (status: number | null) => {
      refuse = status;
    },
    holds: (now: readonly JsonObject[], is: number) => {
      items = now;
      version = is;
    },
    later: (ms: number) => {
      at += ms;
    },
    /** What waits goes on. */
    goOn: async () => {
      const ready = going;
      going = [];
      for (const resolve of ready) resolve();
      await settled();
    },
    send: async (text: string | null | Error) => {
      watches.at(-1)?.send(text);
      await settled();
    },
    names: async (path = routes) => {
      const { items: listed, state } = await watched.list({ ask: async () => answer() }, path, signal);
      await settled();
      return state === 'listed' ? listed.map(({ metadata }) => (metadata as { name: string }).name) : state;
    },
    list: () => watched.list({ ask: async () => answer() }, routes, signal),
  };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const event = (type: string, object: JsonObject): string => `${JSON.stringify({ type, object })}\n`;

describe('a watched list', () => {
  it('is listed once, and then known by what is heard', async () => {
    const api = server();
    expect(await api.names()).toEqual(['cart']);
    expect(api.watches.map(({ path }) => path)).toEqual([
      `${routes}?watch=true&allowWatchBookmarks=true&timeoutSeconds=240&resourceVersion=1`,
    ]);
    await api.send(event('ADDED', route('web', 2)) + event('MODIFIED', route('cart', 3, 2)).slice(0, 30));
    expect(await api.names()).toEqual(['cart', 'web']);
    await api.send(event('MODIFIED', route('cart', 3, 2)).slice(30) + event('DELETED', route('web', 4)));
    expect(await api.names()).toEqual(['cart']);
    expect(api.lists()).toBe(1);
    expect(api.changes()).toBe(3);
  });

  it('keeps of managedFields what tells when a spec was written, and no more', async () => {
    const api = server();
    await api.names();
    const { items } = await api.list();
    expect(JSON.stringify(items)).not.toContain('f:httpRoute');
    expect(JSON.stringify(items)).toContain('"f:spec":{}');
  });

  it('says by its mark whether anything in it changed', async () => {
    const api = server();
    const first = await api.list();
    await settled();
    const second = await api.list();
    expect(second.mark).toBe(first.mark);
    expect(second.items[0]).toBe(first.items[0]);
    await api.send(event('BOOKMARK', { metadata: { resourceVersion: '9' } }));
    expect((await api.list()).mark).toBe(first.mark);
    await api.send(event('ADDED', route('web', 10)));
    const third = await api.list();
    expect(third.mark).not.toBe(first.mark);
    expect(third.items.map((item) => item === first.items[0])).toEqual([true, false]);
  });

  it('is no reason to look where a status is written again, and bookmarks only move on', async () => {
    const api = server();
    await api.names();
    await api.send(event('MODIFIED', route('cart', 5)) + event('BOOKMARK', { metadata: { resourceVersion: '9' } }));
    expect(api.changes()).toBe(0);
    await api.send(null);
    await api.goOn();
    expect(api.watches.at(-1)?.path).toContain('resourceVersion=9');
    expect(await api.names()).toEqual(['cart']);
    expect(api.lists()).toBe(1);
  });

  it('is listed while its watch is broken, and watched on from what was heard last', async () => {
    const api = server();
    await api.names();
    await api.send(event('ADDED', route('web', 2)));
    await api.send(new Error('socket hang up'));
    await api.goOn();
    expect(api.watches.at(-1)?.path).toContain('resourceVersion=2');
    await api.send(new Error('socket hang up'));
    api.holds([route('other', 7)], 7);
    expect(await api.names()).toEqual(['other']);
    expect(api.lists()).toBe(2);
    // The old one ended; the new one begins at the new list.
    await api.goOn();
    expect(api.watches.at(-1)?.path).toContain('resourceVersion=7');
    expect(api.watches.slice(0, -1).every((watch) => watch.signal.aborted)).toBe(true);
  });

  it.each([
    ['as an event', event('ERROR', { kind: 'Status', code: 410, reason: 'Expired' })],
    ['garbled', '{"type":"ADDED","obj\n'],
  ])('is listed anew where what was heard is void: %s', async (_, text) => {
    const api = server();
    await api.names();
    await api.send(text);
    api.holds([route('web', 8)], 8);
    expect(await api.names()).toEqual(['web']);
    expect(api.watches.at(-1)?.path).toContain('resourceVersion=8');
    expect(api.lists()).toBe(2);
  });

  it('is listed anew where its version is gone (410) when the watch begins', async () => {
    const api = server();
    api.refuse(410);
    await api.names();
    api.refuse(null);
    expect(await api.names()).toEqual(['cart']);
    expect(await api.names()).toEqual(['cart']);
    expect([api.lists(), api.watches.length]).toEqual([2, 2]);
  });

  it('waits while the server asks for patience (429): its kind is new', async () => {
    const api = server();
    api.refuse(429);
    await api.names();
    await api.goOn();
    await api.goOn();
    expect(api.waits).toEqual([0, 1, 2]);
    api.refuse(null);
    await api.goOn();
    await api.names();
    expect([api.lists(), api.watches.length]).toEqual([1, 4]);
  });

  it('is only listed where it may not be watched, and asked again after ten minutes', async () => {
    const api = server();
    api.refuse(403);
    for (let look = 0; look < 3; look += 1) expect(await api.names()).toEqual(['cart']);
    expect([api.lists(), api.watches.length]).toEqual([3, 1]);
    api.later(601_000);
    await api.names();
    expect(api.watches).toHaveLength(2);
  });

  it('is listed anew after half an hour, whatever was heard', async () => {
    const api = server();
    await api.names();
    api.later(29 * 60_000);
    await api.names();
    expect(api.lists()).toBe(1);
    api.later(61_000);
    await api.names();
    expect(api.lists()).toBe(2);
    expect(api.watches.map((watch) => watch.signal.aborted)).toEqual([true, false]);
  });

  it('is let go where nobody asks any more, and tells no change where it is none of App Mesh', async () => {
    const api = server();
    await api.names('/api/v1/pods');
    await api.send(event('ADDED', route('pod', 2)));
    expect(api.changes()).toBe(0);
    api.sweep();
    expect(api.watches[0]?.signal.aborted).toBe(false);
    api.sweep();
    expect(api.watches[0]?.signal.aborted).toBe(true);
  });

  it('only lists what is too long to be heard', async () => {
    const api = server();
    await api.names();
    const text = event('ADDED', { ...route('long', 2), spec: 'x'.repeat(400_000) });
    for (let from = 0; from < text.length; from += 65_536) await api.send(text.slice(from, from + 65_536));
    expect(await api.names()).toEqual(['cart']);
    expect([api.lists(), api.watches.length]).toEqual([2, 1]);
  });
});
