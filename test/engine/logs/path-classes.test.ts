import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pathClassesOf } from '../../../src/engine/logs/path-classes.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import { compileTable } from '../../../src/routing/table/compile.ts';
import type { Table } from '../../../src/routing/table/table.ts';
import { inputFor, requestFor } from '../../support/routing.ts';

const segments = fc.constantFrom(
  'cart',
  'Cart',
  'carts',
  'v1',
  'v22',
  '7',
  'items',
  'x',
  'a.b',
  '',
  '.',
  '%41',
  'team-10',
);
const texts = fc
  .tuple(fc.array(segments, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '', '/'))
  .map(([parts, end]) => `/${parts.join('/')}${end}`);
const matches = fc.oneof(
  texts.map((prefix): JsonObject => ({ prefix })),
  texts.map((prefix): JsonObject => ({ prefix, case_sensitive: false })),
  texts.map((path): JsonObject => ({ path })),
  texts.map((text): JsonObject => ({ path_separated_prefix: text.replace(/\/+$/, '') || '/cart' })),
  fc
    .constantFrom(
      '/cart/v[0-9]+/.*',
      '/(cart|x)/[0-9]+',
      '(?i)/carts?/.*',
      '/cart.*7',
      '/team-10/v[0-9]+/.*',
      '.*items',
    )
    .map((regex): JsonObject => ({ safe_regex: { regex } })),
);
const rewrites = fc.constantFrom('/', '/cart/', '/x', '/cart/v1/', '/team-10/');
const routes = fc.array(
  fc
    .tuple(matches, fc.option(rewrites), fc.constantFrom('itself', 'other'))
    .map(([match, rewrite, cluster]): JsonObject => {
      const route = rewrite === null ? {} : { prefix_rewrite: rewrite };
      return { match, route: { cluster: rewrite === null ? cluster : 'itself', ...route } };
    }),
  { minLength: 1, maxLength: 5 },
);

/** A gateway that takes from itself what its first listener sends to `itself`. */
function tableOf(outer: readonly JsonObject[], inner: readonly JsonObject[]): Table {
  const clusters = new Map([
    ['itself', { targets: [{ host: '127.0.0.1', port: 15_001 }] }],
    ['other', { targets: [{ host: '10.0.0.7', port: 80 }] }],
  ]);
  const first = inputFor({ routes: outer, clusters });
  const address = { socket_address: { address: '127.0.0.1', port_value: 15_001 } };
  const second = inputFor({ routes: inner, listener: { name: 'lds_egress_1', address } });
  return compileTable({ ...first, listeners: [...first.listeners, ...second.listeners] });
}

/** What of a decision is told of log lines. */
function told(table: Table, path: string): unknown {
  const { outcome, hops, cluster, status, responseFlag } = decide(table, requestFor(`GET a.test${path}`));
  const way = hops.map(({ listener, virtualHost, route }) => [listener, virtualHost, route?.index ?? null]);
  return { outcome, way, cluster, status, responseFlag };
}

it('paths of one class are decided alike: texts, letter case, segments, patterns, and what rewrites make of them', () => {
  let alike = 0;
  fc.assert(
    fc.property(
      routes,
      fc.array(matches, { minLength: 1, maxLength: 5 }),
      fc.array(texts, { minLength: 12, maxLength: 12 }),
      (outer, inner, paths) => {
        const table = tableOf(
          outer,
          inner.map((match) => ({ match, route: { cluster: 'other' } })),
        );
        const classOf = pathClassesOf([table]);
        if (!classOf) throw new Error('no classes');
        const first = new Map<number, string>();
        for (const path of paths) {
          const bytes = Buffer.from(path);
          const number = classOf(bytes, 0, bytes.length);
          const held = first.get(number);
          if (number < 0) continue;
          if (held === undefined) first.set(number, path);
          else if (held !== path) {
            alike += 1;
            expect(told(table, path), `${path} and ${held}`).toEqual(told(table, held));
          }
        }
      },
    ),
    { numRuns: 2_000 },
  );
  expect(alike).toBeGreaterThan(1_000);
}, 60_000);

it('ids behind a pattern are one class where the pattern takes them all', () => {
  const match = { safe_regex: { regex: '/team-10/v[0-9]+/[0-9]+' } };
  const table = tableOf([{ match, route: { cluster: 'other' } }], []);
  const classOf = pathClassesOf([table]);
  const numbers = ['/team-10/v1/7', '/team-10/v22/4711', '/team-10/v1/a7'].map((path) =>
    classOf?.(Buffer.from(path), 0, path.length),
  );
  expect(numbers[1]).toBe(numbers[0]);
  expect(numbers[2]).not.toBe(numbers[0]);
});

it('a path that may be normalised, and a table whose rewrites may be anything, have no class', () => {
  const table = tableOf([{ match: { prefix: '/' }, route: { cluster: 'other' } }], []);
  const classOf = pathClassesOf([table]);
  for (const path of ['/a//b', '/a/../b', '/%41', '/.a', 'a', '/a;b', '/ü'])
    expect(classOf?.(Buffer.from(path), 0, Buffer.byteLength(path))).toBe(-1);
  const rewrite = { pattern: { regex: '^/a' }, substitution: '' };
  const loose = tableOf([{ match: { prefix: '/' }, route: { cluster: 'itself', regex_rewrite: rewrite } }], []);
  expect(pathClassesOf([loose])).toBeNull();
});
