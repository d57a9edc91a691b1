/** Agents of a cluster, for the cases of rules. */

/** A DaemonSet of this image. */
export const daemonSet = (image: string): string => `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent, namespace: ops }
spec: { selector: { matchLabels: { app: agent } }, template: { metadata: { labels: { app: agent } }, spec: { containers: [{ name: agent, image: '${image}' }] } } }
---
`;

/** A pod of that DaemonSet on a node. */
export const agentPod = (image: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: agent-${node}, namespace: ops, uid: u-${node}, ownerReferences: [{ kind: DaemonSet, name: agent, controller: true }] }
spec: { nodeName: ${node}, containers: [{ name: agent, image: '${image}' }] }
status: { phase: Running }
---
`;
