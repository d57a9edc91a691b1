import { gateway, written } from '../../support/edge.ts';
import { afterTheEnd, pod } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const waiting = (reason: string, name = 'edge-1') =>
  pod(name, { ready: false }).replace(/state: \{ running.*?\}/, `state: { waiting: { reason: ${reason} }`);
const killed = (ready: boolean) =>
  pod('edge-1', { ready }).replace('state: {', 'lastState: { terminated: { reason: OOMKilled } }, state: {');

export default {
  fires: [
    {
      name: 'its image cannot be pulled, beside one that serves',
      manifests: gateway + pod('edge-2') + waiting('ImagePullBackOff'),
      finds: [edge],
      says: 'Pod edge-1 of gateway edge does not run: container envoy waits: ImagePullBackOff',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'two, after the end',
      manifests: gateway + pod('edge-3') + waiting('CrashLoopBackOff') + waiting('CrashLoopBackOff', 'edge-2'),
      now: afterTheEnd,
      finds: [edge],
      says: '2 of 3 pods of gateway edge do not run',
    },
    { name: 'killed for its memory, and not ready since', manifests: gateway + killed(false), finds: [edge] },
    {
      name: 'no node takes it',
      manifests:
        gateway +
        pod('edge-1', {
          ready: false,
          conditions: "{ type: PodScheduled, status: 'False', reason: Unschedulable, message: Insufficient cpu }",
        }),
      finds: [edge],
      says: 'no node takes it (Insufficient cpu)',
    },
  ],
  quiet: [
    { name: 'all serve', manifests: gateway + pod('edge-1') + pod('edge-2'), notEvaluated: [] },
    { name: 'just starting', manifests: gateway + waiting('ContainerCreating'), notEvaluated: [] },
    { name: 'killed once, and ready again', manifests: gateway + killed(true), notEvaluated: [] },
    {
      name: 'on its way out',
      manifests:
        gateway + waiting('CrashLoopBackOff').replace('uid:', "deletionTimestamp: '2026-06-01T11:59:00Z', uid:"),
      notEvaluated: [],
    },
    {
      name: 'a pod of something else',
      manifests: gateway + waiting('ErrImagePull').replace('app: edge', 'app: cart'),
      notEvaluated: [],
    },
    { name: 'no pod was read', manifests: gateway + written(), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
