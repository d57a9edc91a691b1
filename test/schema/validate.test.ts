import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validate } from '../../src/schema/validate.ts';
import { validObjects } from './valid-objects.ts';

const route = (http: string, more = ''): string =>
  `{ ${more} httpRoute: { action: { target: { virtualService: { virtualServiceRef: { name: a } } } }, ${http} } }`;

/** kind, spec, code, path, words of the message. */
const bad: readonly (readonly [string, string, string, string, string])[] = [
  [
    'GatewayRoute',
    route('match: { prefix: / }, retryPolicy: { maxRetries: 2 }'),
    'misplaced-field',
    'spec.httpRoute.retryPolicy',
    'belongs in a VirtualRouter, at spec.routes[].httpRoute.retryPolicy',
  ],
  [
    'GatewayRoute',
    route('match: { prefix: / }, timeout: { idle: { unit: s, value: 1 } }'),
    'misplaced-field',
    'spec.httpRoute.timeout',
    'belongs in a',
  ],
  ['GatewayRoute', route('match: { prefx: / }'), 'unknown-field', 'spec.httpRoute.match.prefx', 'did you mean prefix?'],
  [
    'GatewayRoute',
    route('match: { headers: [{ name: a, match: { present: true } }] }'),
    'unknown-field',
    'spec.httpRoute.match.headers[0].match.present',
    'known here: exact',
  ],
  ['GatewayRoute', route('match: { prefix: / }', 'priority: 1001,'), 'out-of-range', 'spec.priority', '0 to 1000'],
  [
    'GatewayRoute',
    route('match: { method: get }'),
    'not-allowed-value',
    'spec.httpRoute.match.method',
    'allowed are CONNECT',
  ],
  ['GatewayRoute', route('match: { prefix: 5 }'), 'wrong-type', 'spec.httpRoute.match.prefix', 'must be a text'],
  [
    'GatewayRoute',
    '{ httpRoute: { match: { prefix: / } } }',
    'missing-field',
    'spec.httpRoute',
    'lacks the required field action',
  ],
  [
    'GatewayRoute',
    '{ httpRoute: { match: {}, action: { target: { virtualService: {} } } } }',
    'none-of-alternatives',
    'spec.httpRoute.action.target.virtualService',
    'one is needed',
  ],
  [
    'VirtualService',
    '{ provider: { virtualNode: { virtualNodeRef: { name: a } }, virtualRouter: { virtualRouterRef: { name: a } } } }',
    'too-many-alternatives',
    'spec.provider',
    'only one of',
  ],
  [
    'VirtualNode',
    '{ listeners: [{ portMapping: { port: 70000, protocol: http } }] }',
    'out-of-range',
    'spec.listeners[0].portMapping.port',
    '1 to 65535',
  ],
  ['VirtualNode', '{ listeners: { portMapping: {} } }', 'wrong-type', 'spec.listeners', 'must be a list'],
  ['VirtualRouter', '{ listeners: [] }', 'out-of-range', 'spec.listeners', 'at least 1'],
  ['BackendGroup', '{ virtualServices: [] }', 'unknown-field', 'spec.virtualServices', 'did you mean virtualservices?'],
  ['Mesh', '{ egressFilter: { type: ALLOW } }', 'not-allowed-value', 'spec.egressFilter.type', 'ALLOW_ALL'],
];

describe('validate', () => {
  it.each(bad)('%s %s: %s', (kind, spec, code, path, words) => {
    const problems = validate(kind, { spec: parse(spec) as unknown });
    expect(problems.map((problem) => [problem.code, problem.path])).toEqual([[code, path]]);
    expect(problems[0]?.message).toContain(words);
  });

  it.each(validObjects.map(({ kind, spec }) => [kind, JSON.stringify(spec), spec] as const))(
    '%s %s is valid',
    (kind, _, spec) => {
      expect(validate(kind, { spec })).toEqual([]);
    },
  );

  it('allows what the CRD allows, though App Mesh refused it: acm in the trust of a listener', () => {
    const tls =
      '{ mode: STRICT, certificate: { sds: { secretName: a } }, validation: { trust: { acm: { certificateAuthorityARNs: [x] } } } }';
    const spec: unknown = parse(`{ listeners: [{ portMapping: { port: 1, protocol: http }, tls: ${tls} }] }`);
    expect(validate('VirtualGateway', { spec })).toEqual([]);
  });

  it('leaves the root, other kinds and null alone', () => {
    expect(validate('Mesh', { spec: { awsName: null }, extra: 1, status: { x: 1 } })).toEqual([]);
    expect(validate('Service', { spec: { x: 1 } })).toEqual([]);
  });

  it('stops at a hundred problems and never throws', () => {
    const spec = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`zz${index}`, 1]));
    expect(validate('Mesh', { spec })).toHaveLength(100);
    fc.assert(
      fc.property(fc.constantFrom('Mesh', 'GatewayRoute', 'VirtualNode'), fc.jsonValue(), (kind, value) => {
        expect(Array.isArray(validate(kind, { spec: value }))).toBe(true);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
