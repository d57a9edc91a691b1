import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DDSketch } from '@datadog/sketches-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogReader } from '../../src/collect/access-log/reader.ts';
import { pathShape, textForm } from '../../src/snapshot/path-shape.ts';
import { causeOf } from '../../src/traffic/cause.ts';
import { clientFamily } from '../../src/snapshot/client-family.ts';
import { TrafficFold } from '../../src/traffic/fold.ts';
import { Quantiles } from '../../src/traffic/quantiles.ts';
import { RateCounter } from '../../src/traffic/rates.ts';
import type { Traffic } from '../../src/traffic/traffic.ts';

interface Told {
  readonly id?: string;
  readonly path?: string;
  readonly ending?: string;
  readonly host?: string;
  readonly upstream?: string;
  readonly service?: string;
}

/** A line as Envoy writes it by default. */
function lineOf({
  id = '-',
  path = '/a',
  ending = '200 -',
  host = 'a.test',
  upstream = '-',
  service = '-',
}: Told): string {
  return `[2026-11-27T01:26:44.698Z] "GET ${path} HTTP/1.1" ${ending} 0 98 7 ${service} "-" "-" "${id}" "${host}" "${upstream}"`;
}

function foldOf(lines: Iterable<string>, mostClasses = 100): Traffic {
  const fold = new TrafficFold({ classify: () => null, by: 'route', mostClasses });
  const reader = new LogReader([]);
  for (const text of lines) {
    const read = reader.read(text);
    if (read.kind === 'request') fold.add(read.line, text.length);
  }
  return fold.end();
}

const inner = lineOf({ id: 'one', ending: '503 UF', upstream: '10.0.0.7:8080' });
const outer = lineOf({ id: 'one', ending: '503 -', upstream: '127.0.0.1:15001', service: '6' });

describe('the two lines of a request that a gateway hands to itself', () => {
  it.each([
    ['the inner one first', [inner, outer]],
    ['the outer one first', [outer, inner]],
  ])('are one request, %s; both stay in the counts by flag', (_, lines) => {
    const traffic = foldOf(lines);
    expect(traffic.requests).toBe(1);
    expect(traffic.byStatusFlag.map(({ status, flag, count }) => `${status} ${flag} ${count}`).sort()).toEqual([
      '503 - 1',
      '503 UF 1',
    ]);
    expect(traffic.classes).toMatchObject([{ status: 503, flag: 'UF', by: 'gateway', hop: 'inner', count: 1 }]);
  });

  it('are joined without a request id by what they share', () => {
    const lines = [inner, outer, inner, outer, inner].map((line) => line.replace('"one"', '"-"'));
    expect(foldOf(lines).requests).toBe(3);
  });

  it('with an id that a client uses again and again are as many as there are pairs', () => {
    expect(foldOf([inner, inner, outer, outer]).requests).toBe(2);
  });

  it('never swallow a request that only one listener answered', () => {
    const alone = lineOf({ id: 'two', ending: '404 NR' });
    const traffic = foldOf([inner, alone, outer, alone]);
    expect(traffic.requests).toBe(3);
    expect(traffic.classes.find(({ flag }) => flag === 'NR')).toMatchObject({ count: 2, hop: 'outer' });
  });

  it('end where the outer one says so: the client left', () => {
    const left = outer.replace('503 -', '0 DC');
    expect(foldOf([left, inner]).classes).toMatchObject([{ status: 0, flag: 'DC', hop: 'outer' }]);
  });
});

/** Bytes of the heap that are held by something: what is only not collected yet does not count. */
function heapHeld(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe('classes', () => {
  it('are bounded, and counts stay exact, with two hundred thousand distinct paths', () => {
    const begun = heapHeld();
    let held = Number.POSITIVE_INFINITY;
    const words = function* (): Generator<string> {
      for (let at = 0; at < 200_000; at += 1) {
        const word = at.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'.charAt(Number(digit)));
        yield lineOf({ id: `${at}`, path: `/${word}`, ending: at % 4 === 0 ? '404 NR' : '200 -' });
      }
      held = heapHeld();
    };
    const traffic = foldOf(words(), 500);
    expect(traffic.requests).toBe(200_000);
    expect(traffic.classes.length).toBeLessThan(510);
    expect(traffic.classes.reduce((sum, { count }) => sum + count, 0)).toBe(200_000);
    expect(traffic.byStatusFlag).toEqual([
      { listener: null, status: 200, flag: '-', count: 150_000 },
      { listener: null, status: 404, flag: 'NR', count: 50_000 },
    ]);
    expect(held - begun).toBeLessThan(32 << 20);
  }, 60_000);

  it('show nothing personal: no query, id, e-mail, token or address of a client', () => {
    const secret = '/users/4711/ann%40example.com/eyJhbGciOiJIUzI1NiJ9abcdefgh?token=hunter2';
    const traffic = foldOf([lineOf({ id: 'client-made', path: secret }).replace('"-" "-"', '"203.0.113.9" "-"')]);
    const { example: _, ...shown } = traffic.classes[0] ?? {};
    expect(shown).toMatchObject({ path: '/users/:id/:id/:id' });
    for (const word of ['4711', 'ann', 'eyJ', 'hunter2', '203.0.113.9', 'client-made']) {
      expect(JSON.stringify(shown)).not.toContain(word);
    }
  });
});

describe('quantiles', () => {
  it('err by at most 1 %', () => {
    const values = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.9, 0.99), (all, quantile) => {
        const sketch = new Quantiles();
        for (const value of all) sketch.add(value);
        const sorted = [...all].sort((one, other) => one - other);
        const exact = sorted[Math.floor(quantile * (all.length - 1))] ?? 0;
        // Half a hundredth is lost by rounding.
        expect(Math.abs((sketch.at(quantile) ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.01 + 0.01);
      }),
    );
  });
});

