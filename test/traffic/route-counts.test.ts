import { describe, expect, it } from 'vitest';
import { compileText } from '../../src/collect/access-log/text-parser.ts';
import { defaultTextFormat } from '../../src/collect/access-log/format.ts';
import { LogReader } from '../../src/collect/access-log/reader.ts';
import { type CountedTurn, RouteCounts } from '../../src/traffic/route-counts.ts';
import type { Classified } from '../../src/traffic/traffic.ts';

const ref = (name: string) => ({ apiVersion: 'v1', kind: 'GatewayRoute', namespace: 'shop', name });
const decided = (more: Partial<Classified>): Classified => ({
  listener: 'outer',
  inner: null,
  virtualHost: 'shop',
  routes: [],
  refs: [],
  unknown: [],
  cluster: null,
  timeoutMs: 1_000,
  contradiction: null,
  ...more,
});

interface Said {
  readonly path?: string;
  readonly ending?: string;
  readonly ms?: number;
  readonly upstream?: string;
  readonly id?: string;
  readonly second?: number;
  /** Appended to the format; absent: not logged. */
  readonly attempts?: number;
}

/** A line in Envoy's default format. */
function line({
  path = '/cart/7',
  ending = '200 -',
  ms = 12,
  upstream = '10.0.0.9:8080',
  id = '-',
  second = 1,
  attempts,
}: Said): string {
  const time = new Date(Date.parse('2026-11-27T10:00:00Z') + second * 1000).toISOString();
  const served = ending.startsWith('200') ? '3' : '-';
  return `[${time}] "GET ${path} HTTP/1.1" ${ending} 5 98 ${ms} ${served} "-" "curl/8.1" "${id}" "shop.example" "${upstream}"${attempts === undefined ? '' : ` ${attempts}`}`;
}

function counts(inner: string | null = null): {
  readonly take: (said: Said) => void;
  readonly turn: () => CountedTurn;
} {
  const told = compileText(`${defaultTextFormat.trimEnd()} %UPSTREAM_REQUEST_ATTEMPT_COUNT%`);
  const reader = new LogReader(told ? [told] : []);
  const all = new RouteCounts();
  all.decideBy(({ outer }) => {
    if (outer.path?.startsWith('/cart'))
      return decided({ inner, routes: ['GatewayRoute shop/cart'], refs: [ref('cart')] });
    if (outer.path?.startsWith('/either'))
      return decided({
        inner,
        routes: ['GatewayRoute shop/cart', 'GatewayRoute shop/web'],
        refs: [ref('cart'), ref('web')],
      });
    return decided({ inner });
  });
  return {
    take: (said) => {
      const text = line(said);
      const read = reader.read(text);
      if (read.kind !== 'request') throw new Error(`not read: ${text}`);
      all.add(read.line, text.length);
    },
    turn: () => all.turn(),
  };
}

const sumOf = ({ routes }: CountedTurn): number =>
  routes.flatMap(({ endings }) => endings).reduce((sum, { count }) => sum + count, 0);

describe('requests by route', () => {
  it('are told by class, by whom and why, and then begin anew', () => {
    const { take, turn } = counts();
    take({});
    take({ ms: 13 });
    take({ ending: '503 UH', upstream: '-' });
    take({ ending: '503 URX,UF' });
    take({ ending: '504 UT' });
    take({ ending: '0 DC' });
    take({ path: '/nowhere', ending: '404 NR', upstream: '-' });
    take({ path: '/either' });
    const { routes } = turn();
    expect(routes.map(({ route }) => route).sort()).toEqual(['none', 'other', 'shop/cart']);
    const [cart] = routes.filter(({ route }) => route === 'shop/cart');
    expect(cart).toMatchObject({
      received: 30,
      sent: 6 * 98,
      endings: [
        { class: '2xx', by: 'upstream', cause: 'none', count: 2 },
        { class: '5xx', by: 'gateway', cause: 'no-healthy-upstream', count: 1 },
        { class: '5xx', by: 'gateway', cause: 'no-connection', count: 1 },
        { class: '5xx', by: 'gateway', cause: 'timeout', count: 1 },
        { class: 'none', by: 'gateway', cause: 'client-left', count: 1 },
      ],
    });
    const [lost] = routes.filter(({ route }) => route === 'none');
    expect(lost?.endings).toEqual([{ class: '4xx', by: 'gateway', cause: 'no-route', count: 1 }]);
    expect(turn()).toEqual({ routes: [], lost: 0 });
  });

  it('tell how long they took, and which were near their time-out', () => {
    const { take, turn } = counts();
    for (const ms of [12, 12, 801, 12_345]) take({ ms });
    take({ ms: 900, ending: '0 DC' });
    const [cart] = turn().routes;
    expect(cart).toMatchObject({ answered: 4, slow: 2 });
    expect(cart?.durations).toEqual([
      [12, 2],
      [801, 1],
      [12_300, 1],
      [900, 1],
    ]);
  });

  it('are one where a gateway that hands requests to itself writes two lines, also over a turn', () => {
    const { take, turn } = counts('inner');
    const pair = (id: string) => [
      { id, ending: '503 UH', upstream: '-' },
      { id, ending: '503 -', upstream: '127.0.0.1:15001' },
    ];
    const [first, second] = [pair('a'), pair('b')];
    for (const said of first) take(said);
    take(second[0]!);
    const one = turn();
    take(second[1]!);
    const other = turn();
    expect([sumOf(one), sumOf(other)]).toEqual([1, 1]);
    expect(other.routes[0]?.endings).toMatchObject([{ cause: 'no-healthy-upstream' }]);
  });

  it('tell how often they were sent once more, at the listener they leave by, where the log tells it', () => {
    const { take, turn } = counts();
    for (const attempts of [1, 3, 0, 2]) take({ attempts });
    take({});
    expect(turn().routes[0]).toMatchObject({ answered: 5, retries: 3 });
    const twice = counts('inner');
    twice.take({ id: 'a', attempts: 3 });
    twice.take({ id: 'a', attempts: 1, upstream: '127.0.0.1:15001' });
    expect(twice.turn().routes[0]).toMatchObject({ answered: 1, retries: 2 });
  });

  it('are counted alone where the other line did not come for a turn', () => {
    const { take, turn } = counts('inner');
    take({ id: 'alone' });
    expect([turn(), turn(), turn()].map(sumOf)).toEqual([0, 1, 0]);
  });
});

describe('requests that lost their route', () => {
  const lost = { path: '/v2/mobile/7', ending: '404 NR', upstream: '-' };

  it('are those of a class that was served within a day', () => {
    const { take, turn } = counts();
    take({ path: '/v2/mobile/5' });
    turn();
    for (let second = 60; second < 90; second += 1) take({ ...lost, second });
    expect(turn().lost).toBe(30);
    take({ ...lost, second: 86_400 + 60 });
    expect(turn().lost).toBe(0);
  });

  it('are not those of scanners, nor the odd one among thousands', () => {
    const { take, turn } = counts();
    take({ ...lost, path: '/.env' });
    take({ path: '/v2/mobile/5' });
    turn();
    for (let second = 0; second < 1_000; second += 1) take({ second });
    for (let second = 0; second < 9; second += 1) take({ ...lost, second });
    take({ ...lost, path: '/.env' });
    expect(turn().lost).toBe(0);
  });
});
