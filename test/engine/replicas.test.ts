import { describe, expect, it } from 'vitest';
import { decisionJson } from '../../src/report/decision-json.ts';
import { renderExplanation } from '../../src/report/terminal/explanation.ts';
import { edge, explained, gatewayRoute } from '../support/explain.ts';

const node = 'mesh/shop/virtualGateway/edge_shop';
const cluster = 'cds_egress_shop_cart_shop_http_8080';

/** A replica that sends a prefix to the cart, or holds no listener. */
const replica = (prefix: string | null, version = '1.40.0'): string => `
node: ${node}
version: ${version}
${
  prefix === null
    ? 'listeners: []'
    : `
listeners:
  - {name: lds_ingress_0.0.0.0_8088, port: 8088, rds: rds_ingress_http_8088}
routes: {rds_ingress_http_8088: {self_redirect: [{prefix: ${prefix}, cluster: ${cluster}}]}}
clusters: {${cluster}: ["cart.shop:8080"]}
`
}`;

const cart = 'http://shop.test/cart/1';
const look = { width: 100, color: false, ascii: false, all: false };

describe('several replicas', () => {
  it('that agree are one decision, said with their number', () => {
    const one = explained({ envoy: [replica('/cart/'), replica('/cart/'), replica('/cart/')] }, cart);
    expect(one.by.envoys).toHaveLength(3);
    expect(one.replicas).toEqual([]);
    expect(renderExplanation(one, look)).toContain('decided by http://127.0.0.1:9901 (and 2 more agree), Envoy 1.40.0');
  });

  it('that hold other tables may still agree on a request', () => {
    const one = explained({ envoy: [replica('/cart/'), replica('/')] }, cart);
    expect(one.by.envoys).toHaveLength(2);
    expect(one.replicas).toEqual([]);
  });

  it('that disagree are told, what most of them decide first', () => {
    const given = { envoy: [replica('/other/'), replica('/cart/'), replica('/cart/')] };
    const one = explained(given, cart);
    expect(one.decision).toMatchObject({ outcome: 'forward', cluster });
    expect(one.by).toMatchObject({
      envoy: 'http://127.0.0.1:9902',
      envoys: ['http://127.0.0.1:9902', 'http://127.0.0.1:9903'],
    });
    expect(one.replicas).toMatchObject([
      { envoys: ['http://127.0.0.1:9901'], decision: { outcome: 'no-route', status: 404 } },
    ]);
    expect(one.replicas[0]?.differs).toEqual([
      'outcome',
      'cluster',
      'clusters',
      'status',
      'responseFlag',
      'rewrite',
      'timeoutMs',
    ]);
    expect(renderExplanation(one, look)).toMatch(
      /BUT\s+http:\/\/127\.0\.0\.1:9901 decides otherwise: 404 NR, no route/,
    );
    const json = JSON.parse(decisionJson(one));
    expect(json.replicas).toMatchObject([
      { envoys: one.by.envoys, outcome: 'forward', differs: [] },
      { envoys: ['http://127.0.0.1:9901'], outcome: 'no-route', responseFlag: 'NR' },
    ]);
  });

  it('one of which holds no listener: it refuses connections, and does not speak for the gateway', () => {
    const one = explained({ envoy: [replica(null), replica('/cart/')] }, cart);
    expect(one.decision.outcome).toBe('forward');
    expect(one.replicas).toMatchObject([{ decision: { outcome: 'no-listener' } }]);
    expect(one.replicas[0]?.decision.why).toContain('holds no listener');
  });

  it('all of which hold no listener decide so, whatever the objects ask for', () => {
    const one = explained({ manifests: edge(), closed: true, envoy: [replica(null)] }, cart);
    expect(one.decision).toMatchObject({ outcome: 'no-listener', status: null });
    expect(one.desired).toMatchObject({ outcome: 'forward' });
    expect(one.differs).toContain('outcome');
    const shown = renderExplanation(one, look);
    expect(shown).toContain('connection refused, nobody listens');
    expect(shown).toMatch(
      /desired\s+GatewayRoute shop\/cart \(case\.yaml:\d+\) would take it -> VirtualNode shop\/cart/,
    );
  });

  it('one of which could not be read is named', () => {
    const unread = `${replica('/cart/')}without: [config_dump]\n`;
    const one = explained({ envoy: [replica('/cart/'), unread] }, cart);
    expect(one.by.envoys).toHaveLength(1);
    expect(one.notes.join()).toContain('not asked: http://127.0.0.1:9902');
  });

  it('is the same in one line of many: replicas only where they differ', () => {
    const same = explained({ envoy: [replica('/cart/'), replica('/cart/')] }, cart);
    expect(JSON.parse(decisionJson(same))).not.toHaveProperty('replicas');
  });
});

