import { beforeAll, describe, expect, it } from 'vitest';
import { emptyRequest } from '../../src/collect/request.ts';
import { makeEngine } from '../../src/engine/engine.ts';
import { buildRequest } from '../../src/engine/requests/build.ts';
import { displayWidth } from '../../src/lib/width.ts';
import { shownRows, standsAt } from '../../src/tui/choose.ts';
import { age, type Data, noData, routeAsked } from '../../src/tui/data.ts';
import { copiedFrom } from '../../src/tui/copied.ts';
import type { Content } from '../../src/tui/content.ts';
import { drawHead, layOut, sortedColumns } from '../../src/tui/draw.ts';
import { extentOf, frame, standingOn } from '../../src/tui/frame.ts';
import { initialState, reduce, type Screen, type State } from '../../src/tui/state.ts';

const plain = { color: false, ascii: false };
let data: Data;
let payments: Extract<Screen, { name: 'route' }>;
const request = 'http://shop.example.com/payments/1';

beforeAll(async () => {
  const engine = makeEngine();
  const summary = await engine.collect({ ...emptyRequest, bundles: ['src/demo/incident.tar.gz'], keep: true });
  const there = <T>(value: T) => ({ state: 'there', value, at: 5_000 }) as const;
  const report = await engine.diagnose({ rules: [], skip: [] });
  const list = await engine.routes({ gateway: 'shop/edge', known: null });
  const rows = list.rows ?? [];
  const { key = '' } = rows.find(({ object }) => object === 'GatewayRoute shop/payments') ?? {};
  payments = { name: 'route', gateway: 'shop/edge', key };
  const asked = { requests: [buildRequest({ url: request })], gateway: null, envoyVersion: null };
  data = {
    ...noData(5_000),
    now: 8_000,
    collected: there(summary),
    report: there(report),
    last: report,
    status: await engine.status(),
    routes: new Map([['shop/edge', there({ ...list, rows })]]),
    details: new Map([[routeAsked('shop/edge', key), there(await engine.route(payments))]]),
    explained: new Map([[request, there(await engine.explain(asked))]]),
  };
});

const noExtent = { count: 0, page: 1, columns: 0, keyAt: () => null, standsAt: () => 0 };
const at = (screen: Screen): State => reduce({ ...initialState, request }, { type: 'open', screen }, noExtent);

const firstFinding = (): string => standingOn(at({ name: 'findings' }), data, { ...plain, width: 100 }) ?? '';

describe.each([
  [60, 15],
  [80, 24],
  [160, 50],
])('on a terminal of %i columns and %i lines', (width, height) => {
  it.each<[string, () => Screen]>([
    ['gateways', () => ({ name: 'gateways' })],
    ['routes', () => ({ name: 'routes', gateway: 'shop/edge' })],
    ['a route', () => payments],
    ['findings', () => ({ name: 'findings' })],
    ['a finding', () => ({ name: 'finding', id: firstFinding() })],
    ['explain', () => ({ name: 'explain' })],
    ['sources', () => ({ name: 'sources' })],
    ['help', () => ({ name: 'help' })],
  ])('%s fill it and never more, with colour, without and in ASCII', (_, screen) => {
    for (const look of [plain, { color: false, ascii: true }]) {
      const lines = frame(at(screen()), data, { ...look, width }, height);
      expect(lines).toHaveLength(height);
      for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
      if (look.ascii) expect(lines.slice(0, 1).concat(lines.slice(-2)).join('')).toMatch(/^[\x20-\x7e]*$/);
    }
  });
});

