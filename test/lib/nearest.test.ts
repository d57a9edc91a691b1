import { expect, it } from 'vitest';
import { nearest } from '../../src/lib/nearest.ts';

it.each([
  ['cart', ['card', 'cart-v2', 'web'], 'card'],
  ['retryPolcy', ['retryPolicy', 'timeout'], 'retryPolicy'],
  ['virtualServices', ['virtualservices'], 'virtualservices'],
  ['ab', ['ba'], 'ba'],
  ['cart', ['orders', 'payments'], null],
  ['cart', [], null],
  ['web', ['wec', 'wea'], 'wea'],
])('%s among %j is %s', (name, candidates, expected) => {
  expect(nearest(name, candidates)).toBe(expected);
});
