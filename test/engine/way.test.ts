import { describe, expect, it } from 'vitest';
import type { Explained } from '../../src/routing/explained.ts';
import { edge, explained, explainOf } from '../support/explain.ts';

const service = (spec: string, annotations = '{}', name = 'edge'): string => `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop, annotations: ${annotations}}
spec: {selector: {app: edge}, ${spec}}
`;

const ingress = (spec: string, annotations = '{}', name = 'edge'): string => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${name}, namespace: shop, annotations: ${annotations}}
spec: ${spec}
`;

const rule = (host: string, port: string, path = '/'): string =>
  `{host: "${host}", http: {paths: [{path: ${path}, pathType: Prefix, backend: {service: {name: edge, port: ${port}}}}]}}`;

const tlsListener = '{portMapping: {port: 8088, protocol: http}, tls: {mode: STRICT}}';
const two = '{portMapping: {port: 8088, protocol: http}}, {portMapping: {port: 9000, protocol: http}}';
const alb = (more: string): string => `{"alb.ingress.kubernetes.io/scheme": internal, ${more}}`;

function go(more: string, url = 'http://shop.test/cart/1', options: Parameters<typeof edge>[0] = {}): Explained {
  return explained({ manifests: edge(options) + more, closed: true }, url);
}

describe('the way to the listener', () => {
  it.each([
    [
      'load balancer',
      'type: LoadBalancer, ports: [{port: 80, targetPort: 8088}]',
      'http://shop.test/cart/1',
      '80 -> load balancer -> Service shop/edge:80 -> 8088',
    ],
    [
      'named port',
      'type: LoadBalancer, ports: [{port: 80, targetPort: web}]',
      'http://shop.test/cart/1',
      '80 -> load balancer -> Service shop/edge:80 -> 8088',
    ],
    [
      'node port',
      'type: NodePort, ports: [{port: 80, targetPort: 8088, nodePort: 30080}]',
      'http://shop.test:30080/cart/1',
      '30080 -> any node -> Service shop/edge:80 -> 8088',
    ],
    [
      'cluster port',
      'ports: [{port: 81, targetPort: 8088}]',
      'http://edge.shop.svc.cluster.local:81/cart/1',
      '81 -> Service shop/edge:81 -> 8088',
    ],
    [
      'a port without a target',
      'ports: [{port: 8088}]',
      'http://edge.shop:8088/cart/1',
      '8088 -> Service shop/edge:8088 -> 8088',
    ],
  ])('goes through a Service: %s', (_, spec, url, way) => {
    expect(go(service(spec), url)).toMatchObject({ way, decision: { outcome: 'forward' } });
  });

  it('goes through the Ingress whose host and longest path fit', () => {
    const more =
      service('ports: [{name: http, port: 80, targetPort: 8088}, {name: other, port: 90, targetPort: 9000}]') +
      ingress(`{rules: [${rule('shop.test', '{name: http}')}, ${rule('shop.test', '{number: 90}', '/cart/deep')}]}`);
    expect(go(more).way).toBe('80 -> Ingress shop/edge -> Service shop/edge:80 -> 8088');
    expect(go(more, 'https://shop.test/cart/1').way).toBe(
      '443 -> Ingress shop/edge -> Service shop/edge:80 -> 8088 (TLS ends at the Ingress)',
    );
    const deep = go(more, 'http://shop.test/cart/deep/1');
    expect(deep.way).toBe('80 -> Ingress shop/edge -> Service shop/edge:90 -> 9000');
    expect(deep.decision.outcome).toBe('no-listener');
  });

  it('takes a wildcard host, one label long, and a default backend last', () => {
    const backend = 'defaultBackend: {service: {name: edge, port: {number: 90}}}';
    const more =
      service('ports: [{port: 80, targetPort: 8088}, {port: 90, targetPort: 8088}]') +
      ingress(`{rules: [${rule('*.test', '{number: 80}')}], ${backend}}`);
    expect(go(more).way).toContain('Service shop/edge:80');
    expect(go(more, 'http://a.shop.test/cart/1').way).toContain('Service shop/edge:90');
  });

  it('reads the ports of an AWS load balancer from its annotations', () => {
    const ports = service('ports: [{port: 80, targetPort: 8088}]');
    const spec = `{ingressClassName: alb, rules: [${rule('shop.test', '{number: 80}')}]}`;
    const listen = alb(`"alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS": 8443}]'`);
    expect(go(ports + ingress(spec, listen), 'https://shop.test:8443/cart/1').way).toContain('8443 -> Ingress');
    const cert = alb('"alb.ingress.kubernetes.io/certificate-arn": arn');
    expect(go(ports + ingress(spec, cert), 'https://shop.test/cart/1').way).toContain('443 -> Ingress');
    expect(go(ports + ingress(spec, cert)).way).toBe('80 -> Service shop/edge:80 -> 8088');
  });

  it('tells the gateway the scheme of the client, as every Ingress does', () => {
    const more =
      service('ports: [{port: 80, targetPort: 8088}]') + ingress(`{rules: [${rule('shop.test', '{number: 80}')}]}`);
    const asks = '{prefix: /, headers: [{name: x-forwarded-proto, match: {exact: https}}]}';
    const route = `---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: secure, namespace: shop}
spec: {httpRoute: {match: ${asks}, action: {target: {virtualService: {virtualServiceRef: {name: cart}}}}}}
`;
    expect(go(more + route, 'https://shop.test/x').decision.outcome).toBe('forward');
    expect(go(more + route, 'http://shop.test/x').decision.outcome).toBe('no-route');
  });

  it('says so where nothing leads there, or the target has no port of that name', () => {
    expect(go('').way).toBe('8088, the only one clients reach; no Service or Ingress leads port 80 to the gateway');
    expect(explained({ manifests: edge() }, 'http://shop.test/cart/1').way).toBe(
      '8088, the only one clients reach; no Service or Ingress that was read leads port 80 there',
    );
    expect(go(service('ports: [{port: 80, targetPort: nope}]')).way).toContain('has a port of that name');
  });

  it('does not take Services of other pods or namespaces', () => {
    const other = service('ports: [{port: 80, targetPort: 1}]').replace('{app: edge}', '{app: other}');
    const away = service('ports: [{port: 80, targetPort: 1}]').replace('namespace: shop', 'namespace: away');
    expect(go(other + away).way).toContain('the only one clients reach');
  });

  it('finds the end of a way where nobody listens', () => {
    const decision = go(service('ports: [{port: 80, targetPort: 8080}]')).decision;
    expect(decision).toMatchObject({ outcome: 'no-listener', status: null });
  });

  it('lists several ends, and asks for one', () => {
    const more =
      service('type: LoadBalancer, ports: [{port: 80, targetPort: 8088}]') +
      service('type: LoadBalancer, ports: [{port: 80, targetPort: 9000}]', '{}', 'second');
    expect(explainOf({ manifests: edge({ listeners: two }) + more }, 'http://shop.test/')).toBe(
      'port 80 leads to 2 listeners; name one with --port or --gateway: ' +
        '80 -> load balancer -> Service shop/edge:80 -> 8088 of VirtualGateway shop/edge; ' +
        '80 -> load balancer -> Service shop/second:80 -> 9000 of VirtualGateway shop/edge',
    );
    expect(explainOf({ manifests: edge({ listeners: two }) }, 'http://shop.test/')).toContain(
      'it listens on ports 8088, 9000: name one with --port',
    );
  });
});

