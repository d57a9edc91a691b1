import { agentPod, daemonSet } from '../../support/agents.ts';
import { calm, pod, virtualGateway } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const bit = 'public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32';

export default {
  fires: [
    {
      name: 'no agent anywhere',
      manifests: calm,
      closed: true,
      finds: ['VirtualGateway shop/edge'],
      says: 'No known log agent runs in the cluster',
      severity: 'info',
    },
    {
      name: 'none on the node of one pod',
      manifests: calm + daemonSet(bit) + agentPod(bit, 'node-1'),
      closed: true,
      finds: ['VirtualGateway shop/edge'],
      says: 'No known log agent runs on node node-2, where pod edge-2',
    },
  ],
  quiet: [
    {
      name: 'an agent on each node',
      manifests: calm + daemonSet(bit) + agentPod(bit, 'node-1') + agentPod(bit, 'node-2'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'only the DaemonSet was given, and not where its pods run',
      manifests: calm + daemonSet(bit),
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    { name: 'files say nothing of what is not in them', manifests: calm, notEvaluated: ['VirtualGateway shop/edge'] },
    {
      name: 'on Fargate, whose log router no object tells of, with agents elsewhere',
      manifests:
        virtualGateway + pod('edge-1', { node: 'fargate-ip-10-0-0-1' }) + daemonSet(bit) + agentPod(bit, 'node-1'),
      closed: true,
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    {
      name: 'on Fargate without any agent',
      manifests: virtualGateway + pod('edge-1', { node: 'fargate-ip-10-0-0-1' }),
      closed: true,
      notEvaluated: ['VirtualGateway shop/edge'],
    },
  ],
} satisfies RuleCases;
