import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import { ask, requestFor, tableFor } from '../../support/routing.ts';

/** What real Envoys 1.40.0 and 1.36.2 say of a fault filter: `418` where it answers, which we leave open and name. */
const type = 'type.googleapis.com/';
const httpFault = `${type}envoy.extensions.filters.http.fault.v3.HTTPFault`;
const abort = { abort: { http_status: 418, percentage: { numerator: 100 } } };
const filter = (config: JsonObject = {}): JsonObject => ({
  name: 'f',
  typed_config: { '@type': httpFault, ...config },
});
const per = (config: JsonObject): JsonObject => ({ typed_per_filter_config: { f: config } });
const own = (config: JsonObject): JsonObject => per({ '@type': httpFault, ...config });
const wrapped = (config: JsonObject): JsonObject =>
  per({ '@type': `${type}envoy.config.route.v3.FilterConfig`, ...config });
const off = wrapped({ disabled: true });
const route = (prefix: string, more: JsonObject = {}): JsonObject => ({
  match: { prefix },
  direct_response: { status: 200 },
  ...more,
});
const routes = [
  route('/plain'),
  route('/abort', own(abort)),
  route('/off', off),
  route('/wrapped', wrapped({ config: { '@type': httpFault, ...abort } })),
  route('/empty', own({})),
];
const paths = ['/plain', '/abort', '/off', '/wrapped', '/empty', '/none'];

describe('a filter that can answer', () => {
  it.each<readonly [string, JsonObject, JsonObject, readonly string[]]>([
    ['only where a route configures it', filter(), {}, ['200', '?', '200', '?', '200', '404']],
    ['everywhere, also where no route takes the request', filter(abort), {}, ['?', '?', '200', '?', '200', '?']],
    ['disabled', { ...filter(abort), disabled: true }, {}, ['200', '?', '200', '?', '200', '404']],
    ['configured by the virtual host', filter(), own(abort), ['?', '?', '200', '?', '200', '404']],
    ['disabled by the virtual host', filter(abort), off, ['200', '?', '200', '?', '200', '?']],
  ])('%s', (_, http_filter, host, wanted) => {
    const virtualHosts = [{ name: 'v', domains: ['*'], routes, ...host }];
    const table = tableFor({ virtualHosts, manager: { http_filters: [http_filter] } });
    const told = paths.map((path) => {
      const { outcome, status, why } = ask(table, `GET a.test${path}`);
      if (outcome === 'undecided') expect(why).toContain('filter f ');
      return outcome === 'undecided' ? '?' : String(status);
    });
    expect(told).toEqual(wanted);
  });

  it('comes before require_tls, and after a refused upgrade', () => {
    const manager = { http_filters: [filter(abort)] };
    const secured = tableFor({ virtualHosts: [{ name: 'v', domains: ['*'], require_tls: 'ALL', routes }], manager });
    expect(ask(secured, 'GET a.test/plain')).toMatchObject({ outcome: 'undecided', candidates: [{ status: 301 }] });
    const table = tableFor({ virtualHosts: [{ name: 'v', domains: ['*'], routes }], manager });
    const upgrade = { connection: 'upgrade', upgrade: 'x' };
    expect(ask(table, 'GET a.test/plain', upgrade)).toMatchObject({ outcome: 'rejected', status: 403 });
    expect(ask(table, 'GET a.test/none', upgrade)).toMatchObject({
      outcome: 'undecided',
      candidates: [{ status: 404 }],
    });
  });

  it('a local rate limit without bucket, and ext_authz that a route switches off, decide nothing', () => {
    const limit = {
      name: 'l',
      typed_config: { '@type': `${type}envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit` },
    };
    const authz = {
      name: 'a',
      typed_config: { '@type': `${type}envoy.extensions.filters.http.ext_authz.v3.ExtAuthz` },
    };
    const open = {
      a: { '@type': `${type}envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute`, disabled: true },
    };
    const table = tableFor({
      routes: [route('/open', { typed_per_filter_config: open }), route('/')],
      manager: { http_filters: [limit, authz] },
    });
    expect(ask(table, 'GET a.test/open').status).toBe(200);
    expect(ask(table, 'GET a.test/x').why).toContain('filter a ');
  });
});

describe('several ways that end alike', () => {
  it('are open where a filter can answer on each', () => {
    const virtualHosts = ['a.test', 'b.test'].map((name) => ({ name, domains: [name], routes: [] }));
    const request = { ...requestFor('GET a.test/'), authority: null };
    expect(decide(tableFor({ virtualHosts }), request).candidates.map(({ outcome }) => outcome)).toEqual([
      'no-route',
      'no-virtual-host',
    ]);
    const any = [{ name: 'any', domains: ['*'], routes: [] }, ...virtualHosts];
    expect(decide(tableFor({ virtualHosts: any }), request)).toMatchObject({ outcome: 'no-route', status: 404 });
    const manager = { http_filters: [filter(abort)] };
    expect(decide(tableFor({ virtualHosts: any, manager }), request)).toMatchObject({ outcome: 'undecided' });
  });
});

describe('require_tls for external clients', () => {
  it('can redirect or go on: who is external is not told', () => {
    const virtualHosts = [{ name: 'v', domains: ['*'], require_tls: 'EXTERNAL_ONLY', routes: [route('/')] }];
    const decision = ask(tableFor({ virtualHosts }), 'GET a.test/x');
    expect(decision.unknown).toEqual(['whether the client is external']);
    expect(decision.candidates.map(({ status }) => status)).toEqual([301, 200]);
    expect(ask(tableFor({ virtualHosts }), 'GET a.test/x', { 'x-forwarded-proto': 'https' }).status).toBe(200);
  });
});
