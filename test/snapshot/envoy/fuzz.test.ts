import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DocumentKind, makeDocument } from '../../../src/snapshot/document.ts';
import { assembleEnvoy } from '../../../src/snapshot/envoy/assemble.ts';
import { findJsonFault } from '../../../src/snapshot/envoy/json-fault.ts';
import { pageValue } from '../../../src/snapshot/envoy/page.ts';
import { type EnvoyStory, pagesOf } from '../../support/envoy-pages.ts';

const kinds: readonly DocumentKind[] = [
  'server_info',
  'ready',
  'listeners',
  'config_dump',
  'clusters',
  'stats',
  'certs',
  'runtime',
];

function assemble(kind: DocumentKind, text: string, origin = 'page.json') {
  const document = makeDocument({ id: 'envoy/0/page.json', kind, origin, readAt: '', envoy: 'envoy/0' }, text, true);
  if (text.length < 1e5) pageValue(kind, text);
  return assembleEnvoy({ key: 'envoy/0', label: 'edge', pages: [{ document, text }], unread: [] });
}

const story: EnvoyStory = {
  listeners: [
    { name: 'lds_ingress_0.0.0.0_8088', refused: 'bad' },
    { name: 'x', refused: 'bad', onlyRefused: true },
  ],
  routes: { r: { v: [{ prefix: '/a', weighted: { a: 1, b: 2 }, addHeader: { x: 'y' } }], w: [] } },
  clusters: { c: ['a:1', '10.0.0.1:2'] },
  refusedClusters: { d: 'bad' },
  stats: [{ 'server.live': 1 }],
};

const strange = fc.constantFrom<unknown>(null, 7, 'x', true, [], {}, [null], [[]], { name: 3 }, 1e99, '');

/** The value with the member at the n-th place, counted over the whole tree, put in another's place. */
function garble(value: unknown, place: { left: number }, instead: unknown): unknown {
  if (place.left-- === 0) return instead;
  if (Array.isArray(value)) return value.map((item) => garble(item, place, instead));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, garble(item, place, instead)]));
}

describe('the parsers of admin pages', () => {
  it('never throw on garbled members', () => {
    const pages = pagesOf(story).filter(({ kind }) => kind !== 'ready');
    fc.assert(
      fc.property(fc.constantFrom(...pages), fc.nat(220), strange, ({ kind, text }, left, instead) => {
        const { coverage } = assemble(kind, JSON.stringify(garble(JSON.parse(text), { left }, instead)));
        expect(coverage).toHaveLength(13);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throw on any text', () => {
    const origins = fc.constantFrom(
      'a',
      'http://x/config_dump?resource=static_clusters',
      'config_dump?mask=%&resource',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.oneof(fc.json(), fc.string(), fc.string({ unit: 'binary' })),
        origins,
        (kind, text, origin) => {
          assemble(kind, text, origin);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never throw on pages cut short anywhere, and never take them for whole', () => {
    for (const { kind, text } of pagesOf(story)) {
      if (kind === 'ready') continue;
      for (let end = 0; end < text.length - 1; end += 1) {
        const { coverage } = assemble(kind, text.slice(0, end));
        const read = coverage.filter(({ state }) => state !== 'not-read');
        if (read.length > 0) expect(read, `the first ${end} of ${kind}`).toEqual([]);
      }
    }
  });

  it.each([
    ['deep', '['.repeat(1_000_000)],
    ['deep objects', '{"configs":'.repeat(200_000)],
    ['one long line', 'x'.repeat(5_000_000)],
    ['short lines', 'x:: y\n'.repeat(500_000)],
    ['quotes', '{"a":"\\"'.repeat(200_000)],
    ['colons', ':'.repeat(2_000_000)],
  ])(
    'end soon on noise: %s',
    (_name, text) => {
      for (const kind of kinds) {
        const before = performance.now();
        assemble(kind, text);
        expect(performance.now() - before).toBeLessThan(2000);
      }
    },
    60_000,
  );
});

describe('findJsonFault', () => {
  it('agrees with JSON.parse on whether a text is JSON', () => {
    const texts = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .tuple(fc.json(), fc.nat(40), fc.string({ maxLength: 2 }))
        .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at)),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '-', '0', '.5', 'e3', 'true', 'nul', ' '))
        .map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => (findJsonFault(text) === null) === parses(text)),
      { numRuns: 5000 },
    );
  });

  it('says of every beginning of a JSON that it was cut', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        for (let end = 0; end < text.length; end += 1) {
          const cut = text.slice(0, end);
          if (!parses(cut) && findJsonFault(cut)?.cut !== true) return false;
        }
        return true;
      }),
      { numRuns: 100 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
