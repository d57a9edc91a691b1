/** An ill cluster has faults in many of its services. */
export type Health = 'well' | 'ill';

type Labels = Readonly<Record<string, string>>;
type Metadata = { readonly labels?: Labels; readonly annotations?: Labels; readonly creationTimestamp?: string };

const namespaces = Array.from({ length: 50 }, (_, index) => `ns-${index}`);

/**
 * A cluster as an API server lists it: this many routes to a fifth as many services, each with a pod, and a gateway of 20 pods.
 * Of an ill one's services some have no ready pod, or another port, or were not taken by App Mesh, or are new, or are to be
 * left alone.
 */
export function clusterText(routes: number, health: Health): string {
  const items: unknown[] = [
    mesh('Mesh', undefined, 'shop', { namespaceSelector: {} }),
    ...namespaces.map((name) => core('Namespace', undefined, name, {}, { labels: { gateway: 'edge' } })),
    mesh('VirtualGateway', 'ns-0', 'edge', {
      namespaceSelector: {},
      podSelector: { matchLabels: { app: 'edge' } },
      listeners: [{ portMapping: { port: 8088, protocol: 'http' } }],
    }),
    core('Service', 'ns-0', 'edge', {
      spec: { selector: { app: 'edge' }, ports: [{ port: 80, targetPort: 8088 }] },
    }),
    ...Array.from({ length: 20 }, (_, index) => podOf('ns-0', `edge-${index}`, 'edge', {}, true)),
  ];
  const services = routes / 5;
  for (let index = 0; index < services; index += 1) items.push(...serviceOf(index, health));
  for (let index = 0; index < routes; index += 1) {
    const service = index % services;
    const target = { virtualService: { virtualServiceRef: { name: `svc-${service}` } } };
    const match = { prefix: `/team-${index % 50}/service-${index}/` };
    items.push(
      mesh('GatewayRoute', namespaceOf(service), `route-${index}`, {
        virtualGatewayRef: { name: 'edge', namespace: 'ns-0', uid: 'VirtualGateway-edge' },
        httpRoute: { match, action: { target } },
      }),
    );
  }
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function serviceOf(index: number, health: Health): readonly unknown[] {
  const [name, namespace] = [`svc-${index}`, namespaceOf(index)];
  const ill = (every: number): boolean => health === 'ill' && index % every === 0;
  const created = ill(3) ? { creationTimestamp: '2026-06-01T11:50:00Z' } : {};
  const annotations = ill(7)
    ? { 'meshdoctor.io/ignore': 'node-no-ready-endpoint', 'meshdoctor.io/ignore-reason': 'known' }
    : {};
  const [ready, port, taken] = [!ill(4), ill(5) ? 9090 : 8080, ill(6) ? 'False' : 'True'];
  return [
    mesh('VirtualService', namespace, name, { provider: { virtualNode: { virtualNodeRef: { name } } } }, taken),
    mesh(
      'VirtualNode',
      namespace,
      name,
      {
        podSelector: { matchLabels: { app: name } },
        listeners: [{ portMapping: { port: 8080, protocol: 'http' } }],
        serviceDiscovery: { dns: { hostname: `${name}.${namespace}.svc.cluster.local` } },
      },
      taken,
      { annotations },
    ),
    core(
      'Service',
      namespace,
      name,
      { spec: { selector: { app: name }, ports: [{ name: 'http', port, targetPort: 8080 }] } },
      created,
    ),
    core(
      'EndpointSlice',
      namespace,
      `${name}-1`,
      { endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }], ports: [{ port: 8080 }] },
      { labels: { 'kubernetes.io/service-name': name } },
    ),
    podOf(namespace, `${name}-1`, name, created, ready),
    ...(ill(3) ? [evicted(namespace, `${name}-1`)] : []),
  ];
}

function namespaceOf(service: number): string {
  return `ns-${service % namespaces.length}`;
}

function mesh(kind: string, namespace: string | undefined, name: string, spec: object, taken = 'True', more = {}) {
  return {
    apiVersion: 'appmesh.k8s.aws/v1beta2',
    kind,
    metadata: { name, namespace, uid: `${kind}-${name}`, generation: 1, ...more },
    spec: kind === 'Mesh' ? spec : { meshRef: { name: 'shop', uid: 'Mesh-shop' }, ...spec },
    status: { observedGeneration: 1, conditions: [{ type: `${kind}Active`, status: taken }] },
  };
}

function core(kind: string, namespace: string | undefined, name: string, body: object, more: Metadata = {}) {
  return {
    apiVersion: kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1',
    kind,
    metadata: { name, namespace, uid: `${kind}-${name}`, ...more },
    ...body,
  };
}

function podOf(namespace: string, name: string, app: string, more: Metadata, ready: boolean) {
  const envoy = { name: 'envoy', ports: app === 'edge' ? [{ containerPort: 8088 }] : [] };
  const containers = app === 'edge' ? [envoy] : [{ name: 'app', ports: [{ containerPort: 8080 }] }, envoy];
  return core(
    'Pod',
    namespace,
    name,
    {
      spec: { nodeName: 'node-1', containers },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
        containerStatuses: [],
      },
    },
    { labels: { app }, ...more },
  );
}

function evicted(namespace: string, pod: string) {
  return core('Event', namespace, `${pod}.1`, {
    involvedObject: { kind: 'Pod', namespace, name: pod },
    reason: 'Evicted',
    message: 'The node was low on resource: memory.',
    lastTimestamp: '2026-06-01T11:55:00Z',
  });
}
