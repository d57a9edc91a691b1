import { describe, expect, it } from 'vitest';
import { type GatewayStatus, statusOf } from '../../src/diagnose/status.ts';
import { buildModel } from '../../src/model/model.ts';
import { renderStatus } from '../../src/report/status.ts';
import { type Given, snapshotOf } from '../support/snapshot-of.ts';

const manifests = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: {name: edge, namespace: shop}
spec:
  podSelector: {matchLabels: {app: edge}}
  listeners: [{portMapping: {port: 8088, protocol: http}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: edge}}
  template: {metadata: {labels: {app: edge}}, spec: {containers: [{name: envoy, image: envoy}]}}
`;

/** Two readings a minute apart: 600 requests, 30 answered 5xx, 12 found no route at the second listener. */
const serving = `
node: mesh/shop/virtualGateway/edge_shop
connected: false
listeners: [{name: lds_ingress_0.0.0.0_8088}]
routes:
  rds_ingress_http_8088: {'*': [{prefix: /cart}, {prefix: /web}]}
  rds_egress_http_15001: {cart.shop: [{prefix: /}]}
stats:
  - {http.ingress.downstream_rq_total: 1000, http.egress.downstream_rq_total: 1000, http.ingress.downstream_rq_5xx: 0, http.admin.downstream_rq_total: 5, server.uptime: 100}
  - {http.ingress.downstream_rq_total: 1600, http.egress.downstream_rq_total: 1590, http.ingress.downstream_rq_5xx: 30, http.egress.no_route: 12, http.admin.downstream_rq_total: 900, server.uptime: 160}
`;
const restarted = serving.replace('server.uptime: 160', 'server.uptime: 3');
const empty = `
node: mesh/shop/virtualGateway/edge_shop
connected: false
state: PRE_INITIALIZING
listeners: []
routes: {}
`;

function one(given: Given): GatewayStatus {
  const rows = statusOf(buildModel(snapshotOf({ manifests, now: '2026-11-27T00:00:00Z', ...given })));
  expect(rows).toHaveLength(1);
  return rows[0] as GatewayStatus;
}

const reason = (cell: GatewayStatus[keyof GatewayStatus]) =>
  cell !== null && typeof cell === 'object' && 'known' in cell && !cell.known ? cell.reason : null;

describe('status', () => {
  it('counts what serves, and rates each request once', () => {
    const row = one({ envoy: [serving, empty] });
    expect(row.pods).toEqual({ known: true, value: { serving: 1, wanted: 3 } });
    expect(row.controlPlane).toEqual({ known: true, value: { state: 'gone', since: '2026-09-30' } });
    const alone = one({ envoy: serving });
    expect(alone.routes).toEqual({ known: true, value: { count: 2, differ: false } });
    expect(alone.requestsPerSecond).toEqual({ known: true, value: 10 });
    expect(alone.serverErrors).toEqual({ known: true, value: 0.05 });
    expect(alone.withoutRoute).toEqual({ known: true, value: 0.02 });
  });

  it('tells no rate where Envoy restarted in between, or where one of two was not measured', () => {
    expect(reason(one({ envoy: restarted }).requestsPerSecond)).toContain('restarted');
    expect(reason(one({ envoy: [serving, restarted] }).requestsPerSecond)).toContain('restarted');
  });

  it('says that Envoys differ', () => {
    const other = serving.replace(', {prefix: /web}', '');
    expect(one({ envoy: [serving, other] }).routes).toEqual({ known: true, value: { count: 2, differ: true } });
  });

  it('knows nothing of what was not read', () => {
    const row = one({});
    for (const cell of [row.pods, row.routes, row.requestsPerSecond, row.certificateDays]) {
      expect(reason(cell)).toBe('no Envoy of it was read');
    }
    expect(reason(row.rescueHours)).toContain('--rescue-copies');
    expect(row.controlPlane).toEqual({ known: true, value: { state: 'assumed gone', since: '2026-09-30' } });
    expect(reason(one({ now: '2026-06-01T00:00:00Z' }).controlPlane)).toContain('no Envoy told');
  });

  it('tells the age of the newest usable copy, and that there is none', () => {
    const envoys = [{ nodeId: 'mesh/shop/virtualGateway/edge_shop', listeners: 2, routes: 3 }];
    const copy = { path: 'a', takenAt: '2026-11-26T18:30:00Z', fault: null, envoys };
    const broken = { path: 'b', takenAt: '2026-11-26T23:00:00Z', fault: 'damaged', envoys };
    expect(one({ rescueCopies: [copy, broken] }).rescueHours).toEqual({ known: true, value: 5 });
    expect(one({ rescueCopies: [broken] }).rescueHours).toEqual({ known: true, value: null });
  });

  it('leaves out what only stands by', () => {
    const snapshot = snapshotOf({ manifests });
    const objects = snapshot.objects.map((object) => ({ ...object, reported: false }));
    expect(statusOf(buildModel({ ...snapshot, objects }))).toEqual([]);
  });
});

describe('the table', () => {
  const look = { width: 100, color: false, ascii: false };
  const document = (given: Given) => {
    const snapshot = snapshotOf({ manifests, now: '2026-11-27T00:00:00Z', ...given });
    const { takenAt, gaps } = snapshot;
    return { schemaVersion: 1, takenAt, gateways: statusOf(buildModel(snapshot)), gaps } as const;
  };

  it('has one row a gateway, and the reason of each question mark once', () => {
    const lines = renderStatus(document({ envoy: serving }), look).split('\n');
    expect(lines[0]).toBe('1 gateway, seen 2026-11-27 00:00:00 UTC');
    expect(lines[1]).toMatch(/^GATEWAY +PODS +ROUTES +RPS +5XX +404gw +CERT +MAY RESTART +RESCUE +CONTROL PLANE$/);
    expect(lines[2]).toMatch(/^shop\/edge +1\/3! +2 +10 +5\.00% +2\.00% /);
    const text = renderStatus(document({}), look);
    expect(text).toContain('shop/edge: pods, routes, requests a second');
    expect(text.match(/no Envoy of it/g)).toHaveLength(1);
  });

  it('names clusters where there are any', () => {
    const { gateways, ...rest } = document({ envoy: serving });
    const both = ['prod', 'stage'].flatMap((cluster) => gateways.map((row) => ({ ...row, cluster })));
    const lines = renderStatus({ ...rest, gateways: both }, look).split('\n');
    expect(lines[0]).toContain('2 gateways, 2 clusters');
    expect(lines.slice(2, 4).map((line) => line.split(/ +/)[0])).toEqual(['prod', 'stage']);
  });
});
