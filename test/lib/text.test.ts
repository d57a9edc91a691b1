import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { displayWidth, truncate } from '../../src/lib/width.ts';

it('every sign that is counted at once takes one column', () => {
  const ascii = Array.from({ length: 0x5f }, (_, at) => String.fromCharCode(0x20 + at));
  for (const sign of [...ascii, ...'…▸·▁▂▃▄▅▆▇█'])
    expect([sign, displayWidth(sign)]).toEqual([sign, stringWidth(sign)]);
});

it.each([
  ['abc', 3],
  ['a…', 2],
  ['日本', 4],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
])('%s takes %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

it('a text is cut to its columns, whole signs only', () => {
  expect(truncate('abcdef', 4)).toBe('abc…');
  expect(truncate('日本語', 4)).toBe('日…');
});
