import { describe, expect, it } from 'vitest';
import { collect } from '../../src/collect/collect.ts';
import { emptyRequest } from '../../src/collect/request.ts';
import { joinChanges } from '../../src/diagnose/changes.ts';
import type { Finding } from '../../src/diagnose/finding.ts';
import { buildModel } from '../../src/model/model.ts';
import { seenValue } from '../../src/snapshot/coverage.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { snapshotOf } from '../support/snapshot-of.ts';
import { bundleOf } from '../support/stories.ts';

const node = { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'VirtualNode', namespace: 'shop', name: 'cart' };
const now = '2026-11-24T03:04:00Z';
const manifests = (created: string, label = 'cart'): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: cart, namespace: shop }
spec: { podSelector: { matchLabels: { app: cart } } }
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: cart-6c9d, namespace: shop, creationTimestamp: '${created}', ownerReferences: [{ kind: Deployment, name: cart, controller: true }] }
spec: { template: { metadata: { labels: { app: ${label} } }, spec: { containers: [{ name: app, image: 'r.example/shop/cart:4.18.2' }] } } }
---
apiVersion: v1
kind: Event
metadata: { name: cart.1, namespace: shop }
involvedObject: { kind: ReplicaSet, namespace: shop, name: cart-6c9d }
reason: ScalingReplicaSet
message: Scaled up replica set cart-6c9d from 0 to 4
lastTimestamp: '2026-11-24T02:50:45Z'
`;
const root: Finding = {
  id: 'a',
  rule: 'sidecar-never-configured',
  title: '',
  severity: 'error',
  subjects: [node],
  message: '',
  effect: 'traffic',
  evidence: [{ source: 'manifest', document: 'd', pointer: '', value: null }],
  cause: '',
  fix: [],
  avoid: [],
  affects: [],
  since: '2026-11-24T02:51:20Z',
  witness: null,
  impact: null,
  changes: [],
  symptoms: [],
  foldedUnder: null,
};
const changesOf = (text: string, finding: Finding): readonly string[] =>
  joinChanges(buildModel(snapshotOf({ manifests: text, now })), [finding]).flatMap(({ changes }) =>
    changes.map(({ at, what }) => `${at} ${what}`),
  );
const rollout = '2026-11-24T02:50:41Z Deployment cart went to ReplicaSet cart-6c9d, cart:4.18.2';
const scaling = '2026-11-24T02:50:45Z ReplicaSet cart-6c9d: Scaled up replica set cart-6c9d from 0 to 4';

describe('changes before a fault', () => {
  it('are the rollout and the scaling of the pods it is about, newest first', () => {
    expect(changesOf(manifests('2026-11-24T02:50:41Z'), root)).toEqual([scaling, rollout]);
  });

  it('are none of half an hour before, nor of afterwards', () => {
    expect(changesOf(manifests('2026-11-24T02:20:00Z'), root)).toEqual([scaling]);
    expect(changesOf(manifests('2026-11-24T02:55:00Z'), root)).toEqual([scaling]);
  });

  it('are none of other pods', () => {
    expect(changesOf(manifests('2026-11-24T02:50:41Z', 'web'), root)).toEqual([]);
  });

  it('go by the time of the snapshot where nobody knows since when', () => {
    expect(changesOf(manifests('2026-11-24T03:01:00Z'), { ...root, since: null })).toEqual([
      '2026-11-24T03:01:00Z Deployment cart went to ReplicaSet cart-6c9d, cart:4.18.2',
      scaling,
    ]);
  });

  it('are the writes of a spec, and who wrote; not what its creator wrote, nor a status', () => {
    const write = (time: string, more = ''): string =>
      `{ manager: kubectl-edit, time: '${time}', fieldsV1: { 'f:spec': {} }${more} }`;
    const text = manifests('2026-11-24T02:20:00Z').replace(
      'metadata: { name: cart, namespace: shop }',
      `metadata: { name: cart, namespace: shop, creationTimestamp: '2026-11-24T02:40:00Z', managedFields: [${[
        write('2026-11-24T02:40:00Z'),
        write('2026-11-24T02:49:00Z'),
        write('2026-11-24T02:50:00Z', ', subresource: status'),
        write('2026-11-24T02:10:00Z'),
      ].join(', ')}] }`,
    );
    expect(changesOf(text, root)).toEqual([
      scaling,
      '2026-11-24T02:49:00Z VirtualNode cart was changed by kubectl-edit',
      '2026-11-24T02:40:00Z VirtualNode cart was created',
    ]);
  });

  it('are not joined to symptoms and standing facts', () => {
    expect(changesOf(manifests('2026-11-24T02:50:41Z'), { ...root, foldedUnder: 'b' })).toEqual([]);
    expect(changesOf(manifests('2026-11-24T02:50:41Z'), { ...root, effect: 'standing' })).toEqual([]);
  });

  it('of garbled times are left out', () => {
    expect(changesOf(manifests('yesterday'), { ...root, since: 'never' })).toEqual([]);
  });
});

describe('new certificates before a fault', async () => {
  const { snapshot } = await collect({ ...emptyRequest, bundles: [bundleOf('served-foreign-authority')] });
  const edge = { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'VirtualGateway', namespace: 'shop', name: 'edge' };
  const said = (seen: Snapshot, since: string | null = null): readonly string[] =>
    joinChanges(buildModel(seen), [{ ...root, affects: [edge], since }]).flatMap(({ changes }) =>
      changes.map(({ what }) => what),
    );
  const view = snapshot.envoys[0];
  const info = view && seenValue(view.serverInfo);
  if (!view || !info) throw new Error('the story holds no Envoy');
  const issued = [
    'Certificate for www.shop.example.com of gateway edge became valid',
    'CA certificate of gateway edge became valid',
  ];

  it('are what a secret server delivered, and what is valid since then', () => {
    expect(said(snapshot)).toEqual([
      'Secret spiffe://shop.example.com was delivered to gateway edge',
      'Secret spiffe://shop.example.com/edge was delivered to gateway edge',
      ...issued,
    ]);
  });

  it('are told once of all Envoys of a gateway', () => {
    expect(said({ ...snapshot, envoys: [view, view] })).toEqual(said(snapshot));
  });

  it('are none of half an hour before, nor of afterwards', () => {
    const now = Date.parse(snapshot.takenAt);
    expect(said(snapshot, new Date(now + 31 * 60_000).toISOString())).toEqual([]);
    expect(said(snapshot, new Date(now - 5 * 60_000).toISOString())).toEqual([]);
  });

  it('are none that an Envoy got while it started', () => {
    const serverInfo = { state: 'listed', value: { ...info, uptimeSeconds: 20 } } as const;
    expect(said({ ...snapshot, envoys: [{ ...view, serverInfo }] })).toEqual(issued);
  });
});
