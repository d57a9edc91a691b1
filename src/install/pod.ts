import type { InstallOptions } from './options.ts';

/** The user of the image (`USER node` of node's own images). */
const user = 1000;

/**
 * The agent's pod: `restricted` pod security, nothing of it can be written but its volumes. Only where it reads the logs of its
 * node it is root, whose files they are, without any capability, and has that folder of the node, to read.
 */
export function podSpec(options: InstallOptions, account: string, labels: Readonly<Record<string, string>>): unknown {
  const { mode, image, args, port, adminProxyPort, folders, rescueFolder, claim, nodeLogs } = options;
  const volumes = [
    { name: 'tmp', path: '/tmp', source: { emptyDir: {} } },
    ...folders.map((path, at) => ({ name: `folder-${at}`, path, source: { emptyDir: { sizeLimit: '256Mi' } } })),
    ...(rescueFolder === null ? [] : [{ name: 'rescue', path: rescueFolder, source: rescueVolume(claim) }]),
    ...(nodeLogs === null ? [] : [nodeVolume(nodeLogs)]),
  ];
  const uid = nodeLogs === null ? user : 0;
  return {
    serviceAccountName: account,
    terminationGracePeriodSeconds: 30,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    // Gateways run on nodes of their own now and then; an agent of their node must, too. On Fargate it would only wait.
    ...(mode === 'daemonset'
      ? { tolerations: [{ operator: 'Exists' }], affinity: { nodeAffinity: notOnFargate } }
      : { topologySpreadConstraints: [spread(labels)] }),
    securityContext: {
      runAsNonRoot: nodeLogs === null,
      runAsUser: uid,
      runAsGroup: uid,
      fsGroup: uid,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'agent',
        image,
        args: ['agent', '--mode', mode, ...args],
        env: [
          fieldOf('NODE_NAME', 'spec.nodeName'),
          fieldOf('POD_NAME', 'metadata.name'),
          fieldOf('POD_NAMESPACE', 'metadata.namespace'),
        ],
        ports: [
          { name: 'pages', containerPort: port },
          // On loopback of the pod: only port-forward leads there.
          ...(adminProxyPort === null ? [] : [{ name: 'admin-proxy', containerPort: adminProxyPort }]),
        ],
        livenessProbe: {
          httpGet: { path: '/healthz', port: 'pages' },
          periodSeconds: 30,
          failureThreshold: 3,
          timeoutSeconds: 5,
        },
        readinessProbe: { httpGet: { path: '/readyz', port: 'pages' }, periodSeconds: 10, timeoutSeconds: 5 },
        resources: { requests: { cpu: '50m', memory: '160Mi' }, limits: { memory: '512Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: volumes.map(({ name, path, ...more }) => ({
          ...{ name, mountPath: path },
          ...('readOnly' in more ? { readOnly: more.readOnly } : {}),
        })),
      },
    ],
    volumes: volumes.map(({ name, source }) => ({ name, ...source })),
  };
}

/** A node of Fargate holds the one pod it was made for. */
const notOnFargate = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['fargate'] }] },
    ],
  },
};

function nodeVolume(path: string) {
  return { name: 'node-logs', path, readOnly: true, source: { hostPath: { path, type: 'Directory' } } };
}

function rescueVolume(claim: string | null): object {
  return claim === null ? { emptyDir: {} } : { persistentVolumeClaim: { claimName: claim } };
}

function fieldOf(name: string, fieldPath: string): object {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

function spread(labels: Readonly<Record<string, string>>): object {
  const topologyKey = 'kubernetes.io/hostname';
  return { maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } };
}
