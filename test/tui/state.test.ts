import { describe, expect, it } from 'vitest';
import { firstKey, type Key, meaningOf } from '../../src/tui/keys.ts';
import {
  type Action,
  askedRequest,
  current,
  type Extent,
  initialState,
  reduce,
  type State,
} from '../../src/tui/state.ts';

const extent: Extent = {
  ...{ count: 100, page: 10, columns: 3 },
  keyAt: (row) => `row ${row}`,
  standsAt: ({ selected }) => selected,
};

/** The state after keys, each a letter or a named key. */
function stateAfter(keys: readonly (string | Key)[], from: State = initialState, on: Extent = extent): State {
  return keys.reduce<State>((state, key) => {
    const meaning = typeof key === 'string' ? meaningOf(key, {}, state) : meaningOf('', key, state);
    return meaning !== null && typeof meaning !== 'string' ? reduce(state, meaning, on) : state;
  }, from);
}

const opened = (action: Action): State => reduce(initialState, action, extent);
const esc: Key = { escape: true };
const enter: Key = { return: true };

describe('moving', () => {
  it.each<[string, readonly (string | Key)[], number]>([
    ['down and up', ['j', 'j', 'k'], 1],
    ['by arrows', [{ downArrow: true }, { downArrow: true }, { upArrow: true }], 1],
    ['not before the first', ['k'], 0],
    ['to the last', ['G'], 99],
    ['not behind the last', ['G', 'j'], 99],
    ['to the first', ['G', 'g'], 0],
    ['a page keeps one line in sight', [{ pageDown: true }], 9],
    ['a page back', ['G', { pageUp: true }], 90],
  ])('%s', (_, keys, selected) => {
    expect(current(stateAfter(keys)).selected).toBe(selected);
  });

  it('stays at the top where there is nothing', () => {
    expect(current(stateAfter(['j', 'G'], initialState, { ...extent, count: 0 })).selected).toBe(0);
  });
});

describe('screens', () => {
  it('go in and out, and each remembers where a person stood', () => {
    const stood = stateAfter(['j', 'j']);
    const inside = reduce(stood, { type: 'open', screen: { name: 'routes', gateway: 'shop/edge' } }, extent);
    expect(current(inside)).toMatchObject({ screen: { name: 'routes' }, selected: 0 });
    expect(current(stateAfter([esc], inside))).toMatchObject({ screen: { name: 'gateways' }, selected: 2 });
  });

  it('out of the first one there is no way', () => {
    expect(stateAfter([esc])).toEqual(initialState);
  });

  it('tab goes round, from inside a gateway too', () => {
    const tab: Key = { tab: true };
    const names = [1, 2, 3, 4, 5, 6].map((times) => current(stateAfter(Array(times).fill(tab))).screen.name);
    expect(names).toEqual(['findings', 'logs', 'explain', 'changes', 'sources', 'gateways']);
    const inside = opened({ type: 'open', screen: { name: 'routes', gateway: 'a/b' } });
    expect(current(stateAfter([tab], inside)).screen.name).toBe('findings');
  });

  it(': jumps by the beginning of a name, and says which there are', () => {
    expect(current(stateAfter([':', 'f', 'i', enter])).screen.name).toBe('findings');
    const lost = stateAfter([':', 'x', enter]);
    expect(lost.notice).toBe('there is no screen "x"; there are gateways, findings, logs, explain, changes, sources');
    expect(stateAfter(['j'], lost).notice).toBeNull();
  });

  it('? shows the keys and takes them away', () => {
    expect(current(stateAfter(['?'])).screen.name).toBe('help');
    expect(current(stateAfter(['?', '?'])).screen.name).toBe('gateways');
  });
});

describe('a filter', () => {
  it('is seen while it is typed, and stays when it is entered', () => {
    const typing = stateAfter(['G', '/', 'c', 'a']);
    expect(current(typing)).toMatchObject({ filter: 'ca', selected: 0 });
    expect(stateAfter([enter], typing)).toMatchObject({ prompt: null });
    expect(current(stateAfter([{ backspace: true }, enter], typing)).filter).toBe('c');
  });

  it('is gone with esc, typed or entered', () => {
    expect(current(stateAfter(['/', 'c', esc])).filter).toBe('');
    expect(current(stateAfter(['/', 'c', enter, esc])).filter).toBe('');
  });

  it('keys that come at once are told apart: what is typed, what is taken back, what enters it', () => {
    const typing = stateAfter([':']);
    const keysIn = (input: string, state: State): readonly string[] => {
      const one = firstKey(input, state);
      return input === one ? [one] : [one, ...keysIn(input.slice(one.length), state)];
    };
    expect(keysIn('find\x7f\x7f\r', typing)).toEqual(['find', '\x7f', '\x7f', '\r']);
    expect(keysIn('jjG', initialState)).toEqual(['j', 'j', 'G']);
    // A quick hand's next key comes with the line end; a request that is pasted may have some within.
    expect(keysIn('ain\re', typing)).toEqual(['ain', '\r', 'e']);
    const asking = reduce(initialState, { type: 'ask', request: '' }, extent);
    expect(keysIn('\rj', asking)).toEqual(['\r', 'j']);
    expect(keysIn('curl a \\\r -H b\r', asking)).toEqual(['curl a \\\r -H b', '\r']);
    expect(stateAfter(['/', 'ab', '\x7f']).prompt?.text).toBe('a');
  });

  it('takes every letter, those of commands too, and pasted lines as one', () => {
    expect(current(stateAfter(['/', 'q', 'j', '?', 'a\nb'])).filter).toBe('qj?a b');
  });
});

describe('sorting', () => {
  it('goes through the columns and back to the order in which rows come', () => {
    const columns = [1, 2, 3, 4].map((times) => current(stateAfter(Array(times).fill('>'))).sort?.column ?? null);
    expect(columns).toEqual([0, 1, 2, null]);
    expect(current(stateAfter(['<'])).sort).toEqual({ column: 2, reverse: false });
    expect(current(stateAfter(['>', 'o'])).sort).toEqual({ column: 0, reverse: true });
  });
});

describe('what is done outside', () => {
  it.each([
    ['q', 'quit'],
    ['y', 'copy'],
    ['s', 'save'],
    ['c', 'collect'],
    ['r', 'refresh'],
    ['e', 'ask'],
    ['l', 'log'],
  ])('%s', (key, command) => {
    expect(meaningOf(key, {}, initialState)).toBe(command);
  });

  it('ctrl-c ends it even while something is typed', () => {
    expect(meaningOf('c', { ctrl: true }, stateAfter(['/']))).toBe('quit');
  });

  it('keys that mean nothing do nothing', () => {
    expect(meaningOf('z', {}, initialState)).toBeNull();
    expect(meaningOf('s', { ctrl: true }, initialState)).toBeNull();
  });

  it('a request is typed on the explain screen, and what was asked can be edited', () => {
    const asked = stateAfter(['a', '/', 'b', enter], opened({ type: 'ask', request: null }));
    expect(asked.request).toBe('a/b');
    expect(current(asked).screen.name).toBe('explain');
    const again = reduce(asked, { type: 'ask', request: null }, extent);
    expect(again.prompt).toEqual({ kind: 'request', text: 'a/b' });
    expect(askedRequest(stateAfter(['c'], again))).toBe('a/bc');
    expect(askedRequest(stateAfter(['c', esc], again))).toBe('a/b');
  });
});
