import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { admitted, reconciled } from './mesh-controller.ts';

const object = (kind: string, name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'appmesh.k8s.aws/v1beta2',
  kind,
  metadata: { name, namespace: 'shop', generation: 1 },
  spec,
});
const mesh = { ...object('Mesh', 'shop', {}), metadata: { name: 'shop', uid: 'u-1', generation: 1 } };
const service = (name: string, node: string) =>
  object('VirtualService', name, { provider: { virtualNode: { virtualNodeRef: { name: node } } } });
const route = (name: string, target: string) => {
  const action = { target: { virtualService: { virtualServiceRef: { name: target } } } };
  return object('GatewayRoute', name, { httpRoute: { match: { prefix: '/' }, action } });
};
const since = '2026-08-14T09:30:00Z';

/** What a real controller said of these objects, once, against a stand-in of the App Mesh API. */
describe('the texts of the controller', () => {
  const all = [object('VirtualNode', 'cart', {}), service('cart', 'cart'), service('orphan', 'nope')];

  it.each([
    [
      route('ghost', 'ghost'),
      'failed to resolve virtualServiceRef: unable to fetch virtualService: shop/ghost: ' +
        'VirtualService.appmesh.k8s.aws "ghost" not found',
    ],
    [route('inactive', 'orphan'), 'virtualService is not active yet'],
    [
      service('orphan', 'nope'),
      'failed to resolve virtualNodeRef: unable to fetch virtualNode: shop/nope: ' +
        'VirtualNode.appmesh.k8s.aws "nope" not found',
    ],
  ])('%#', (one, trouble) => {
    expect(reconciled(one, all, since)).toEqual({ trouble });
  });

  it('are none where all is there: a condition, an ARN, the generation', () => {
    const stored = admitted(service('cart', 'cart'), { mesh });
    expect(reconciled(stored, all, since)).toEqual({
      status: {
        virtualServiceARN: 'arn:aws:appmesh:eu-west-1:000000000000:mesh/shop/virtualService/cart.shop',
        conditions: [{ type: 'VirtualServiceActive', status: 'True', lastTransitionTime: since }],
        observedGeneration: 1,
      },
    });
  });

  it('a node does not wait for its backends, but they must exist', () => {
    const node = (backend: string) =>
      object('VirtualNode', 'web', { backends: [{ virtualService: { virtualServiceRef: { name: backend } } }] });
    expect(reconciled(node('orphan'), all, since)).toHaveProperty('status');
    expect(reconciled(node('ghost'), all, since)).toHaveProperty('trouble');
  });
});

describe('what the webhook fills in', () => {
  it('names in AWS, mesh and gateway; never over what was written', () => {
    const gateway = object('VirtualGateway', 'edge', { awsName: 'mine' });
    expect(admitted(gateway, { mesh }).spec).toEqual({ awsName: 'mine', meshRef: { name: 'shop', uid: 'u-1' } });
    expect(admitted(route('cart', 'cart'), { mesh, gateway }).spec).toMatchObject({
      awsName: 'cart_shop',
      virtualGatewayRef: { name: 'edge', namespace: 'shop' },
    });
    expect(admitted(mesh, {}).metadata).toMatchObject({
      finalizers: ['finalizers.appmesh.k8s.aws/mesh-members', 'finalizers.appmesh.k8s.aws/aws-appmesh-resources'],
    });
  });
});
