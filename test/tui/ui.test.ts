import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { Terminal } from '@xterm/headless';
import { render } from 'ink';
import { createElement } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyRequest } from '../../src/collect/request.ts';
import type { Suppression } from '../../src/snapshot/suppression.ts';
import { makeEngine } from '../../src/engine/engine.ts';
import { buildRequest } from '../../src/engine/requests/build.ts';
import { startAdmin } from '../support/admin-server.ts';
import { App } from '../../src/tui/app.tsx';
import { drawing, speaking } from '../../src/tui/display.ts';
import { type Access, startSession } from '../../src/tui/session.ts';

/** The whole terminal UI in a terminal emulator. */
interface Screen {
  readonly text: () => string;
  readonly press: (keys: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly until: (what: RegExp) => Promise<void>;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function start(access: Access, columns = 110, rows = 30, how: typeof drawing = drawing): Screen {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  const stdout = Object.assign(new EventEmitter(), {
    columns,
    rows,
    isTTY: true,
    write: (text: string): boolean => {
      terminal.write(text);
      return true;
    },
  });
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  const session = startSession(access);
  const look = { color: false, ascii: false };
  const display = how(stdout.write, look);
  const app = render(createElement(App, { session, access, look, display }), {
    // What ink needs of a terminal, and no more.
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  ends.push(() => {
    app.unmount();
    session.close();
    terminal.dispose();
  });
  const text = (): string => {
    const { active } = terminal.buffer;
    const lines = [...Array(terminal.rows).keys()].map((row) =>
      active.getLine(active.viewportY + row)?.translateToString(true),
    );
    return lines.join('\n').trimEnd();
  };
  return {
    text,
    press: (keys) => stdin.write(keys),
    resize: (cols, lines) => {
      terminal.resize(cols, lines);
      Object.assign(stdout, { columns: cols, rows: lines });
      stdout.emit('resize');
    },
    until: async (what) => {
      await expect.poll(text, { timeout: 15_000, interval: 20 }).toMatch(what);
    },
  };
}

/** The bundled incident through a real engine. */
async function incident(change: Partial<Access> = {}): Promise<Access> {
  const engine = makeEngine();
  return {
    engine,
    settings: {},
    follow: async () => {},
    gather: () => engine.gather({ ...emptyRequest, bundles: ['src/demo/incident.tar.gz'] }),
    readRequest: async (text) => buildRequest({ url: text }),
    save: async () => 'saved report.json',
    bundle: async () => 'saved bundle.tar.gz',
    everyMs: null,
    now: Date.now,
    ...change,
  };
}

describe('the terminal UI', { timeout: 60_000 }, () => {
  it('goes from a gateway to its routes to one route and back', async () => {
    const screen = start(await incident());
    await screen.until(/▸ +shop\/edge .*node-port-mismatch/);
    screen.press('\r');
    await screen.until(/▸ +8088 +0 +GatewayRoute shop\/recommend/);
    screen.press('jj');
    await screen.until(/▸ +8088 +2 +GatewayRoute shop\/payments/);
    screen.press('\r');
    await screen.until(/goes to +cds_egress_shop_payments/);
    screen.press('\u001b');
    await screen.until(/▸ +8088 +2 +GatewayRoute shop\/payments/);
  });

  it('filters findings, opens one, and tells of its command', async () => {
    const screen = start(await incident());
    await screen.until(/node-port-mismatch/);
    screen.press('\t');
    await screen.until(/▸ error +traffic +node-port-mismatch/);
    screen.press('/');
    screen.press('search');
    await screen.until(/▸ error +traffic +target-service-no-provider/);
    expect(screen.text()).not.toContain('node-port-mismatch');
    screen.press('\r');
    await screen.until(/enter finding/);
    screen.press('\r');
    await screen.until(/finding target-service-no-provider/);
    screen.press('y');
    await screen.until(/copied \(where the terminal lets it\): kubectl|nothing here to copy/);
  });

  it('leaves out what the settings suppress', async () => {
    const place = { document: 'meshdoctor.yaml', pointer: '' };
    const suppression: Suppression = {
      rule: 'node-port-mismatch',
      objects: { kind: null, namespace: null, name: null, labels: {} },
      ref: { apiVersion: '', kind: 'Suppression', namespace: null, name: 'node-port-mismatch' },
      reason: 'known',
      until: null,
      by: 'meshdoctor.yaml',
      evidence: { source: 'manifest', ...place, value: null },
    };
    const screen = start(await incident({ settings: { suppressions: [suppression] } }));
    await screen.until(/target-service-missing/);
    screen.press('\t');
    await screen.until(/▸ error +traffic +target-service/);
    expect(screen.text()).not.toContain('node-port-mismatch');
  });

  it('explains what is typed, and anew what is edited', async () => {
    const screen = start(await incident());
    await screen.until(/node-port-mismatch/);
    screen.press('e');
    await screen.until(/request: /);
    screen.press('http://shop.example.com/cart/1');
    screen.press('\r');
    await screen.until(/GET http:\/\/shop\.example\.com\/cart\/1 -> /);
    screen.press('e');
    await screen.until(/request: http/);
    screen.press('\u007f\u007f\u007f\u007f\u007f\u007f');
    screen.press('nothing');
    screen.press('\r');
    await screen.until(/GET http:\/\/shop\.example\.com\/nothing -> 404/);
  });

  it('draws and answers keys while a source hangs, and says how long it waits', async () => {
    let time = 0;
    const screen = start(await incident({ gather: () => new Promise(() => {}), now: () => time }));
    await screen.until(/reading the sources … 0s/);
    time = 42_000;
    screen.press('?');
    await screen.until(/every word must be in the row/);
    screen.press('?');
    await screen.until(/reading the sources … 42s/);
  });

  it('shows a gateway while another Envoy hangs, says so, and goes on reading the first', async () => {
    const story = {
      node: 'mesh/shop/virtualGateway/edge_shop',
      listeners: [{ name: 'lds_ingress_0.0.0.0_8088', port: 8088, rds: 'http' }],
      routes: { http: { all: [{ prefix: '/', cluster: 'c' }] } },
    };
    const [good, bad] = [await startAdmin(story), await startAdmin(story, { '/': () => {} })];
    ends.push(
      () => void good.close(),
      () => void bad.close(),
    );
    const engine = makeEngine();
    const request = { ...emptyRequest, admin: [bad.url, good.url], windowMs: 10, requestTimeoutMs: 60_000 };
    const screen = start(await incident({ engine, gather: () => engine.gather(request), everyMs: 300 }), 160);
    await screen.until(/▸ +shop\/edge .*/);
    const [, port = ''] = /:(\d+)$/.exec(bad.url) ?? [];
    await screen.until(
      new RegExp(`read 0s ago · the Envoy at http://127.0.0.1:${port}: (?:being read|no answer) for \\d+s`),
    );
    const asked = good.asked.length;
    await expect.poll(() => good.asked.length, { timeout: 10_000 }).toBeGreaterThan(asked + 20);
    expect(bad.asked).toHaveLength(1);
    screen.press(':sources\r');
    await screen.until(new RegExp(`AWAITED the Envoy at http://127.0.0.1:${port}: (?:being read|no answer) for`));
    await screen.until(/ok +http:\/\/127\.0\.0\.1:\d+: read \d+s ago/);
  });

  it('tells why a source failed', async () => {
    const screen = start(await incident({ gather: () => Promise.reject(new Error('connect ECONNREFUSED')) }));
    await screen.until(/reading failed: connect ECONNREFUSED/);
  });

  it('is said in words for screen readers: what is new, once, and nothing is painted over', async () => {
    const screen = start(await incident(), 400, 100, speaking);
    await screen.until(/1 of 1 selected: GATEWAY shop\/edge, PODS 1\/2!, .*WORST node-port-mismatch/);
    screen.press('\r');
    await screen.until(
      /gateways > shop\/edge > routes[^\n]*\n[\s\S]*1 of 22 selected: PORT 8088, # 0, OBJECT GatewayRoute/,
    );
    screen.press('jj');
    await screen.until(/3 of 22 selected: .*OBJECT GatewayRoute shop\/payments/);
    screen.press('/payments\r');
    await screen.until(/filter payments: \d of 22 rows/);
    screen.press('p');
    await screen.until(/paused, p goes on/);
    const said = screen.text();
    await new Promise((resume) => setTimeout(resume, 2_500));
    expect(screen.text()).toBe(said);
    expect(said).not.toMatch(/[\u2500-\u25ff]|\d+s ago/);
    expect(said.match(/6 errors, 0 warnings/g)).toHaveLength(1);
    screen.press('.');
    await expect.poll(() => screen.text().match(/6 errors, 0 warnings/g)?.length).toBe(2);
  });

  it('takes a smaller and a larger terminal as it comes', async () => {
    const screen = start(await incident());
    await screen.until(/WORST/);
    screen.press('\t');
    screen.resize(60, 15);
    await screen.until(/SEVERITY +RULE +WHAT/);
    screen.resize(140, 40);
    await screen.until(/SEVERITY +EFFECT +RULE +OBJECT +EXPLAINS +WHAT/);
  });
});
