import { describe, expect, it } from 'vitest';
import {
  isEgressRoutes,
  isIngressListener,
  isIngressRoutes,
  isSelfRedirect,
  nodeClusterName,
  parseClusterName,
  parseNodeId,
  splitDefaultName,
} from '../../src/model/envoy/naming.ts';

describe('names inside an App Mesh Envoy', () => {
  it.each([
    ['mesh/shop/virtualGateway/edge_shop', { mesh: 'shop', type: 'virtualGateway', awsName: 'edge_shop' }],
    ['mesh/shop@123456789012/virtualGateway/edge', { mesh: 'shop', type: 'virtualGateway', awsName: 'edge' }],
    [
      'arn:aws:appmesh:eu-west-1:123456789012:mesh/shop/virtualNode/cart_shop',
      { mesh: 'shop', type: 'virtualNode', awsName: 'cart_shop' },
    ],
    ['gateway-7c9f', null],
    ['', null],
    ['mesh/shop/virtualRouter/x', null],
  ])('node id %s', (nodeId, expected) => expect(parseNodeId(nodeId)).toEqual(expected));

  it('reads a cluster name from the right, since mesh and custom names may hold underscores', () => {
    const name = nodeClusterName('my_mesh', 'cart_shop', 'http', 8080);
    expect(name).toBe('cds_egress_my_mesh_cart_shop_http_8080');
    expect(parseClusterName(name)).toEqual({
      direction: 'egress',
      owner: 'my_mesh_cart_shop',
      protocol: 'http',
      port: 8080,
    });
    expect(parseClusterName('ads_cluster')).toBeNull();
    expect(parseClusterName('cds_egress_shop_mesh-allow-all')).toBeNull();
  });

  it('knows the self-redirect of one listener and of several', () => {
    expect(isSelfRedirect('cds_ingress_shop_edge_shop_self_redirect_http_15001')).toBe(true);
    expect(isSelfRedirect('cds_ingress_shop_edge_shop_self_redirect_8443_http_15001')).toBe(true);
    expect(isSelfRedirect('cds_egress_shop_self_redirect_http_8080')).toBe(false);
  });

  it('tells the two tables apart', () => {
    expect([isIngressRoutes('rds_ingress_http_8088'), isEgressRoutes('rds_ingress_http_8088')]).toEqual([true, false]);
    expect([isIngressRoutes('rds_egress_http_15001'), isEgressRoutes('rds_egress_http_15001')]).toEqual([false, true]);
  });

  it('takes a listener by its port, whatever the address', () => {
    expect(isIngressListener('lds_ingress_0.0.0.0_8088', 8088)).toBe(true);
    expect(isIngressListener('lds_ingress_0.0.0.0_18088', 8088)).toBe(false);
    expect(isIngressListener('lds_egress_0.0.0.0_15001', 15001)).toBe(false);
  });

  it.each([
    ['edge_shop', '_', { name: 'edge', namespace: 'shop' }],
    ['cart.shop', '.', { name: 'cart', namespace: 'shop' }],
    ['cart.shop.svc.cluster.local', '.', { name: 'cart.shop.svc.cluster', namespace: 'local' }],
    ['edge', '_', null],
    ['_shop', '_', null],
    ['edge_', '_', null],
  ] as const)('splits the default name %s at the last %s', (name, joint, expected) =>
    expect(splitDefaultName(name, joint)).toEqual(expected),
  );
});
