import { expect, it } from 'vitest';
import { ownRights } from '../../src/agent/rights.ts';
import { copyPlaceOf } from '../../src/agent/copy-place.ts';

it.each([
  ['/copies', { kind: 'folder', path: '/copies' }],
  ['./configmap', { kind: 'folder', path: './configmap' }],
  ['configmap', { kind: 'config-maps' }],
  ['s3://copies', { kind: 'bucket', bucket: 'copies', prefix: '' }],
  ['s3://copies.of.shop/prod//eu/', { kind: 'bucket', bucket: 'copies.of.shop', prefix: 'prod//eu/' }],
])('%s is a place for rescue copies', (text, place) => {
  expect(copyPlaceOf(text)).toEqual(place);
});

it.each([[''], ['s3:'], ['s3://'], ['s3://UPPER/x'], ['s3://a'], ['s3:/copies/x']])('%j is none', (text) => {
  expect(typeof copyPlaceOf(text)).toBe('string');
});

it('only where ConfigMaps hold copies may it touch them, and never change one', () => {
  const of = (text: string) => {
    const place = copyPlaceOf(text);
    if (typeof place === 'string') throw new Error(place);
    return ownRights({ mode: 'daemonset', via: 'auto', events: true, logs: true, rescue: place });
  };
  expect(of('/copies').map(({ resource }) => resource)).toEqual(['leases']);
  expect(of('configmap')).toContainEqual({
    verbs: ['get', 'list', 'create', 'delete'],
    group: '',
    resource: 'configmaps',
  });
});