describe('the screens', () => {
  const seen = (state: State, width = 120, height = 40): string =>
    frame(state, data, { ...plain, width }, height).join('\n');

  it('gateways: the worst is named, with what stands behind it', () => {
    expect(seen(at({ name: 'gateways' }))).toMatch(/▸ +shop\/edge +1\/2! .* node-port-mismatch: /);
  });

  it('routes: in the order of Envoy, with the findings about their objects', () => {
    const text = seen(at({ name: 'routes', gateway: 'shop/edge' }), 220);
    expect(text).toMatch(/0 +GatewayRoute shop\/recommendations +path starts with "\/recommendations\/"/);
    expect(text).toMatch(/GatewayRoute shop\/payments .* node-port-mismatch/);
    expect(text).toMatch(/cds_egress_shop_payments_shop_http_9090/);
  });

  it('a route: the object to edit, where it goes, and what is said of it', () => {
    const text = seen(at(payments));
    expect(text).toMatch(/made from +GatewayRoute shop\/payments \(\S+:\d+\)/);
    expect(text).toMatch(/goes to +cds_egress_shop_payments_shop_http_9090/);
    expect(text).toContain('node-port-mismatch');
  });

  it('a route: its target, what shadows it, its objects and its Envoy form, folded until they are asked for', () => {
    const text = seen(at(payments), 120, 80);
    expect(text).toMatch(/TARGETS\n +VirtualNode shop\/payments \(cds_egress_shop_payments_shop_http_9090\): /);
    expect(text).toMatch(/SHADOWS\n +no other route takes its requests/);
    expect(text).toMatch(/\+ GatewayRoute shop\/payments \(\S+payments.yaml:1\): \d+ lines \(1 shows it\)/);
    const names = [...text.matchAll(/^ {2}\+ (\w+)/gm)].map(([, name]) => name);
    expect(names).toEqual(['GatewayRoute', 'VirtualService', 'VirtualNode', 'Service', 'in']);
    const open = [1, 5].reduce((state, part) => reduce(state, { type: 'fold', part }, noExtent), at(payments));
    const shown = seen(open, 120, 200);
    expect(shown).toMatch(/- GatewayRoute.*folds it\)\n +apiVersion: appmesh.k8s.aws\/v1beta2\n +kind: GatewayRoute\n/);
    expect(shown).toMatch(/- in Envoy, as JSON.*\n +\{\n[\s\S]*"prefix": "\/payments\/"/);
  });

  it('y copies what a person stands on: a command, what reads an object, a request', () => {
    const look = { ...plain, width: 100 };
    expect(copiedFrom(at({ name: 'findings' }), data, look)).toMatch(/^kubectl -n shop patch service\/payments /);
    expect(copiedFrom(at({ name: 'finding', id: firstFinding() }), data, look)).toMatch(/^kubectl -n shop patch /);
    expect(copiedFrom(at(payments), data, look)).toBe('kubectl -n shop get gatewayroute payments -o yaml');
    expect(copiedFrom(at({ name: 'explain' }), data, look)).toBe(request);
    expect(copiedFrom(at({ name: 'help' }), data, look)).toBeNull();
  });

  it('a finding: its command is there to its end, however narrow the terminal', () => {
    const lines = frame(at({ name: 'finding', id: firstFinding() }), data, { ...plain, width: 60 }, 60);
    expect(lines.join('')).toMatch(/\$ kubectl [^$]*"targetPort":8080\}\}\]'/);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(60);
  });

  it('findings: roots first, standing facts at the end', () => {
    const lines = seen(at({ name: 'findings' })).split('\n');
    expect(lines[2]).toMatch(/▸ error +traffic +node-port-mismatch +VirtualNode shop\/payments/);
    const apart = lines.findIndex((line) => line.includes('STANDING: '));
    expect(lines.slice(apart + 1).filter((line) => / standing /.test(line))).not.toEqual([]);
    expect(lines.slice(2, apart).join('\n')).not.toContain(' standing ');
  });

  it('findings: standing facts stay apart however they are sorted, and are chosen as others are', () => {
    const findings = at({ name: 'findings' });
    const extent = extentOf(findings, data, { ...plain, width: 120 }, 12);
    for (const by of [1, 3, -1]) {
      const sorted = reduce(reduce(findings, { type: 'sort', by }, extent), { type: 'reverse' }, extent);
      const down = reduce(sorted, { type: 'last' }, extentOf(sorted, data, { ...plain, width: 120 }, 12));
      const lines = seen(down, 120, 12).split('\n');
      const apart = lines.findIndex((line) => line.includes('STANDING: '));
      expect(lines.findIndex((line) => line.startsWith('▸'))).toBeGreaterThan(apart);
      expect(lines.slice(apart + 1, -2).every((line) => / standing |^$/.test(line))).toBe(true);
    }
  });

  it('explain: the way of the request is drawn', () => {
    expect(seen(at({ name: 'explain' }))).toMatch(/GET http:\/\/shop\.example\.com\/payments\/1 ->/);
  });

  it('before anything came it says what it waits for, and how long', () => {
    const waiting = { ...noData(1_000), now: 13_000 };
    const lines = frame(initialState, waiting, { ...plain, width: 80 }, 24);
    expect(lines[2]).toContain('reading the sources … 12s');
  });

  it('where reading failed it says why', () => {
    const failed = { ...noData(0), collected: { state: 'failed', why: 'connection refused', at: 0 } as const };
    expect(frame(initialState, failed, { ...plain, width: 80 }, 24).join('\n')).toContain(
      'reading failed: connection refused',
    );
  });
});

