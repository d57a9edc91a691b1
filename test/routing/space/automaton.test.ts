import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../../src/lib/bytes.ts';
import { beforeQuery, behindPrefix, determinise, runs } from '../../../src/routing/space/automaton.ts';
import { nfaOf } from '../../../src/routing/space/nfa.ts';
import { rangePattern } from '../../../src/routing/space/number-range.ts';
import { normalised, pathDomain } from '../../../src/routing/space/path-domain.ts';
import { compileRegex } from '../../../src/routing/table/regex.ts';
import { type Random, randomFrom } from '../../lab/routing/random.ts';
import { tableFor } from '../../support/routing.ts';
import { randomPattern, randomWord } from '../../support/patterns.ts';

describe('automata made of re2js programs', () => {
  test.each(['byte', 'utf8'] as const)('agree with its matcher on 10,000 words (%s)', (unit) => {
    const random = randomFrom(unit === 'byte' ? 11 : 12);
    let matched = 0;
    const wrong: string[] = [];
    for (let round = 0; round < 1_000; round += 1) {
      const pattern = randomPattern(random, 3);
      const regex = compileRegex(pattern, unit);
      const automaton = determinise(nfaOf(unit === 'byte' ? bytesOf(pattern) : pattern, unit));
      for (let count = 0; count < 10; count += 1) {
        const word = randomWord(random);
        const expected = regex.matches(word);
        if (expected) matched += 1;
        if (runs(automaton, word) !== expected) wrong.push(JSON.stringify({ pattern, word, expected }));
      }
    }
    expect(wrong).toEqual([]);
    expect(matched).toBeGreaterThan(1_000);
  });

  test('know the numbers of a range', () => {
    const random = randomFrom(13);
    const wrong: string[] = [];
    for (let round = 0; round < 300; round += 1) {
      const [start, end] = [random.below(4_000) - 2_000, random.below(4_000) - 2_000];
      const regex = compileRegex(rangePattern(BigInt(start), BigInt(end)), 'byte');
      for (let count = 0; count < 10; count += 1) {
        const number = random.below(4_100) - 2_050;
        const within = number >= start && number < end;
        if (regex.matches(String(number)) !== within) wrong.push(`${number} in ${start}..${end}: ${!within}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compileRegex(rangePattern(0n, 6n), 'byte').matches('+005')).toBe(true);
    expect(compileRegex(rangePattern(0n, 1n), 'byte').matches('-00')).toBe(true);
    expect(compileRegex(rangePattern(3n, 3n), 'byte').matches('3')).toBe(false);
    expect(compileRegex(rangePattern(-(1n << 63n), (1n << 63n) - 1n), 'byte').matches('9223372036854775807')).toBe(
      false,
    );
  });

  test('behindPrefix is what a rewrite makes of a language', () => {
    const inner = determinise(nfaOf('/x/(a|b)*', 'byte'));
    const automaton = behindPrefix(inner, '/api/', '/x/');
    expect(['/api/', '/api/ab', '/x/ab', '/api', '/api/c'].map((word) => runs(automaton, word))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(runs(behindPrefix(inner, '/api/', '/y/'), '/api/ab')).toBe(false);
    expect(runs(behindPrefix(inner, '', '/x/'), 'ab')).toBe(true);
  });

  test('beforeQuery looks at the path alone', () => {
    const automaton = beforeQuery(determinise(nfaOf('/a.*c', 'byte')));
    expect(['/abc', '/abc?q', '/a?c', '/ac?'].map((word) => runs(automaton, word))).toEqual([true, true, false, true]);
  });
});

describe('the paths that routes can see', () => {
  const managers = [
    {},
    { normalize_path: true },
    { merge_slashes: true },
    { normalize_path: true, merge_slashes: true },
    { normalize_path: true, merge_slashes: true, path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' },
    { path_with_escaped_slashes_action: 'REJECT_REQUEST' },
  ];
  test.each(managers.flatMap((options) => [[options, 'usual'] as const, [options, 'legal'] as const]))(
    'are those that normalisation leaves as they are: %j, %s',
    (options, bytes) => {
      const manager = tableFor({ manager: options }).listeners[0]?.chains[0]?.manager;
      if (!manager) throw new Error('no manager');
      const domain = pathDomain([manager], bytes);
      const random = randomFrom(14);
      let fixed = 0;
      const wrong: string[] = [];
      for (let round = 0; round < 2_500; round += 1) {
        const path = randomPath(random) + (bytes === 'legal' && random.below(9) === 0 ? '\xe9' : '');
        const made = normalised(path, manager);
        const inside = domain.every(({ language, wanted }) => language.has(path) === wanted);
        const byAutomaton = domain.every(({ language, wanted }) => runs(language.automaton(), path) === wanted);
        if (inside !== (made === path)) wrong.push(`${path} is inside: ${inside}`);
        if (byAutomaton !== (made === path)) wrong.push(`${path} is taken: ${byAutomaton}`);
        if (made !== null && normalised(made, manager) !== made) wrong.push(`${path} becomes ${made}`);
        if (made === path) fixed += 1;
      }
      expect(wrong).toEqual([]);
      expect(fixed).toBeGreaterThan(150);
    },
  );
});

function randomPath(random: Random): string {
  const parts = [
    '/',
    '//',
    'a',
    '.',
    '..',
    '%2e',
    '%2F',
    '%5c',
    '%61',
    '%',
    '%4',
    '1',
    '\\',
    '"',
    '~',
    '%00',
    ';',
    '%%36',
    'b',
  ];
  let path = '/';
  for (let left = random.below(6); left > 0; left -= 1) path += random.pick(parts);
  return path;
}
