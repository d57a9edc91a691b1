import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asList, asObject, parseJson } from '../../src/lib/json.ts';
import { SharedValues } from '../../src/lib/shared.ts';

/** JSON whose members are often the same. */
const alike = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 'b', 'a:1,"b', '#0', '', 0, 1, true, false, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a:1,b', '"a":1,"b', '__proto__', '0'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('shared values', () => {
  it('are what they were', () => {
    fc.assert(
      fc.property(fc.array(alike, { maxLength: 12 }), (values) => {
        const shared = new SharedValues();
        for (const value of values) {
          const text = JSON.stringify(value);
          expect(JSON.stringify(shared.share(parseJson(text)))).toBe(text);
        }
        // None was changed by those that came after it.
        const texts = values.map((value) => JSON.stringify(value));
        const kept = texts.map((text) => shared.share(parseJson(text)));
        expect(kept.map((value) => JSON.stringify(value))).toEqual(texts);
      }),
      { numRuns: 500 },
    );
  });

  it('are one where they are equal, whatever holds them', () => {
    const shared = new SharedValues();
    const [one, other] = [
      '{"x":{"route":{"cluster":"c","timeout":"15s"}}}',
      '{"y":[{"cluster":"c","timeout":"15s"}]}',
    ].map((text) => asObject(shared.share(parseJson(text))));
    expect(asObject(one?.x).route).toBe(asList(other?.y)[0]);
  });

  it('are told apart by names that look like what stands beside them', () => {
    const shared = new SharedValues();
    expect(shared.share(parseJson('{"a":1,"b":2}'))).toEqual({ a: 1, b: 2 });
    expect(shared.share(parseJson('{"a:1,b":2}'))).toEqual({ 'a:1,b': 2 });
    expect(shared.share(parseJson('{"a\\":1,\\"b":2}'))).toEqual({ 'a":1,"b': 2 });
    expect(shared.share(parseJson('{"a":"#0"}'))).toEqual({ a: '#0' });
  });

  it('take no memory without end, and nest as deep as they like', () => {
    const shared = new SharedValues();
    for (let at = 0; at < 20_000; at += 1) expect(asObject(shared.share({ name: `n-${at}` })).name).toBe(`n-${at}`);
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    let inner = shared.share(parseJson(deep));
    let depth = 0;
    for (; Array.isArray(inner); depth += 1) [inner] = inner;
    expect(depth).toBe(5_000);
  });
});
