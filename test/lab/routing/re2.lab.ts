import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { bytesOf } from '../../../src/lib/bytes.ts';
import { determinise, runs } from '../../../src/routing/space/automaton.ts';
import { nfaOf } from '../../../src/routing/space/nfa.ts';
import { randomPattern, randomWord } from '../../support/patterns.ts';
import { re2Python } from '../install/install.ts';
import { randomFrom } from './random.ts';

const patterns = 10_000;
const wordsEach = 10;
const seed = Number(process.env.MESHDOCTOR_SEED ?? Date.now() % 1_000_000);

/** Reads cases as JSON, texts as Latin-1; answers `1`, `0` for each word, or `x` where RE2 does not take the pattern. */
const judge = `
import json, sys, re2
answers = []
for case in json.load(sys.stdin):
    options = re2.Options()
    options.log_errors = False
    if case['unit'] == 'byte':
        options.encoding = re2.Options.Encoding.LATIN1
    try:
        program = re2.compile(case['pattern'].encode('latin-1'), options)
    except re2.error:
        answers.append('x')
        continue
    answers.append(''.join('1' if program.fullmatch(word.encode('latin-1')) else '0' for word in case['words']))
json.dump(answers, sys.stdout)
`;

it(`automata agree with C++ RE2, seed ${seed}`, { timeout: 600_000 }, async () => {
  const random = randomFrom(seed);
  const cases = Array.from({ length: patterns }, (_, at) => ({
    unit: at % 2 === 0 ? ('byte' as const) : ('utf8' as const),
    pattern: bytesOf(randomPattern(random, 3)),
    words: Array.from({ length: wordsEach }, () => randomWord(random)),
  }));
  const { stdout, stderr, status } = spawnSync(await re2Python(), ['-c', judge], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  expect(status, stderr).toBe(0);
  const answers: unknown = JSON.parse(stdout);
  if (!Array.isArray(answers)) throw new Error('no answers');
  const counts = { taken: 0, refused: 0, unknown: 0 };
  for (const [at, { unit, pattern, words }] of cases.entries()) {
    const answer = String(answers[at]);
    if (answer === 'x') {
      counts.unknown += 1;
      continue;
    }
    const source = unit === 'byte' ? pattern : new TextDecoder().decode(Buffer.from(pattern, 'latin1'));
    const automaton = determinise(nfaOf(source, unit));
    for (const [index, word] of words.entries()) {
      const taken = answer.charAt(index) === '1';
      counts[taken ? 'taken' : 'refused'] += 1;
      expect(runs(automaton, word), JSON.stringify({ unit, pattern, word })).toBe(taken);
    }
  }
  console.log(`C++ RE2, seed ${seed}: ${JSON.stringify(counts)}`);
  expect(counts.taken).toBeGreaterThan(10_000);
  expect(counts.unknown / patterns).toBeLessThan(0.01);
});
