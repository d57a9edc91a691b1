import { describe, expect, it } from 'vitest';
import { hostLanguage } from '../../../src/routing/space/host-domain.ts';
import { textLanguage } from '../../../src/routing/space/language.ts';
import { type Budget, findWord, type Signed } from '../../../src/routing/space/word.ts';
import type { RouteConfig, VirtualHost } from '../../../src/routing/table/table.ts';
import { hostPlaces } from '../../../src/routing/space/survey.ts';
import { tableFor } from '../../support/routing.ts';

/** The virtual hosts of a table, by their domains. */
function tableOf(...domains: readonly (readonly string[])[]): RouteConfig {
  const virtualHosts = domains.map((names, at) => ({ name: `h${at}`, domains: names, routes: [] }));
  const config = hostPlaces(tableFor({ virtualHosts }))[0]?.chain.manager?.routes;
  if (!config) throw new Error('a table without a virtual host');
  return config;
}
const one = tableOf(['cart.shop', 'cart.shop:8080'], ['orders.shop'], ['*.shop'], ['*']);
const other = tableOf(['orders.shop', 'cart.shop:8080'], ['users.shop']);
const [hosts, others] = [one.hosts, other.hosts];

/** A budget that counts what is spent of it. */
function counted(): Budget & { readonly spent: () => number } {
  let spent = 0;
  return {
    spend: (_, count) => {
      spent += count;
    },
    spent: () => spent,
  };
}
const within = (config: RouteConfig, host: VirtualHost | undefined, wanted = true): Signed => ({
  language: hostLanguage(config, host ?? null),
  wanted,
});
const exact = (value: string, ignoreCase: boolean): Signed => {
  const has = (word: string) => (ignoreCase ? word.toLowerCase() : word) === value;
  return { language: textLanguage({ kind: 'exact', value, ignoreCase }, has, 'byte'), wanted: true };
};

describe('hosts of one table and of another', () => {
  it.each([
    ['in no case: names that are not the same', [within(one, hosts[0]), within(other, others[1])], null],
    ['the one name of both', [within(one, hosts[0]), within(other, others[0])], 'cart.shop:8080'],
    ['a name less those of the other', [within(one, hosts[0]), within(other, others[0], false)], 'cart.shop'],
    ['every name is in the other', [within(other, others[1]), within(one, hosts[2], false)], null],
    ['a suffix takes what nobody names', [within(one, hosts[2]), within(other, others[1])], 'users.shop'],
  ])('%s, without a state of an automaton', (_, signed, found) => {
    const budget = counted();
    expect(findWord(signed, [], budget)).toBe(found);
    expect(budget.spent()).toBe(0);
  });

  it('a form that is left need not be the word: where the case of letters counts, automata are asked', () => {
    const budget = counted();
    const upper = textLanguage(
      { kind: 'suffix', value: 'SHOP', ignoreCase: false },
      (word) => word.endsWith('SHOP'),
      'byte',
    );
    const found = findWord([within(one, hosts[1]), { language: upper, wanted: true }], [], budget);
    expect(found?.toLowerCase()).toBe('orders.shop');
    expect(found?.endsWith('SHOP')).toBe(true);
    expect(budget.spent()).toBeGreaterThan(0);
    expect(findWord([within(one, hosts[1]), exact('orders.shop', true)], [], budget)).toBe('orders.shop');
  });
});
