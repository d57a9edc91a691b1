import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import { without } from './edit.ts';
import type { Home } from './home.ts';
import { type Fill, keyFolder } from './secrets.ts';

/** What the objects of a rescue are made of. */
export interface Parts {
  readonly home: Home;
  readonly bootstrap: JsonObject;
  readonly image: string;
  /** The ports clients use, with the listener's name. */
  readonly ports: readonly number[];
  readonly fills: readonly Fill[];
  readonly files: readonly string[];
}

/** The volume and mount of the old pods that hold a file; null: not known. */
export interface KnownFile {
  readonly file: string;
  readonly volume: JsonObject | null;
}

const configFolder = '/etc/meshdoctor-rescue/config';
/** A ConfigMap holds at most 1 MiB; what is longer is packed. */
const mostPlain = 900_000;
const mostPacked = 1_000_000;
/** uid and gid of the user `envoy` in the stock image. */
const envoyUser = 101;

/** The Kubernetes objects of a rescue; a line that says why where they cannot be made. */
export function makeObjects(parts: Parts): readonly JsonObject[] | string {
  const { home, fills } = parts;
  const config = configMap(parts);
  if (typeof config === 'string') return config;
  const keys = fills.length > 0 ? `${home.name}-keys` : null;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home.namespace } };
  const name = asText(asObject(config.metadata).name) ?? '';
  return [
    ...(home.ownNamespace ? [namespace] : []),
    config,
    deployment(parts, name, 'binaryData' in config, keys),
    ...services(parts),
    budget(home),
  ];
}

function metadata({ namespace, labels }: Home, name: string): JsonObject {
  return { name, namespace, labels };
}

/** Named by its content: another configuration is another object, and the pods roll on to it. */
function configMap({ home, bootstrap }: Parts): JsonObject | string {
  const readable = `${JSON.stringify(bootstrap, null, 1)}\n`;
  const text = readable.length <= mostPlain ? readable : JSON.stringify(bootstrap);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  const base = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(home, `${home.name}-${hash}`),
    immutable: true,
  };
  if (Buffer.byteLength(text) <= mostPlain) return { ...base, data: { 'bootstrap.json': text } };
  const packed = gzipSync(text, { level: 9 });
  if (packed.length > mostPacked)
    return `the configuration is ${packed.length} bytes even packed: a ConfigMap holds 1 MiB`;
  return { ...base, binaryData: { 'bootstrap.json.gz': packed.toString('base64') } };
}

function deployment(parts: Parts, config: string, packed: boolean, keys: string | null): JsonObject {
  const { home, image, ports } = parts;
  const { workload, pods } = home.old;
  const spec = asObject(asObject(asObject(workload?.spec).template).spec);
  const old =
    asList(spec.containers)
      .map(asObject)
      .find(({ name }) => name === 'envoy') ?? {};
  const { volumes, mounts } = volumesOf(parts, spec, old, config, keys);
  const file = packed ? '/tmp/bootstrap.json' : `${configFolder}/bootstrap.json`;
  const flags = `-c ${file} --disable-hot-restart --drain-time-s 20`;
  const unpack = `gzip -dc ${configFolder}/bootstrap.json.gz > ${file} && exec envoy ${flags}`;
  const container = {
    name: 'gateway',
    image,
    command: packed ? ['/bin/sh', '-c', unpack] : ['envoy', ...flags.split(' ')],
    ports: ports.map((port) => ({ name: `p${port}`, containerPort: port })),
    // Its listeners are in the file: whoever accepts a connection has its routes.
    readinessProbe: { tcpSocket: { port: ports[0] ?? 0 }, periodSeconds: 5 },
    lifecycle: { preStop: { exec: { command: ['sleep', '15'] } } },
    resources: isObject(old.resources) ? old.resources : { requests: { cpu: '100m', memory: '128Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: mounts,
  };
  const low = ports.some((port) => port < 1024);
  const security = { runAsNonRoot: true, runAsUser: envoyUser, runAsGroup: envoyUser, fsGroup: envoyUser };
  const unprivileged = { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] };
  const kept = [
    'nodeSelector',
    'tolerations',
    'priorityClassName',
    'imagePullSecrets',
    'dnsPolicy',
    'dnsConfig',
    'hostAliases',
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(home, home.name),
    spec: {
      replicas: Math.max(2, workload?.replicas ?? pods.length),
      selector: { matchLabels: home.labels },
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels: home.labels, annotations: { 'appmesh.k8s.aws/sidecarInjectorWebhook': 'disabled' } },
        spec: {
          ...Object.fromEntries(Object.entries(spec).filter(([key]) => kept.includes(key))),
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: Math.max(45, asNumber(spec.terminationGracePeriodSeconds) ?? 0),
          securityContext: { ...security, ...(low ? unprivileged : {}) },
          topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: home.labels },
          })),
          containers: [container],
          volumes,
        },
      },
    },
  };
}

