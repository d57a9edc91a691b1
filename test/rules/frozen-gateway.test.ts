import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { catalogue } from '../../rules/index.ts';
import { diagnose } from '../../src/diagnose/run.ts';
import { asObject } from '../../src/lib/json.ts';
import { buildModel } from '../../src/model/model.ts';
import { refText } from '../../src/snapshot/object.ts';
import { afterTheEnd, budget, calm, node, pod } from '../support/frozen.ts';
import { daemonSet } from '../support/agents.ts';
import { namespace, sidecarPod, target, webhook, workload } from '../support/injected.ts';
import { gatewayRoute, virtualRouter, virtualService } from '../support/shop.ts';
import { type Given, snapshotOf } from '../support/snapshot-of.ts';

/** How its routes are written is no matter of its being frozen: rules of the family matching tell of that. */
const rules = catalogue.flatMap(({ family, rule }) => (family === 'matching' ? [] : [rule]));

/** What the rules say together of a gateway: rule, subjects, severity, effect; symptoms indented under their root. */
function sayOf(given: Given): readonly string[] {
  const { findings, checks } = diagnose(buildModel(snapshotOf({ now: afterTheEnd, closed: true, ...given })), rules);
  expect(checks.filter(({ failed }) => failed !== null)).toEqual([]);
  return findings.map(
    ({ rule, subjects, severity, effect, foldedUnder }) =>
      `${foldedUnder === null ? '' : '  '}${rule} ${subjects.map(refText).join(', ')} ${severity} ${effect}`,
  );
}

const service = (name: string, port: number, targetPort = port): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: ${port}, targetPort: ${targetPort} }] }
---
`;
const mesh = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop, uid: u-mesh, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' }
spec: { namespaceSelector: { matchLabels: { mesh: shop } } }
status: { observedGeneration: 1, conditions: [{ type: MeshActive, status: 'True' }] }
---
`;
/** What people wrote in Git, as the API server gives it back: written, taken and active before the end. */
function asExported(manifests: string): string {
  return parseAllDocuments(manifests)
    .flatMap((document) => {
      const object = asObject(document.toJS());
      if (!String(object.apiVersion).startsWith('appmesh')) return object.kind === undefined ? [] : [object];
      const { kind } = object;
      const refs = {
        meshRef: { name: 'shop', uid: 'u-mesh' },
        ...(kind === 'GatewayRoute' ? { virtualGatewayRef: { name: 'edge', namespace: 'shop', uid: 'u-edge' } } : {}),
      };
      const written = {
        uid: kind === 'VirtualGateway' ? 'u-edge' : 'u-x',
        generation: 1,
        creationTimestamp: '2026-01-01T00:00:00Z',
      };
      const status = { observedGeneration: 1, conditions: [{ type: `${kind}Active`, status: 'True' }] };
      const metadata = { ...asObject(object.metadata), ...written };
      return [{ ...object, metadata, spec: { ...asObject(object.spec), ...refs }, status }];
    })
    .map((object) => `${stringify(object)}---\n`)
    .join('');
}

const plainPod = `
apiVersion: v1
kind: Pod
metadata: { name: cart-0, namespace: shop, labels: { app: cart } }
spec: { nodeName: node-1, containers: [{ name: app, image: 'app:v1', ports: [{ containerPort: 8080 }] }] }
status: { phase: Running, containerStatuses: [{ name: app, ready: true, restartCount: 0 }] }
---
`;
const app = (name: string): string =>
  gatewayRoute(name) +
  virtualService(name, { router: name }) +
  virtualRouter(name, name) +
  target(name) +
  workload(name) +
  service(name, 8080);

