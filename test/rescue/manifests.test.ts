import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/lib/json.ts';
import { capturedDump, type Dump, objectsOf, part, rescueFrom, textOf } from './rescued.ts';

const story = 'test/lab/stories/healthy/manifests';
const objects = readdirSync(story)
  .filter((name) => !name.includes('namespace'))
  .map((name) => readFileSync(`${story}/${name}`, 'utf8'))
  .join('\n---\n');

const namespace = (labels: string): string => `
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }`;
const labelled = namespace('appmesh.k8s.aws/sidecarInjectorWebhook: enabled');
const webhook = (ready: boolean): string => `
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: w-1
  namespace: appmesh-system
  labels: { kubernetes.io/service-name: appmesh-controller-webhook-service }
ports: [{ port: 9443 }]
endpoints: [{ addresses: [10.0.0.9], conditions: { ready: ${ready} } }]`;
const platform = `
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: edge, namespace: shop }
spec:
  replicas: 3
  selector: { matchLabels: { app: edge } }
  template:
    metadata: { labels: { app: edge } }
    spec:
      tolerations: [{ key: edge, operator: Exists }]
      containers:
        - name: envoy
          image: old
          ports: [{ name: web, containerPort: 8088 }]
          resources: { limits: { memory: 256Mi } }
          volumeMounts: [{ name: certs, mountPath: /certs }]
      volumes: [{ name: certs, secret: { secretName: edge-tls } }]
---
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: shop, labels: { app: edge } }
spec: { containers: [{ name: envoy }] }
status: { podIP: 10.0.0.1, conditions: [{ type: Ready, status: "True" }] }
---
apiVersion: v1
kind: Service
metadata:
  name: edge
  namespace: shop
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: nlb
    service.beta.kubernetes.io/aws-load-balancer-name: edge
spec:
  type: LoadBalancer
  selector: { app: edge }
  ports: [{ name: http, port: 80, targetPort: web, nodePort: 30080 }]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: edge, namespace: shop }
spec: { scaleTargetRef: { kind: Deployment, name: edge }, minReplicas: 2, maxReplicas: 9 }`;

const rescued = (more: string, dump: Dump = capturedDump('envoy-1.40.0-healthy')) =>
  rescueFrom([dump], { manifests: objects + more, output: 'manifests' });

