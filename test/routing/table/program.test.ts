import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { estimateProgramSize, shortestMatch } from '../../../src/routing/table/program.ts';

/**
 * Pattern, and RE2's own ProgramSize() in UTF-8 (as Envoy 1.36.2 counts) and in Latin-1 (as 1.40.0): by google-re2
 * 1.1.20251105; both Envoys print the same numbers where they refuse `.{1,200}`, `\\pL+` and `/users/[^/]+/orders`.
 */
const sizes: readonly (readonly [string, number, number])[] = [
  ['a', 5, 5],
  ['abc', 7, 7],
  ['a|b', 5, 5],
  ['abc|abd', 7, 7],
  ['abc|xyz', 10, 10],
  ['a*', 5, 5],
  ['a+', 6, 6],
  ['a?', 6, 6],
  ['.', 12, 6],
  ['.*', 12, 6],
  ['.+', 13, 7],
  ['.?', 13, 7],
  ['.{1,200}', 1803, 603],
  ['\\pL+', 1201, 12],
  ['\\pL', 1200, 11],
  ['[a-z]', 5, 5],
  ['[a-z0-9_]', 7, 7],
  ['[^/]', 12, 6],
  ['[^/]+', 13, 7],
  ['/users/[^/]+/orders', 27, 21],
  ['(a|b|c)', 7, 7],
  ['(?:foo|bar|baz)qux', 14, 14],
  ['(?i)abc', 7, 7],
  ['(?i)[a-z]+', 11, 6],
  ['^/a$', 4, 4],
  ['a{10}', 14, 14],
  ['a{1,10}', 23, 23],
  ['(ab){3,5}', 26, 26],
  ['\\d+', 6, 6],
  ['\\w+', 8, 8],
  ['\\s', 7, 7],
  ['\\bfoo\\b', 9, 9],
  ['é', 6, 6],
  ['[à-ÿ]', 6, 5],
  ['日本', 10, 10],
  ['/api/v[0-9]+/(users|orders|carts)/[0-9a-f]{8}-[0-9a-f]{4}', 57, 57],
  ['\\p{Greek}', 66, 1],
  ['\\D', 12, 6],
  ['\\W', 15, 9],
  ['\\S+', 15, 9],
  ['(.*)', 14, 8],
  ['[^a]{100}', 804, 204],
  ['(foo|bar){50}', 404, 404],
  ['(a?){100}', 404, 404],
  ['\\d{500}', 504, 504],
  ['[a-zA-Z0-9_-]{64}', 260, 260],
  ['(?i)straße', 16, 11],
  ['\\pN{3}', 703, 16],
  ['.*\\.(png|jpg|gif)', 24, 18],
  ['(\\w+\\.)*\\w+', 16, 16],
  ['a{1000}', 1004, 1004],
];

describe('estimateProgramSize', () => {
  it.each(sizes)('is near RE2 for %s', (pattern, utf8, latin1) => {
    for (const [unit, real] of [
      ['utf8', utf8],
      ['byte', latin1],
    ] as const) {
      const estimate = estimateProgramSize(pattern, unit);
      expect(Math.abs(estimate - real), `${unit}: ${estimate}, really ${real}`).toBeLessThanOrEqual(
        Math.max(6, real * 0.25),
      );
    }
  });
});

describe('shortestMatch', () => {
  it.each<readonly [string, string, string | null]>([
    ['/api/v[0-9]+/(users|orders)', '/', '/api/v1/users'],
    ['^/a(b|c)?$', '', '/a'],
    ['.*\\.png', '/', '/.png'],
    ['\\.png$', '/', null],
    ['[^a-z]', '', '1'],
    ['(?i)FOO', '', 'foo'],
    ['a{3,}', '', 'aaa'],
    ['\\bfoo\\b', '', 'foo'],
    ['$x', '', null],
    ['x^', '', null],
    ['', '', ''],
    ['日', '', null],
  ])('%s beginning with "%s"', (pattern, begin, text) => expect(shortestMatch(pattern, begin)).toBe(text));

  it('is taken by the whole pattern, whatever the pattern', () => {
    const part = fc.constantFrom(
      'a',
      '/',
      '.',
      '[a-c]',
      '(x|yz)',
      '\\d',
      '\\w+',
      '^',
      '$',
      '\\b',
      'q*',
      'r?',
      '(?:s|t)+',
      '|',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom('', '/'), (parts, begin) => {
        const pattern = parts.join('');
        const found = shortestMatch(pattern, begin);
        if (found === null) return;
        expect(RE2JS.compile(pattern).matches(found)).toBe(true);
        expect(found.startsWith(begin)).toBe(true);
      }),
      { seed: 11, numRuns: 400 },
    );
  });
});
