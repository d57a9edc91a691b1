import type { Changes, Group } from './story.ts';

/** What a careful operator has done in the healthy shop, and what ran beside a gateway before App Mesh ended. */
export function calm({ controlPlane }: Group): Changes {
  return controlPlane === 'alive' ? { apply: budget + collector } : { apply: budget + collector, remove: [webhook] };
}

const webhook = 'MutatingWebhookConfiguration appmesh-controller-mutating-webhook-configuration';

/** Nobody evicts a pod of the gateway. */
const budget = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: edge, namespace: shop}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: edge}}}
`;

/** Somebody gathers logs and statistics on both nodes. */
const collector = [
  `
---
apiVersion: v1
kind: Namespace
metadata: {name: amazon-cloudwatch}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cloudwatch-agent, namespace: amazon-cloudwatch}
spec:
  selector: {matchLabels: {app: cloudwatch-agent}}
  template:
    metadata: {labels: {app: cloudwatch-agent}}
    spec: {containers: [{name: cloudwatch-agent, image: 'public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300060.0'}]}
status: {currentNumberScheduled: 2, desiredNumberScheduled: 2, numberReady: 2, numberAvailable: 2, numberMisscheduled: 0, observedGeneration: 1}
`,
  ...['ip-10-0-1-17', 'ip-10-0-2-42'].map(
    (node, at) => `
apiVersion: v1
kind: Pod
metadata:
  name: cloudwatch-agent-${'kq'[at]}x7w2
  namespace: amazon-cloudwatch
  labels: {app: cloudwatch-agent}
spec: {nodeName: ${node}.eu-west-1.compute.internal, containers: [{name: cloudwatch-agent, image: 'public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300060.0'}]}
status:
  phase: Running
  podIP: 10.244.${at + 1}.240
  conditions: [{type: Ready, status: 'True'}]
  containerStatuses: [{name: cloudwatch-agent, image: cloudwatch-agent, imageID: '', ready: true, restartCount: 0, state: {running: {startedAt: '2026-08-14T09:30:00Z'}}}]
`,
  ),
].join('---');
