import { bytesOf } from '../../src/lib/bytes.ts';
import { compileRegex } from '../../src/routing/table/regex.ts';
import type { Random } from '../lab/routing/random.ts';

const atoms =
  String.raw`a b c A . \d \w \W \b \B ^ $ [a-c] [^ab] / é \pL (?i:k) (?i:é) [^é] 1 _ \z \A (?m:^) (?m:$) (?s:.)`.split(
    ' ',
  );

/** A pattern that RE2 takes, nested so deep; with looks, classes, case folding and characters beyond ASCII. */
export function randomPattern(random: Random, depth: number): string {
  for (;;) {
    const pattern = nested(random, depth);
    try {
      compileRegex(pattern, 'utf8');
      compileRegex(pattern, 'byte');
      return pattern;
    } catch {
      // Not RE2 (a repetition too large): another one.
    }
  }
}

function nested(random: Random, depth: number): string {
  if (depth <= 0) return random.pick(atoms);
  const inner = (): string => nested(random, depth - 1);
  return random.pick([
    () => inner() + inner(),
    () => `(${inner()}|${inner()})`,
    () => `(?:${inner()})*`,
    () => `(?:${inner()})+`,
    () => `(?:${inner()})?`,
    () => `(?:${inner()}){1,3}`,
    () => `(?i)${inner()}`,
    () => inner() + nested(random, depth - 2),
  ])();
}

const letters = ['a', 'b', 'c', 'A', 'K', 'k', 'é', 'É', '/', '1', '_', ' ', '\n', 'z', '\u212a'].map(bytesOf);

/** A short word of bytes, now and then one that is no UTF-8. */
export function randomWord(random: Random): string {
  let word = '';
  for (let left = random.below(6); left > 0; left -= 1) word += random.below(40) === 0 ? '\xff' : random.pick(letters);
  return word;
}
