/** A Service and a Deployment of a target, and all of its App Mesh objects; a route where `match` is given. */
export function target(name: string, { match, namespace = 'shop', replicas = 1 }: TargetParts = {}): string {
  return [
    ...(match === undefined ? [] : [route(name, match, name, namespace)]),
    service(name, namespace),
    node(name, namespace),
    ...workload(name, namespace, replicas),
  ].join('---');
}

interface TargetParts {
  /** YAML of the match of its route. */
  readonly match?: string;
  readonly namespace?: string;
  readonly replicas?: number;
}

/** A GatewayRoute; `match` is YAML in flow style. */
export function route(name: string, match: string, to: string, namespace = 'shop', more = ''): string {
  return `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  ${more}
  httpRoute:
    match: ${match}
    action: {target: {virtualService: {virtualServiceRef: {name: ${to}}}}}
`;
}

/** A VirtualService whose provider is the VirtualNode of its name. */
export function service(name: string, namespace = 'shop'): string {
  return `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  awsName: ${name}.${namespace}.svc.cluster.local
  provider: {virtualNode: {virtualNodeRef: {name: ${name}}}}
`;
}

/** A VirtualNode that listens on 8080. */
export function node(name: string, namespace = 'shop'): string {
  return `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  podSelector: {matchLabels: {app: ${name}}}
  listeners: [{portMapping: {port: 8080, protocol: http}}]
  serviceDiscovery: {dns: {hostname: ${name}.${namespace}.svc.cluster.local}}
`;
}

/** A VirtualRouter of one route over weighted nodes. */
export function router(name: string, weights: Readonly<Record<string, number>>): string {
  const targets = Object.entries(weights).map(([to, weight]) => `{virtualNodeRef: {name: ${to}}, weight: ${weight}}`);
  return `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: {name: ${name}, namespace: shop}
spec:
  listeners: [{portMapping: {port: 8080, protocol: http}}]
  routes: [{name: all, httpRoute: {match: {prefix: /}, action: {weightedTargets: [${targets.join(', ')}]}}}]
`;
}

/** What Kubernetes has of a target: Service, Deployment, its pods, and their endpoints. */
export function workload(name: string, namespace = 'shop', replicas = 1): readonly string[] {
  const ready = Array.from({ length: replicas }, (_, at) => `${name}-7d9c5b6f8-${'abcdefgh'[at]}`);
  const address = (at: number): string => `10.244.77.${at + 10}`;
  const containers = `[{name: ${name}, image: 'registry.example.com/shop/${name}:1.0.0', ports: [{name: http, containerPort: 8080}]}]`;
  return [
    `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 8080, targetPort: 8080}]}
`,
    `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template: {metadata: {labels: {app: ${name}}}, spec: {containers: ${containers}}}
status: {observedGeneration: 1, replicas: ${replicas}, readyReplicas: ${replicas}, updatedReplicas: ${replicas}, availableReplicas: ${replicas}}
`,
    ...ready.map((pod, at) => running(pod, namespace, name, containers, address(at))),
    `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}-q9x2k, namespace: ${namespace}, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
ports: [{name: http, port: 8080, protocol: TCP}]
endpoints: [${ready.map((pod, at) => `{addresses: [${address(at)}], conditions: {ready: true}, targetRef: {kind: Pod, name: ${pod}, namespace: ${namespace}}}`).join(', ')}]
`,
  ];
}

/** A pod that runs and is ready; `containers` and what is told of them are YAML in flow style. */
export function running(pod: string, namespace: string, app: string, containers: string, ip: string): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${pod}, namespace: ${namespace}, labels: {app: ${app}}}
spec: {nodeName: ip-10-0-1-17.eu-west-1.compute.internal, containers: ${containers}}
status:
  phase: Running
  podIP: ${ip}
  conditions: [{type: Ready, status: 'True'}]
  containerStatuses: [{name: ${app}, image: '${app}', imageID: '', ready: true, restartCount: 0, state: {running: {startedAt: '2026-08-14T09:30:00Z'}}}]
`;
}

/** A pod of a target with the Envoy that App Mesh's webhook put into it. */
export function withSidecar(app: string, at: number, envoyReady = true, port = 8080): string {
  const containers = `[{name: ${app}, image: 'registry.example.com/shop/${app}:1.8.0', ports: [{containerPort: ${port}}]}, {name: envoy, image: 'public.ecr.aws/appmesh/aws-appmesh-envoy:v1.34.13.3-prod', env: [{name: APPMESH_RESOURCE_ARN, value: mesh/shop/virtualNode/${app}_shop}]}]`;
  const state = (name: string, ready: boolean): string =>
    `{name: ${name}, image: '${name}', imageID: '', ready: ${ready}, restartCount: 0, state: {running: {startedAt: '${ready ? '2026-08-14' : '2026-11-20'}T09:30:00Z'}}}`;
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${app}-58d7f9c4b-${'xyz'[at]}, namespace: shop, labels: {app: ${app}}}
spec: {nodeName: ip-10-0-1-17.eu-west-1.compute.internal, containers: ${containers}}
status:
  phase: Running
  podIP: 10.244.88.${at + 10}
  conditions: [{type: Ready, status: '${envoyReady ? 'True' : 'False'}'}]
  containerStatuses: [${state(app, true)}, ${state('envoy', envoyReady)}]
`;
}