describe('TLS on the way', () => {
  const ssl = (more = ''): string =>
    `{"service.beta.kubernetes.io/aws-load-balancer-ssl-cert": arn, "service.beta.kubernetes.io/aws-load-balancer-ssl-ports": "443"${more}}`;
  const ports = 'type: LoadBalancer, ports: [{port: 443, targetPort: 8088}, {port: 80, targetPort: 8088}]';
  const https = 'https://shop.test/cart/1';

  it('ends at a load balancer with a certificate', () => {
    expect(go(service(ports, ssl()), https)).toMatchObject({
      way: '443 -> load balancer -> Service shop/edge:443 -> 8088 (TLS ends at the load balancer)',
      decision: { outcome: 'forward' },
    });
  });

  it('that ends nowhere is no HTTP to a plain listener', () => {
    const { decision, steps } = go(service(ports), https);
    expect(decision).toMatchObject({ outcome: 'rejected', status: 400, responseFlag: 'DPE' });
    expect(steps.map(({ stage }) => stage)).toEqual(['listener', 'filter-chain']);
  });

  it('that ends too early closes a listener that takes TLS only; begun anew it reaches it', () => {
    const options = { listeners: tlsListener };
    const closed = go(service(ports, ssl()), https, options);
    expect(closed.decision).toMatchObject({ outcome: 'no-filter-chain', status: null, responseFlag: 'NR' });
    expect(closed.notes).toContain("App Mesh's form was never seen for TLS (STRICT) of the listener on port 8088");
    const backend = ssl(', "service.beta.kubernetes.io/aws-load-balancer-backend-protocol": ssl');
    expect(go(service(ports, backend), https, options).decision.outcome).toBe('forward');
    expect(go(service(ports), https, options).decision.outcome).toBe('forward');
  });

  it('is only noted where the way is not known', () => {
    const { decision, notes } = go('', https);
    expect(decision.outcome).toBe('forward');
    expect(notes).toEqual([
      'the URL is https and the listener speaks plain HTTP: something before the gateway has to end TLS',
    ]);
    expect(go('', 'http://shop.test/cart/1', { listeners: tlsListener }).notes[0]).toContain('takes TLS only');
  });
});