it('quantiles are those of a sketch of another make', () => {
  const values = fc.array(fc.oneof(fc.nat(5_000), fc.maxSafeNat(), fc.constant(0)), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (all, quantile) => {
      const [ours, theirs] = [new Quantiles(), new DDSketch({ relativeAccuracy: 0.01 })];
      for (const value of all) {
        ours.add(value);
        theirs.accept(value);
      }
      const wanted = theirs.getValueAtQuantile(quantile);
      // Rounded to a hundredth, and computed in another order.
      expect(Math.abs((ours.at(quantile) ?? Number.NaN) - wanted)).toBeLessThanOrEqual(0.005001 + wanted * 1e-12);
    }),
    { numRuns: 500 },
  );
});

describe('rates', () => {
  it('count every request in at most 60 buckets, whatever the times and their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e12, max: 4e12 }), { minLength: 1 }), (times) => {
        const counter = new RateCounter();
        for (const at of times) counter.add(at, at % 2 === 0);
        const rates = counter.result();
        expect(rates?.requests.length).toBeLessThanOrEqual(60);
        expect(rates?.requests.reduce((sum, count) => sum + count, 0)).toBe(times.length);
      }),
    );
  });
});

describe('a path', () => {
  it.each([
    ['/cart/7?x=1', '/cart/:id'],
    ['/v2/mobile/cart', '/v2/mobile/cart'],
    ['/api/v1/orders/9b2d-77', '/api/v1/orders/:id'],
    ['/img/c5a43290-a682-4c0f-8f58-34afc8810750.png', '/img/:id'],
    ['/.env', '/.env'],
    ['/a//b/', '/a//b/'],
    ['/u/ann@example.com', '/u/:id'],
    ['*', '*'],
  ])('%s has the shape %s', (path, shape) => {
    expect(pathShape(path)).toBe(shape);
  });

  it('has a shape of bounded length whatever it is, and a shape is its own shape', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webPath(), fc.string({ maxLength: 2_000 })), (path) => {
        const shape = pathShape(path);
        expect(shape.length).toBeLessThanOrEqual(201);
        if (!shape.includes('…')) expect(pathShape(shape)).toBe(shape);
      }),
    );
  });
});

it('a line that cannot be read shows its form alone', () => {
  expect(textForm('user ann paid 12 EUR')).toBe('aaaa aaa aaaa 99 aaa');
});

describe('a client', () => {
  it.each([
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1 Version/17.1 Safari/604.1',
      'Safari/604 iOS',
    ],
    ['ShopApp/8.2.1 (Android 14; device 77)', 'ShopApp/8.2 Android'],
    ['Go-http-client/1.1', 'Go-http-client/1.1'],
    ['{jndi:ldap}', '(unusual)'],
    ['-', '-'],
  ])('%s is %s', (agent, family) => {
    expect(clientFamily(agent)).toBe(family);
  });
});

describe('a cause', () => {
  const base = {
    status: 503,
    flag: '-',
    details: null,
    by: 'gateway',
    hop: 'inner',
    upstream: null,
    p50Ms: null,
  } as const;
  it.each([
    [{ ...base, status: 404, flag: 'NR' }, /VirtualService/],
    [{ ...base, status: 404, flag: 'NR', hop: 'outer' as const }, /^no route of the gateway/],
    [{ ...base, flag: 'URX,UF' }, /no connection.*retries failed too/],
    [
      { ...base, flag: 'UF', details: 'upstream_reset_before_response_started{connection_timeout}' },
      /connect time-out/,
    ],
    [{ ...base, status: 504, flag: 'UT', p50Ms: 15_003 }, /15 s/],
    [{ ...base, by: 'upstream' as const, upstream: '10.0.0.1:80' }, /10\.0\.0\.1:80 itself answers 503/],
    [{ ...base, details: 'overload' }, /overload protection/],
    [{ ...base, status: 0, flag: 'DC', p50Ms: 150 }, /client left.*150 ms/],
  ])('of %o is told', (ending, said) => {
    expect(causeOf(ending)).toMatch(said);
  });

  it('is not sought where nothing failed', () => {
    expect(causeOf({ ...base, status: 200 })).toBeNull();
  });
});
