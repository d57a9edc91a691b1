import { describe, expect, it } from 'vitest';
import { firstMismatch, readSelector } from '../../src/model/selector.ts';

const labels = { app: 'cart', tier: 'web' };

describe('label selectors', () => {
  it.each<[string, unknown, string | null]>([
    ['empty selects all', {}, null],
    ['equal label', { matchLabels: { app: 'cart' } }, null],
    ['other value', { matchLabels: { app: 'shop' } }, 'label app is cart, not shop'],
    ['no such label', { matchLabels: { mesh: 'shop' } }, 'label mesh=shop is not there'],
    ['In', { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'cart'] }] }, null],
    ['In, absent', { matchExpressions: [{ key: 'x', operator: 'In', values: ['a'] }] }, 'label x In (a) does not hold'],
    ['NotIn holds for an absent label', { matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['a'] }] }, null],
    [
      'NotIn',
      { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['cart'] }] },
      'label app NotIn (cart) does not hold',
    ],
    ['Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, null],
    [
      'DoesNotExist',
      { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
      'label tier DoesNotExist does not hold',
    ],
    [
      'an unknown operator holds for nothing',
      { matchExpressions: [{ key: 'app', operator: 'Like' }] },
      'label app Like does not hold',
    ],
  ])('%s', (_, selector, expected) => {
    const read = readSelector(selector);
    expect(read && firstMismatch(read, labels)).toBe(expected);
  });

  it('an absent selector is not an empty one', () => expect(readSelector(undefined)).toBeNull());
});