const gatewayEnvoy = `
connected: false
listeners: [{ name: lds_ingress_0.0.0.0_8088, rds: rds_ingress_http_8088, manager: { normalize_path: true, merge_slashes: true, access_log: [{ name: envoy.access_loggers.stdout, typed_config: { '@type': type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog } }] } }, { name: lds_egress_0.0.0.0_15001, rds: rds_egress_http_15001, statPrefix: egress, manager: { normalize_path: true, merge_slashes: true, access_log: [{ name: envoy.access_loggers.stdout, typed_config: { '@type': type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog } }] } }]
routes:
  rds_ingress_http_8088: { self_redirect: [{ prefix: /cart/, prefixRewrite: /, cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001, hostRewrite: cart.shop }, { prefix: /cart, prefixRewrite: /, cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001, hostRewrite: cart.shop }] }
  rds_egress_http_15001: { cart.shop: [{ prefix: /, cluster: cds_egress_shop_cart_shop_http_8080 }] }
clusters: { cds_ingress_shop_edge_shop_self_redirect_http_15001: ['127.0.0.1:15001'], cds_egress_shop_cart_shop_http_8080: ['cart.shop.svc.cluster.local.:8080'] }
stats: [{ server.memory_physical_size: 20000000 }, { server.memory_physical_size: 20000000 }]
`;
const freshCopy = [
  {
    path: '/backup/edge.rescue.tar.gz',
    takenAt: '2026-11-24T01:00:00Z',
    fault: null,
    envoys: [{ nodeId: 'mesh/shop/virtualGateway/edge_shop', listeners: 2, routes: 3 }],
  },
];
const healthy =
  asExported(
    calm.replace('spec: { podSelector', 'spec: { namespaceSelector: { matchLabels: { mesh: shop } }, podSelector') +
      app('cart'),
  ) +
  mesh +
  namespace('mesh: shop') +
  plainPod +
  service('edge', 80, 8088) +
  daemonSet('amazon/cloudwatch-agent:1');

describe('a frozen gateway', () => {
  it('that is healthy has only standing facts, each told once', () => {
    expect(sayOf({ manifests: healthy, envoy: [gatewayEnvoy, gatewayEnvoy], rescueCopies: freshCopy })).toEqual([
      'condition-stale VirtualGateway shop/edge info standing',
      'control-plane-disconnected VirtualGateway shop/edge info standing',
      'tracing-disabled VirtualGateway shop/edge info standing',
    ]);
  });

  it('that is healthy is judged by every rule that needs no log, trace or AWS', () => {
    const model = buildModel(
      snapshotOf({ manifests: healthy, closed: true, now: afterTheEnd, envoy: gatewayEnvoy, rescueCopies: freshCopy }),
    );
    const { checks } = diagnose(model, rules);
    const unjudged = checks.filter(({ notEvaluated }) => notEvaluated.length > 0).map(({ rule }) => rule);
    // The set holds neither logs, traces, certificates, secrets nor EndpointSlices, and AWS is not asked.
    expect([...unjudged].sort()).toEqual([
      'access-log-silent',
      'certificate-expired',
      'certificate-expiring',
      'certificate-name-mismatch',
      'client-disconnects',
      'gateway-health-check-404',
      'latency-high',
      'load-balancer-targets-unhealthy',
      'log-decision-disagrees',
      'node-no-ready-endpoint',
      'requests-to-wrong-route',
      'requests-without-route',
      'route-unused',
      'secret-not-delivered',
      'trace-not-propagated',
      'trace-shows-fault',
    ]);
  });

  it('that lost a pod: the pod is the root, and what threatens the others is folded under it', () => {
    const dead = pod('edge-1', { since: '2026-11-24T02:12:40Z', ready: false });
    const manifests = healthy + dead + node('node-2', { spec: 'unschedulable: true' }) + budget('maxUnavailable: 1');
    expect(sayOf({ manifests, envoy: gatewayEnvoy, rescueCopies: freshCopy })).toEqual([
      'gateway-pod-empty VirtualGateway shop/edge error traffic',
      '  restart-loses-config VirtualGateway shop/edge error latent',
      'condition-stale VirtualGateway shop/edge info standing',
      'control-plane-disconnected VirtualGateway shop/edge info standing',
      'tracing-disabled VirtualGateway shop/edge info standing',
    ]);
  });

  it('whose target was rolled out while injection is on: the target is the root', () => {
    const late = '2026-11-24T02:51:20Z';
    const manifests =
      healthy.replace(plainPod, '') +
      namespace('appmesh.k8s.aws/sidecarInjectorWebhook: enabled, mesh: shop') +
      webhook() +
      sidecarPod('cart', 'cart-1', late, false) +
      sidecarPod('cart', 'cart-2', late, false);
    expect(sayOf({ manifests, envoy: gatewayEnvoy, rescueCopies: freshCopy })).toEqual([
      'sidecar-never-configured VirtualNode shop/cart error traffic',
      'injection-breaks-new-pods Namespace shop warning latent',
      'condition-stale VirtualGateway shop/edge info standing',
      'control-plane-disconnected VirtualGateway shop/edge info standing',
      'tracing-disabled VirtualGateway shop/edge info standing',
    ]);
  });
});
