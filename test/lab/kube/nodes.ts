import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import type { ApiServer } from './api-server.ts';
import { apply, patch, writeStatus } from './apply.ts';

const conditions = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID' },
  { type: 'Ready', status: 'True', reason: 'KubeletReady' },
];

/** A ready Node whose kubelet is that of the lab: logs and port-forward of pods bound to it work. */
export async function addNode(cluster: ApiServer, name: string, zone = 'eu-west-1a'): Promise<void> {
  const node: JsonObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/region': 'eu-west-1',
        'topology.kubernetes.io/zone': zone,
        'node.kubernetes.io/instance-type': 'm5.large',
      },
    },
    spec: { providerID: `aws:///${zone}/${name}` },
  };
  const { client, kubeletPort } = cluster;
  const stored = await apply(client, node);
  // Admission taints every new Node "not-ready"; the node lifecycle controller, which would lift that, does not run.
  const taints = asList(asObject(stored.spec).taints).map(asObject);
  const left = taints.filter(({ key }) => key !== 'node.kubernetes.io/not-ready');
  await patch(client, node, { spec: { taints: left.length > 0 ? left : null } });
  const size = { cpu: '2', memory: '8Gi', pods: '29', 'ephemeral-storage': '80Gi' };
  const now = new Date().toISOString();
  await writeStatus(client, node, {
    addresses: [
      // kube-apiserver is told to reach kubelets by this one.
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    capacity: size,
    allocatable: size,
    nodeInfo: {
      ...{ kubeletVersion: 'v1.34.4', kubeProxyVersion: '', containerRuntimeVersion: 'containerd://2.1.4' },
      ...{ operatingSystem: 'linux', architecture: 'amd64', osImage: 'Amazon Linux 2023', kernelVersion: '6.12.40' },
      ...{ machineID: name, systemUUID: name, bootID: name },
    },
    conditions: conditions.map((one) => ({ ...one, lastHeartbeatTime: now, lastTransitionTime: now })),
  });
}