describe('columns', () => {
  const columns = [
    { title: 'NAME', most: 10 },
    { title: 'SAYS', most: 10, spare: 1 },
    { title: 'LAST', most: 9, least: 8 },
  ];
  const row = (...cells: string[]) => [{ key: 'a', cells }];
  const widths = (cells: string[], width: number): readonly number[] =>
    layOut(columns, row(...cells), width).map((one) => one.width);

  it('take what their rows need, and beyond their usual room where others leave some', () => {
    expect(widths(['a', 'b', 'c'], 40)).toEqual([4, 4, 28]);
    expect(widths(['a'.repeat(16), 'b', 'c'.repeat(8)], 34)).toEqual([16, 4, 10]);
    // Both want more than there is: who wants less has all of it.
    expect(widths(['a'.repeat(12), 'b', 'c'.repeat(90)], 40)).toEqual([12, 4, 20]);
    expect(widths(['a'.repeat(16), 'b'.repeat(16), 'c'], 32)).toEqual([12, 12, 4]);
  });

  it('by which a list is sorted say which way, and stay', () => {
    const rows = row('a'.repeat(16), 'b'.repeat(16), 'c'.repeat(20));
    const drawn = (by: number | null): string => {
      const sorted = sortedColumns(columns, by === null ? null : { column: by, reverse: true }, {
        ...plain,
        width: 30,
      });
      return drawHead(layOut(sorted, rows, 30), { ...plain, width: 30 });
    };
    expect(drawn(null)).toMatch(/^ {2}NAME +LAST *$/);
    expect(drawn(1)).toMatch(/^ {2}NAME +SAYS↓ +LAST *$/);
  });

  it('spare ones go first where there is too little', () => {
    expect(widths(['a'.repeat(16), 'b'.repeat(16), 'c'.repeat(20)], 30)).toEqual([15, 13]);
  });
});

describe('10,000 rows', () => {
  const rows = [...Array(10_000)].map((_, at) => ({
    key: String(at),
    cells: [`route-${at}`, String(at % 7)],
    order: [at, at % 7],
  }));
  const list = { columns: [], rows };

  it('are filtered by every word, and sorted by a number as a number', () => {
    const found = shownRows(list, { filter: 'ROUTE-99 3', sort: null }).map(({ key }) => key);
    expect(found).toContain('9933');
    expect(found.every((key) => key.includes('99') && (key.includes('3') || Number(key) % 7 === 3))).toBe(true);
    expect(shownRows(list, { filter: '', sort: { column: 0, reverse: true } })[0]?.key).toBe('9999');
    expect(shownRows(list, { filter: 'nothing', sort: null })).toEqual([]);
  });

  it('are sorted and filtered by what is told of them now, and it is asked for only then', () => {
    let asked = 0;
    const live = (of: (at: number) => number): NonNullable<Extract<Content, { kind: 'list' }>['live']> => ({
      ...{ from: 2, count: 1 },
      of: ({ key }) => {
        asked += 1;
        return { cells: [`${of(Number(key))}%`], order: [of(Number(key))] };
      },
    });
    const columns = ['NAME', 'DAY', 'SHARE'].map((title) => ({ title, most: 9 }));
    const table = { columns, rows, live: live((at) => (at * 7) % 10_000) };
    expect(shownRows(table, { filter: '', sort: { column: 1, reverse: false } })[0]?.key).toBe('0');
    expect(asked).toBe(0);
    expect(shownRows(table, { filter: '', sort: { column: 2, reverse: true } })[0]?.key).toBe('2857');
    expect(shownRows(table, { filter: 'share:9999%', sort: null }).map(({ key }) => key)).toEqual(['2857']);
    expect(shownRows(table, { filter: '9999%', sort: null }).map(({ key }) => key)).toEqual(['2857']);
    const later = { ...table, live: live((at) => at) };
    expect(shownRows(later, { filter: '', sort: { column: 2, reverse: true } })[0]?.key).toBe('9999');
  });

  it('move, and who stands on one moves with it; who stands on the first stays there', () => {
    const view = { key: '12', selected: 3 };
    expect(standsAt(rows, view)).toBe(12);
    expect(standsAt(rows.toReversed(), view)).toBe(9_987);
    expect(standsAt(rows.toReversed(), { key: null, selected: 0 })).toBe(0);
    expect(standsAt(rows.slice(0, 2), view)).toBe(1);
  });
});

describe('the extent of a screen', () => {
  it('counts the rows that the filter leaves', () => {
    const state = { ...at({ name: 'findings' }) };
    const typed = reduce(
      reduce(state, { type: 'prompt', kind: 'filter' }, noExtent),
      { type: 'type', text: 'payments' },
      noExtent,
    );
    expect(extentOf(typed, data, { ...plain, width: 100 }, 24).count).toBe(1);
  });
});

it.each([
  [0, '0s'],
  [99_000, '99s'],
  [100_000, '2m'],
  [7_200_000, '2h'],
  [260_000_000, '3d'],
])('an age of %i ms is %s', (ms, said) => {
  expect(age(0, ms)).toBe(said);
});
