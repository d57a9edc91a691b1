import { catalogue } from '../../rules/index.ts';
import { manifestHarvest } from '../../src/collect/manifests/harvest.ts';
import { runRule } from '../../src/diagnose/run.ts';
import { diagnose } from '../../src/diagnose/run.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';
import { buildModel, type Model } from '../../src/model/model.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';

/** A cluster as an API server would list it: this many routes to services of a tenth as many, and 20 pods of their gateway. */
function clusterText(routes: number): string {
  const services = routes / 5;
  const namespaces = Array.from({ length: 50 }, (_, index) => `ns-${index}`);
  const mesh = (kind: string, namespace: string | undefined, name: string, spec: unknown, labels = {}) => ({
    apiVersion: 'appmesh.k8s.aws/v1beta2',
    kind,
    metadata: { name, namespace, labels, uid: `${kind}-${name}`, generation: 1 },
    spec: kind === 'Mesh' ? spec : { meshRef: { name: 'shop', uid: 'Mesh-shop' }, ...(spec as object) },
    status: { observedGeneration: 1, conditions: [{ type: `${kind}Active`, status: 'True' }] },
  });
  const core = (kind: string, namespace: string | undefined, name: string, more: object, labels = {}) => ({
    apiVersion: kind === 'Deployment' ? 'apps/v1' : kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1',
    kind,
    metadata: { name, namespace, labels, uid: `${kind}-${name}` },
    ...more,
  });
  const port = { portMapping: { port: 8080, protocol: 'http' } };
  const of = (index: number): string => `ns-${index % namespaces.length}`;
  const items: unknown[] = [
    mesh('Mesh', undefined, 'shop', { namespaceSelector: {} }),
    ...namespaces.map((name) => core('Namespace', undefined, name, {}, { gateway: 'edge' })),
    mesh('VirtualGateway', 'ns-0', 'edge', {
      namespaceSelector: {},
      podSelector: { matchLabels: { app: 'edge' } },
      listeners: [{ portMapping: { port: 8088, protocol: 'http' } }],
    }),
    core('Service', 'ns-0', 'edge', {
      spec: { selector: { app: 'edge' }, ports: [{ port: 80, targetPort: 8088 }] },
    }),
    ...Array.from({ length: 20 }, (_, index) => podOf('ns-0', `edge-${index}`, 'edge')),
  ];
  for (let index = 0; index < services; index += 1) {
    const [name, namespace] = [`svc-${index}`, of(index)];
    items.push(
      mesh('VirtualService', namespace, name, { provider: { virtualNode: { virtualNodeRef: { name } } } }),
      mesh('VirtualNode', namespace, name, {
        podSelector: { matchLabels: { app: name } },
        listeners: [port],
        serviceDiscovery: { dns: { hostname: `${name}.${namespace}.svc.cluster.local` } },
      }),
      core('Service', namespace, name, {
        spec: { selector: { app: name }, ports: [{ name: 'http', port: 8080, targetPort: 8080 }] },
      }),
      core(
        'EndpointSlice',
        namespace,
        `${name}-1`,
        { endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }], ports: [{ port: 8080 }] },
        { 'kubernetes.io/service-name': name },
      ),
      podOf(namespace, `${name}-1`, name),
    );
  }
  for (let index = 0; index < routes; index += 1) {
    const service = index % services;
    const target = { virtualService: { virtualServiceRef: { name: `svc-${service}` } } };
    const match = { prefix: `/team-${index % 50}/service-${index}/` };
    items.push(
      mesh('GatewayRoute', of(service), `route-${index}`, {
        virtualGatewayRef: { name: 'edge', namespace: 'ns-0', uid: 'VirtualGateway-edge' },
        httpRoute: { match, action: { target } },
      }),
    );
  }
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

  function podOf(namespace: string, name: string, app: string) {
    return core(
      'Pod',
      namespace,
      name,
      {
        spec: {
          nodeName: 'node-1',
          containers: [
            { name: app === 'edge' ? 'envoy' : 'app', ports: [{ containerPort: app === 'edge' ? 8088 : 8080 }] },
          ],
        },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [] },
      },
      { app },
    );
  }
}

/** Milliseconds that building a model takes, from the text of its objects, and that all rules take over it. */
export function measureRules(
  routes: number,
  slowest = 0,
): { readonly buildMs: number; readonly rulesMs: number; readonly slow: string } {
  const text = clusterText(routes);
  const begun = performance.now();
  const model = modelOf(text);
  const buildMs = performance.now() - begun;
  const slow = slowest > 0 ? slowestOf(modelOf(text), slowest) : '';
  const ran = performance.now();
  diagnose(
    model,
    catalogue.map(({ rule }) => rule),
  );
  return { buildMs, rulesMs: performance.now() - ran, slow };
}

function modelOf(text: string): Model {
  const readAt = '2026-06-01T12:00:00Z';
  const file = { id: 'manifests/0.json', origin: 'cluster.json', text, reported: true, readAt };
  const harvest = manifestHarvest([file], { defaultNamespace: 'default', closed: true, keep: false });
  const model = buildModel(assembleSnapshot([harvest], readAt));
  // Kinds are read when they are first looked at: that is building, too.
  for (const all of [meshObjects(model), model.pods, model.services, model.endpointSlices, model.workloads]) void all;
  return model;
}

function slowestOf(model: Model, count: number): string {
  const times = catalogue.map(({ rule }) => {
    const begun = performance.now();
    runRule(model, rule);
    return { id: rule.id, ms: performance.now() - begun };
  });
  return times
    .sort((left, right) => right.ms - left.ms)
    .slice(0, count)
    .map(({ id, ms }) => `${id} ${ms.toFixed(0)} ms`)
    .join(', ');
}