describe('what the objects ask for', () => {
  const beta = gatewayRoute('beta', '{prefix: /cart/, headers: [{name: x-user, match: {exact: beta}}]}', 'other');
  const other = `---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: other, namespace: shop}
spec: {}
`;
  const manifests = edge() + beta + other;
  const asked = { url: cart, headers: ['x-user: beta'] };

  it('is not decided where App Mesh defines no order, and the order matters', () => {
    const { decision } = explained({ manifests, closed: true }, asked);
    expect(decision).toMatchObject({ outcome: 'undecided', status: null, cluster: null });
    expect(decision.why).toContain('does not define the order of GatewayRoute shop/');
    expect(decision.candidates.map(({ outcome }) => outcome).sort()).toEqual(['forward', 'no-route']);
    expect(explained({ manifests, closed: true }, cart).decision.outcome, 'only one takes it').toBe('forward');
  });

  it('is decided where a priority orders them', () => {
    const first = manifests.replace(
      'spec: {httpRoute: {match: {prefix: /cart/, headers',
      'spec: {priority: 1, httpRoute: {match: {prefix: /cart/, headers',
    );
    expect(first).not.toBe(manifests);
    expect(explained({ manifests: first, closed: true }, asked).decision.outcome).toBe('no-route');
  });

  it('does not differ from an Envoy that chose either order', () => {
    const envoy = replica('/cart/');
    const one = explained({ manifests, closed: true, envoy }, asked);
    expect(one.desired).toMatchObject({ outcome: 'undecided' });
    expect(one.differs).toEqual([]);
  });

  it('names the object that asks for a request and became no route', () => {
    const lost = edge() + gatewayRoute('lost', '{prefix: /lost/}', 'nowhere');
    const one = explained({ manifests: lost, closed: true }, 'http://shop.test/lost/1');
    expect(one.decision.outcome).toBe('no-route');
    expect(one.notes[0]).toMatch(
      /^GatewayRoute shop\/lost \(case\.yaml:\d+\) asks for such requests, .* does not exist$/,
    );
    expect(explained({ manifests: lost, closed: true }, 'http://shop.test/else').notes).toEqual([]);
  });

  it('tells ready endpoints where EndpointSlices do', () => {
    const slices = `---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 8080}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: cart-1, namespace: shop, labels: {kubernetes.io/service-name: cart}}
ports: [{port: 8080}]
endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}, {addresses: [10.0.0.2], conditions: {ready: false}}]
`;
    const one = explained({ manifests: edge() + slices, closed: true }, cart);
    expect(one.endpoints).toEqual([
      {
        cluster,
        weight: expect.any(Number),
        object: 'VirtualNode shop/cart',
        toldBy: 'endpoint-slices',
        hosts: [
          { address: '10.0.0.1:8080', failures: [] },
          { address: '10.0.0.2:8080', failures: ['not_ready'] },
        ],
      },
    ]);
    expect(renderExplanation(one, look)).toContain('10.0.0.2:8080 not ready, 10.0.0.1:8080 ready');
  });
});
