import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/routing/match/decide.ts';
import { indexRoutes } from '../../../src/routing/match/path-index.ts';
import { compileRegex } from '../../../src/routing/table/regex.ts';
import { toRouting } from '../../lab/routing/answers.ts';
import { listenerCount, makeBatch } from '../../lab/routing/made-listeners.ts';
import { type inputFor, tableFor } from '../../support/routing.ts';

const ports = [...Array(listenerCount)].map((_, index) => 10_000 + index);

/** The routes of one virtual host. */
function routesFor(matches: Parameters<typeof inputFor>[0]['routes']): Parameters<typeof indexRoutes>[0] {
  const [listener] = tableFor({ routes: matches ?? [] }).listeners;
  return listener?.chains[0]?.manager?.routes?.hosts[0]?.routes ?? [];
}

describe('an index of routes by path', () => {
  it.each(['1.40.0', '1.36.2'])('decides as each route asked in turn does, %s', (version) => {
    let tried = 0;
    for (const { port, table, requests } of makeBatch(77, version, ports, { hosts: 8, requests: 40 })) {
      for (const wire of requests) {
        const request = toRouting(wire, port);
        // Who listens is told of every route: nothing is left out.
        expect(decide(table, request)).toEqual(decide(table, request, () => undefined));
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(500);
  });

  it('leaves out what cannot take a path, whatever its letter case, and keeps the order', () => {
    const others = [...Array(20)].map((_, index) => ({ prefix: `/team-${index}/` }));
    const routes = routesFor([
      ...others,
      { prefix: '/', headers: [{ name: 'x', present_match: true }] },
      { path: '/CART/a', case_sensitive: false },
      { safe_regex: { regex: '/cart/[a-z]+' } },
      { safe_regex: { regex: '/carts?/a' } },
      { safe_regex: { regex: '/other|/cart/a' } },
      { prefix: '/cart' },
    ]);
    const found = [...indexRoutes(routes)('/cart/a')].map(({ index }) => index);
    expect(found).toEqual([20, 21, 22, 23, 24, 25]);
  });

  it('never leaves out a pattern that matches', () => {
    const part = fc.constantFrom(
      '/',
      'a',
      'B',
      '-',
      '.',
      'a?',
      'B*',
      'a+',
      'a{0,2}',
      '(a|B)',
      '(?i)',
      '|',
      '[aB]',
      '\\/',
    );
    const pattern = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('')}`);
    const path = fc.array(fc.constantFrom('/', 'a', 'A', 'B', 'b', '-', '.'), { maxLength: 5 });
    let matched = 0;
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 8, maxLength: 12 }),
        fc.array(path, { minLength: 20, maxLength: 20 }),
        (patterns, paths) => {
          const routes = routesFor(patterns.map((regex) => ({ safe_regex: { regex } })));
          for (const text of paths.map((chars) => `/${chars.join('')}`)) {
            const left = new Set([...indexRoutes(routes)(text)].map(({ index }) => index));
            for (const [at, regex] of patterns.entries()) {
              if (!compileRegex(regex, 'byte').matches(text)) continue;
              matched += 1;
              expect(left.has(at), `${regex} on ${text}`).toBe(true);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(matched).toBeGreaterThan(50);
  });
});
