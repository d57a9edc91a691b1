import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import type { RoutingRequest } from '../../../src/routing/match/request.ts';
import { requestOf } from '../../../src/routing/space/request-of.ts';
import { surveyOf } from '../../../src/routing/space/survey.ts';
import { type TableStory, tableFor } from '../../support/routing.ts';

/** What is known of each route, as `host/index: kind`; the witness of each live one is decided and must come to it. */
function known(story: TableStory): readonly string[] {
  const table = tableFor(story);
  return surveyOf(table).flatMap(({ host, scene, analysis }) =>
    host.routes.map(({ index }) => {
      const reach = analysis.reach(index);
      if (reach.kind === 'dead')
        return `${host.name}/${index}: dead by ${reach.by.join('+')}${reach.same ? ' same' : ''}`;
      if (reach.kind !== 'alive') return `${host.name}/${index}: ${reach.kind}`;
      const connect = analysis.cubes[index]?.connect ?? false;
      const request = requestOf(scene, analysis.solver, reach.point, connect);
      if (!request) return `${host.name}/${index}: alive, no witness`;
      const decision = decide(table, request);
      const ends = [decision, ...decision.candidates].map(({ hops }) => hops.at(-1));
      expect(ends.some((hop) => hop?.virtualHost === host.name && hop.route?.index === index)).toBe(true);
      return `${host.name}/${index}: ${shown(request)}`;
    }),
  );
}

function shown({ method, authority, target, headers }: RoutingRequest): string {
  const lines = [...headers].map(([name, values]) => ` ${name}=${values?.join('|')}`);
  return `${method} ${authority}${target}${lines.join('')}`;
}

const header = (name: string, exact: string, more: JsonObject = {}) => ({ name, string_match: { exact }, ...more });

describe('what is said of routes', () => {
  test.each<readonly [string, TableStory, readonly string[]]>([
    [
      'a prefix before a longer one',
      { routes: [{ prefix: '/a' }, { prefix: '/a/b' }, { prefix: '/' }] },
      ['all/0: GET www.example.com/a', 'all/1: dead by 0', 'all/2: GET www.example.com/'],
    ],
    [
      'the same twice',
      { routes: [{ path: '/a' }, { path: '/a' }] },
      ['all/0: GET www.example.com/a', 'all/1: dead by 0 same'],
    ],
    [
      'two that share a third between them',
      {
        routes: [
          { prefix: '/', headers: [{ name: 'x', present_match: true }] },
          { prefix: '/', headers: [{ name: 'x', present_match: false }] },
          { prefix: '/a' },
        ],
      },
      ['all/0: GET www.example.com/ x=x', 'all/1: GET www.example.com/', 'all/2: dead by 0+1'],
    ],
    [
      'a regex that covers a prefix written out',
      { routes: [{ safe_regex: { regex: '/v[0-9]+/.*' } }, { path: '/v12/x' }, { path: '/v/x' }] },
      ['all/0: GET www.example.com/vx/x', 'all/1: dead by 0', 'all/2: GET www.example.com/v/x'].map((text) =>
        text.replace('/vx/x', '/v1/1'),
      ),
    ],
    [
      'a path that normalisation never leaves',
      { routes: [{ path: '/a//b' }], manager: { merge_slashes: true } },
      ['all/0: impossible'],
    ],
    ['a question mark in a path', { routes: [{ prefix: '/a?b' }] }, ['all/0: impossible']],
    [
      'two values of one header, lines joined',
      { version: '1.38.3', routes: [{ prefix: '/', headers: [header('x', 'a'), header('x', 'b')] }] },
      ['all/0: impossible'],
    ],
    [
      'two values of one header, lines alone',
      { version: '1.39.3', routes: [{ prefix: '/', headers: [header('x', 'a'), header('x', 'b')] }] },
      ['all/0: GET www.example.com/ x=a|b'],
    ],
    [
      'two values of a header whose lines are always joined',
      { version: '1.40.0', routes: [{ prefix: '/', headers: [header('accept', 'a'), header('accept', 'b')] }] },
      ['all/0: impossible'],
    ],
    [
      'an empty range',
      { routes: [{ prefix: '/', headers: [{ name: 'x', range_match: { start: 5, end: 5 } }] }] },
      ['all/0: impossible'],
    ],
    [
      'a CONNECT route behind a catch-all',
      {
        routes: [{ prefix: '/' }, { connect_matcher: {} }],
        manager: { upgrade_configs: [{ upgrade_type: 'CONNECT' }] },
      },
      ['all/0: GET www.example.com/', 'all/1: CONNECT www.example.com:443'],
    ],
    [
      'a route that looks at path and query as one header',
      { routes: [{ prefix: '/', headers: [header(':path', '/a?x=1')] }, { path: '/a' }] },
      ['all/0: GET www.example.com/a?x=1', 'all/1: GET www.example.com/a'],
    ],
    [
      'a host that only another virtual host gets',
      {
        virtualHosts: [
          {
            name: 'one',
            domains: ['a.test'],
            routes: [
              { match: { prefix: '/', headers: [header(':authority', 'b.test')] }, direct_response: { status: 200 } },
            ],
          },
          {
            name: 'two',
            domains: ['*.test'],
            routes: [
              { match: { prefix: '/', headers: [header(':authority', 'b.test')] }, direct_response: { status: 200 } },
            ],
          },
        ],
      },
      ['one/0: impossible', 'two/0: GET b.test/'],
    ],
    [
      'a query parameter whose name no query holds',
      { routes: [{ prefix: '/', query_parameters: [{ name: 'a&b', present_match: true }] }] },
      ['all/0: impossible'],
    ],
    [
      'cookies',
      {
        routes: [
          { prefix: '/', cookies: [{ name: 'c', string_match: { exact: '1' } }] },
          { prefix: '/', cookies: [{ name: 'c', string_match: { exact: '1' }, invert_match: true }] },
          { prefix: '/a' },
        ],
      },
      ['all/0: GET www.example.com/ cookie=c=1', 'all/1: GET www.example.com/', 'all/2: dead by 0+1'],
    ],
    [
      'gRPC',
      {
        routes: [
          { prefix: '/', grpc: {} },
          { prefix: '/', headers: [header('content-type', 'application/grpc')] },
        ],
      },
      ['all/0: GET www.example.com/ content-type=application/grpc', 'all/1: dead by 0'],
    ],
  ])('%s', (_, story, said) => {
    expect(known(story)).toEqual(said);
  });

  test('metadata is one truth for the same question, and another for each other', () => {
    const meta = (value: string) => ({
      prefix: '/',
      dynamic_metadata: [{ filter: 'f', value: { string_match: { exact: value } } }],
    });
    const kinds = (routes: readonly JsonObject[]) => {
      const [survey] = surveyOf(tableFor({ routes }));
      return routes.map((_, index) => survey?.analysis.reach(index).kind);
    };
    expect(kinds([meta('a'), meta('a')])).toEqual(['alive', 'dead']);
    expect(kinds([meta('a'), meta('b')])).toEqual(['alive', 'alive']);
  });

  test('partly shadowed: by what is no special case of it', () => {
    const routes = [{ prefix: '/a/b' }, { prefix: '/', headers: [header('x', 'beta')] }, { prefix: '/a' }];
    const [survey] = surveyOf(tableFor({ routes }));
    const by = (index: number) => survey?.analysis.partly(index).map((one) => one.by);
    expect([by(0), by(1), by(2)]).toEqual([[], [0], [1]]);
  });
});
