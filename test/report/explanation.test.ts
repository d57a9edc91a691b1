import { describe, expect, it } from 'vitest';
import { readCurl } from '../../src/cli/request/curl.ts';
import { readLogLine } from '../../src/cli/request/log-line.ts';
import { displayWidth } from '../../src/lib/width.ts';
import { renderExplanation } from '../../src/report/terminal/explanation.ts';
import type { Explained } from '../../src/routing/explained.ts';
import { edge, explained, gatewayRoute } from '../support/explain.ts';

const look = { width: 100, color: false, ascii: false, all: false };

const many = Array.from({ length: 40 }, (_, at) =>
  gatewayRoute(
    `service-with-a-rather-long-name-${at}`,
    `{prefix: /cart/version-${at}/, headers: [{name: x-user, match: {exact: beta}}, {name: x-region, match: {exact: eu}}]}`,
    'cart',
  ),
).join('');
const long = `http://${'sub.'.repeat(20)}shop.test/cart/${'deep/'.repeat(60)}?${'q=1&'.repeat(100)}`;

const cases: readonly (readonly [string, () => Explained])[] = [
  ['two passes', () => explained({ manifests: edge(), closed: true }, 'http://shop.test/cart/1')],
  ['nothing takes it', () => explained({ manifests: edge() + many, closed: true }, 'http://shop.test/nothing')],
  ['many near misses', () => explained({ manifests: edge() + many, closed: true }, 'http://shop.test/cart/version-7')],
  [
    'many refused before',
    () => explained({ manifests: edge() + many, closed: true }, 'http://shop.test/cart/version-7/1'),
  ],
  ['a long URL', () => explained({ manifests: edge() + many, closed: true }, long)],
  [
    'a log line',
    () => explained({ manifests: edge() + many, closed: true }, readLogLine('"GET /cart/version-7/ HTTP/2" 404 NR')),
  ],
  ['a curl command', () => explained({ manifests: edge() }, readCurl('curl -d a=b http://shop.test/cart/1'))],
  ['refused before routing', () => explained({ manifests: edge() }, 'http://shop.test/%00')],
  ['escapes in it', () => explained({ manifests: edge() }, 'http://shop.test/\u001b[31mred')],
];

describe.each(cases)('%s', (_, make) => {
  const one = make();

  it.each([100, 60])('fits a screen of %i columns, whatever it holds', (width) => {
    const lines = renderExplanation(one, { ...look, width })
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(25);
    for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour is off, and nothing given may bring its own
    expect(lines.join('')).not.toMatch(/[\x00-\x1f]/);
  });

  it('holds only ASCII where that is asked, and all where that is asked', () => {
    expect(renderExplanation(one, { ...look, ascii: true })).toMatch(/^[\n -~]*$/);
    const all = renderExplanation(one, { ...look, all: true });
    expect(all).not.toContain('--all');
    expect(all.length).toBeGreaterThanOrEqual(renderExplanation(one, look).length - 200);
  });
});

describe('the picture', () => {
  it('says who decided, the way, what matched, where to edit it, what is sent on and what to expect', () => {
    const shown = renderExplanation(explained({ manifests: edge(), closed: true }, 'http://shop.test/cart/1'), look);
    expect(shown).toBe(`GET http://shop.test/cart/1 -> VirtualNode shop/cart
  decided by the objects alone: what App Mesh would push to VirtualGateway shop/edge, Envoy 1.34.0
  (assumed)
  port: 8088, the only one clients reach; no Service or Ingress leads port 80 to the gateway

1 listener lds_ingress_0.0.0.0_8088: virtual host self_redirect takes every host
    matched     #0 GatewayRoute shop/cart (case.yaml:29): path starts with "/cart/"
    sent on as  path /1, host cart.shop, timeout 15 s
2 listener lds_egress_0.0.0.0_15001 (inside the gateway)
    host        virtual host cart.shop takes host "cart.shop"
    matched     #0 VirtualService shop/cart (case.yaml:35): path starts with "/"
    sent on as  path /1, host cart.shop, timeout 15 s
    to cluster  cds_egress_shop_cart_shop_http_8080

endpoints   not known: no Envoy was read, nor an EndpointSlice
expected    the upstream's own status, flag -, if it can be reached
grade       observed: routes of this form stood in a real App Mesh gateway
`);
  });

  it('puts the nearest miss first: all but one clause held', () => {
    const more =
      gatewayRoute('far', '{prefix: /fax/, headers: [{name: x-a, match: {exact: b}}]}', 'cart') +
      gatewayRoute('near', '{prefix: /far/, headers: [{name: x-user, match: {exact: beta}}]}', 'cart');
    const shown = renderExplanation(
      explained({ manifests: edge() + more, closed: true }, 'http://shop.test/far/1'),
      look,
    );
    expect(shown.replace(/\s+/g, ' ')).toMatch(
      /nearest #\d GatewayRoute shop\/near \(case\.yaml:\d+\): asks that header x-user is "beta"; the request has no header x-user/,
    );
  });

  it('says what a log line proves, and what it contradicts', () => {
    const line = '[2026-11-23T02:58:11.204Z] "GET /cart/1 HTTP/1.1" 404 NR 0 0 0 - "-" "-" "-" "shop.test" "-"';
    const shown = renderExplanation(explained({ manifests: edge(), closed: true }, readLogLine(line)), look);
    expect(shown).toMatch(/logged\s+404 NR: no route/);
    expect(shown.replace(/\s+/g, ' ')).toContain('but this configuration has a route for it: it was another then');
  });

  it('tells an upstream that is ill from one that is well, and panics with Envoy', () => {
    const one = explained({ manifests: edge(), closed: true }, 'http://shop.test/cart/1');
    const hosts = (...failures: readonly (readonly string[])[]): Explained => ({
      ...one,
      endpoints: one.endpoints.map((endpoints) => ({
        ...endpoints,
        toldBy: 'envoy',
        hosts: failures.map((held, at) => ({ address: `10.0.0.${at}:80`, failures: held })),
      })),
    });
    const ill = ['failed_active_health_check'];
    expect(renderExplanation(hosts([], ill), look)).toContain(
      '10.0.0.1:80 fails its health check, 10.0.0.0:80 healthy',
    );
    expect(renderExplanation(hosts(ill), look)).toContain('status 503: no host is well');
    expect(renderExplanation(hosts(), look)).toContain('status 503, flag UH: the cluster has no host');
  });
});