function volumesOf(parts: Parts, spec: JsonObject, old: JsonObject, config: string, keys: string | null) {
  const volumes: JsonObject[] = [{ name: 'config', configMap: { name: config } }];
  const mounts: JsonObject[] = [{ name: 'config', mountPath: configFolder, readOnly: true }];
  if (keys !== null) {
    volumes.push({ name: 'keys', secret: { secretName: keys, defaultMode: 0o440 } });
    mounts.push({ name: 'keys', mountPath: keyFolder, readOnly: true });
  }
  for (const mount of asList(old.volumeMounts).map(asObject)) {
    const path = asText(mount.mountPath) ?? '';
    if (path === '' || !parts.files.some((file) => isBelow(file, path))) continue;
    const volume = asList(spec.volumes)
      .map(asObject)
      .find(({ name }) => name === mount.name);
    if (!volume || volumes.some(({ name }) => name === volume.name)) continue;
    volumes.push(volume);
    mounts.push(mount);
  }
  return { volumes, mounts };
}

function isBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder.replace(/\/$/, '')}/`);
}

/** Names and addresses that only one load balancer can have. */
const ofOneBalancer =
  /load-balancer-(name|eip-allocations|private-ipv4-addresses)$|external-dns|last-applied-configuration/;

/** A Service beside each old one, so that traffic can be moved, and moved back, without a change to either. */
function services({ home, ports }: Parts): readonly JsonObject[] {
  const plain = { ports: ports.map((port) => ({ name: `p${port}`, port, targetPort: port })) };
  if (home.old.services.length === 0) {
    return [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadata(home, home.name),
        spec: { selector: home.labels, ...plain },
      },
    ];
  }
  return home.old.services.map(({ ref, spec, annotations, ports: known }) => {
    const balancer = spec.type === 'LoadBalancer';
    const kept = Object.entries(annotations).filter(([key]) => !ofOneBalancer.test(key));
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...metadata(home, `${ref.name}-rescue`),
        ...(balancer && kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}),
      },
      spec: {
        ...(balancer ? { type: 'LoadBalancer' } : {}),
        ...(balancer && typeof spec.externalTrafficPolicy === 'string'
          ? { externalTrafficPolicy: spec.externalTrafficPolicy }
          : {}),
        ...(balancer && typeof spec.loadBalancerClass === 'string'
          ? { loadBalancerClass: spec.loadBalancerClass }
          : {}),
        selector: home.labels,
        ports: asList(spec.ports).map((value, index) => {
          const port = without(asObject(value), 'nodePort');
          const target = known[index]?.targetPort;
          return { ...port, targetPort: typeof target === 'number' ? target : numberOf(target, home, ports) };
        }),
      },
    };
  });
}

/** A named target port is a name of the old container's; the new one has names of its own. */
function numberOf(name: string | undefined, { old }: Home, ports: readonly number[]): number {
  const containers = [...(old.workload?.containers ?? []), ...old.pods.flatMap((pod) => pod.containers)];
  const known = containers.flatMap((container) => container.ports).find((port) => port.name === name)?.port;
  return known ?? ports[0] ?? 0;
}

function budget(home: Home): JsonObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(home, home.name),
    spec: { maxUnavailable: 1, selector: { matchLabels: home.labels } },
  };
}

/** The files the bootstrap needs, with the volume of the old pods that held each. */
export function knownFiles({ home, files }: Parts): readonly KnownFile[] {
  const spec = asObject(asObject(asObject(home.old.workload?.spec).template).spec);
  const containers = asList(spec.containers).map(asObject);
  const mounts = asList(containers.find(({ name }) => name === 'envoy')?.volumeMounts).map(asObject);
  return files.map((file) => {
    const mount = mounts.find(({ mountPath }) => isBelow(file, asText(mountPath) ?? '\0'));
    const volume = asList(spec.volumes)
      .map(asObject)
      .find(({ name }) => mount !== undefined && name === mount.name);
    return { file, volume: volume ?? null };
  });
}