describe('manifests of a rescue', () => {
  it('go to a namespace of their own where the webhook is down, or nobody saw it', () => {
    for (const more of [labelled, labelled + webhook(false), '']) {
      const made = objectsOf(rescued(more));
      expect(made.Namespace).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop-rescue' } });
      expect(valueAt(made.Deployment, '/metadata/namespace')).toBe('shop-rescue');
    }
  });

  it('stay in the namespace where the webhook answers, opted out, or where none is called', () => {
    for (const more of [labelled + webhook(true), namespace('team: edge')]) {
      const made = objectsOf(rescued(more));
      expect(made.Namespace).toBeUndefined();
      expect(valueAt(made.Deployment, '/metadata/namespace')).toBe('shop');
      expect(valueAt(made.Deployment, '/spec/template/metadata/annotations')).toEqual({
        'appmesh.k8s.aws/sidecarInjectorWebhook': 'disabled',
      });
    }
  });

  it('hold a Deployment that nothing of the old gateway catches and that takes over what it may', () => {
    const { Deployment } = objectsOf(rescued(labelled + platform));
    const pod = valueAt(Deployment, '/spec/template/spec');
    expect(valueAt(Deployment, '/spec/replicas')).toBe(3);
    expect(valueAt(Deployment, '/spec/template/metadata/labels')).not.toHaveProperty('app');
    expect(valueAt(pod, '/containers/0')).toMatchObject({
      name: 'gateway',
      resources: { limits: { memory: '256Mi' } },
      ports: [{ containerPort: 8088 }],
      readinessProbe: { tcpSocket: { port: 8088 } },
    });
    expect(valueAt(pod, '/containers/0/image')).toMatch(/^envoyproxy\/envoy:v1\.\d+-latest$/);
    expect(pod).toMatchObject({ automountServiceAccountToken: false, tolerations: [{ key: 'edge' }] });
    expect(JSON.stringify(Deployment)).not.toMatch(/serviceAccountName|AWS|APPMESH/);
  });

  it('hold the configuration, named by its content, and a Service with a balancer of its own', () => {
    const { ConfigMap, Service, PodDisruptionBudget } = objectsOf(rescued(labelled + platform));
    expect(JSON.parse(String(valueAt(ConfigMap, '/data/bootstrap.json')))).toHaveProperty('static_resources.listeners');
    expect(valueAt(ConfigMap, '/metadata/name')).toMatch(/^edge-rescue-[0-9a-f]{10}$/);
    expect(Service).toMatchObject({
      metadata: { name: 'edge-rescue', annotations: { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' } },
      spec: { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 8088 }] },
    });
    expect(JSON.stringify(Service)).not.toMatch(/load-balancer-name|nodePort/);
    expect(valueAt(PodDisruptionBudget, '/spec/maxUnavailable')).toBe(1);
  });

  it('begin with the order of steps and the way back, and no step touches the old pods', () => {
    const text = textOf(rescued(labelled + platform).text);
    const head = text.slice(0, text.indexOf('\n---'));
    const order = [
      'annotate pod edge-1',
      'rollout pause deploy/edge',
      'patch hpa edge',
      'apply --server-side',
      'port-forward',
      'Back  ',
    ];
    expect(order.map((step) => head.indexOf(step))).toEqual(
      order.map((step) => head.indexOf(step)).sort((a, b) => a - b),
    );
    expect(order.every((step) => head.includes(step))).toBe(true);
    const commands = head.split('\n').filter((line) => /^# +(kubectl|Do \d+ +kubectl)/.test(line));
    expect(commands.join('\n')).not.toMatch(/restart|delete pod|drain |scale |undo|edit |set image/);
    expect(head).toContain(`'{"spec":{"minReplicas":3,"maxReplicas":3}}'`);
  });

  it('say what else selects the new pods', () => {
    const policy = `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny-all, namespace: shop }
spec: { podSelector: {} }`;
    const text = textOf(rescued(namespace('team: edge') + policy).text);
    expect(text).toContain('Also selects these pods: NetworkPolicy shop/deny-all');
  });

  it('say which NetworkPolicies let the old pods in and not the new ones', () => {
    const policy = (name: string, from: string): string => `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: { podSelector: { matchLabels: { app: cart } }, ingress: [{ from: [${from}] }] }`;
    const policies =
      policy('by-label', '{ podSelector: { matchLabels: { app: edge } } }') +
      policy('by-namespace', '{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } } }') +
      policy('open', '{ namespaceSelector: {} }');
    const closed = /Closed to these pods.*/.exec(textOf(rescued(labelled + platform + policies).text))?.[0];
    expect(closed).toContain('NetworkPolicy shop/by-label, NetworkPolicy shop/by-namespace');
    expect(closed).not.toContain('shop/open');
  });

  it('say that a ConfigMap holds what looks secret', () => {
    const dump = capturedDump('envoy-1.40.0-healthy');
    const at = '/dynamic_route_configs/0/route_config/virtual_hosts/0/routes/0';
    const header = { key: 'authorization', value: 'Basic Y2FuYXJ5OmNhbmFyeQ==' };
    Object.assign(valueAt(part(dump, 'RoutesConfigDump'), at) as object, { request_headers_to_add: [{ header }] });
    expect(rescued(labelled, dump).gaps.join()).toContain('the ConfigMap holds what looks secret (1 x header value)');
    expect(rescued(labelled).gaps.join()).not.toContain('looks secret');
  });

  it('mount the keys a person must supply, and the volumes that hold the other files', () => {
    const dump = capturedDump('envoy-1.40.0-healthy');
    const listener = valueAt(
      part(dump, 'ListenersConfigDump'),
      '/dynamic_listeners/0/active_state/listener/filter_chains/0',
    );
    const pair = { certificate_chain: { filename: '/certs/tls.crt' }, private_key: { filename: '[redacted]' } };
    Object.assign(listener as object, {
      transport_socket: {
        name: 'tls',
        typed_config: { '@type': 't/envoy.x.DownstreamTlsContext', common_tls_context: { tls_certificates: [pair] } },
      },
    });
    const result = rescued(labelled + platform, dump);
    const pod = valueAt(objectsOf(result).Deployment, '/spec/template/spec');
    expect(valueAt(pod, '/volumes')).toEqual([
      expect.objectContaining({ name: 'config' }),
      { name: 'keys', secret: { secretName: 'edge-rescue-keys', defaultMode: 288 } },
      { name: 'certs', secret: { secretName: 'edge-tls' } },
    ]);
    expect(textOf(result.text)).toContain('create secret generic edge-rescue-keys --from-file=');
    expect(textOf(result.text)).toContain('copy to namespace shop-rescue what these volumes name');
  });
});

describe('addresses of a control plane', () => {
  const cart = 'cds_egress_shop_cart_shop_http_8080';
  const eds = (): Dump => {
    const dump = capturedDump('envoy-1.40.0-healthy');
    const clusters = part(dump, 'ClustersConfigDump').dynamic_active_clusters as { cluster: Record<string, unknown> }[];
    for (const one of clusters) {
      if (one.cluster.name === cart) one.cluster = { name: cart, type: 'EDS', eds_cluster_config: {} };
    }
    return dump;
  };
  const service = (spec: string): string => `
---
apiVersion: v1
kind: Service
metadata: { name: cart-v1, namespace: shop }
spec: ${spec}`;
  const slice = (address: string): string => `
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: c-1, namespace: shop, labels: { kubernetes.io/service-name: cart-v1 } }
ports: [{ port: 8080 }]
endpoints: [{ addresses: [${address}] }]`;
  const address = (): string => {
    const endpoints = JSON.stringify(part(eds(), 'EndpointsConfigDump'));
    return /cart_shop_http_8080.*?"address":"([\d.]+)"/.exec(endpoints)?.[1] ?? '';
  };

  it('become the Service whose pods they are, on its own port', () => {
    const more = service('{ selector: { app: cart }, ports: [{ port: 80, targetPort: 8080 }] }') + slice(address());
    const result = rescueFrom([eds()], { manifests: objects + more });
    expect(textOf(result.text)).toContain('"address": "cart-v1.shop.svc.cluster.local."');
    expect(result.changed.join()).toContain(
      '1 fixed addresses became cart-v1.shop.svc.cluster.local.:80 (all are its pods)',
    );
    expect(result.gaps.join()).not.toContain('fixed addresses');
  });

  it('become the Service of their VirtualNode where the pods have moved, headless ones on the port of the pods', () => {
    const more = service('{ clusterIP: None, selector: { app: cart }, ports: [{ port: 80, targetPort: 8080 }] }');
    const node = `
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: cart, namespace: shop }
spec: { podSelector: { matchLabels: { app: cart } }, listeners: [{ portMapping: { port: 8080, protocol: http } }] }`;
    const result = rescueFrom([eds()], { manifests: node + more + slice('10.9.9.9') });
    expect(result.changed.join()).toContain('cart-v1.shop.svc.cluster.local.:8080 (by its VirtualNode');
  });

  it('stay fixed, and said, where no Service is known', () => {
    const result = rescueFrom([eds()], {
      manifests: service('{ selector: { app: other }, ports: [{ port: 80 }] }'),
    });
    expect(result.gaps.join()).toContain(`1 cluster keeps fixed addresses`);
  });
});
