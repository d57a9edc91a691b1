import { gateway, service, written } from '../../support/edge.ts';
import { afterTheEnd, deployment, pod } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const dead = (name: string) => pod(name, { ready: false });
const crashing = dead('edge-1').replace(
  /state: \{ running.*?\}/,
  'lastState: { terminated: { reason: OOMKilled, exitCode: 137 } }, state: { waiting: { reason: CrashLoopBackOff }',
);
const pending = pod('edge-1', {
  conditions:
    "{ type: PodScheduled, status: 'False', message: 0/3 nodes are available }, { type: Ready, status: 'False' }",
});
const live = gateway.replace('namespace: shop', 'namespace: shop, uid: u-1');

export default {
  fires: [
    {
      name: 'two of two',
      manifests: gateway + deployment() + dead('edge-1') + dead('edge-2'),
      finds: [edge],
      says: 'Gateway edge has no ready pod: 2 of 2 not ready.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a crash loop, with what ended it',
      manifests: gateway + crashing,
      closed: true,
      finds: [edge],
      says: 'edge-1: container envoy waits: CrashLoopBackOff; it last ended with OOMKilled, exit code 137',
    },
    { name: 'no node takes it', manifests: gateway + pending, closed: true, finds: [edge], says: '0/3 nodes' },
    {
      name: 'scaled to 0',
      manifests: live + deployment().replace('replicas: 2', 'replicas: 0'),
      closed: true,
      finds: [edge],
      says: 'it is scaled to 0',
    },
    { name: 'nothing makes pods', manifests: live, closed: true, finds: [edge], says: 'it has no pod at all' },
    {
      name: 'after the end',
      manifests: gateway + deployment() + dead('edge-1'),
      now: afterTheEnd,
      finds: [edge],
    },
  ],
  quiet: [
    { name: 'one is ready', manifests: gateway + deployment() + dead('edge-1') + pod('edge-2'), notEvaluated: [] },
    { name: 'no pod was read', manifests: gateway + written(), notEvaluated: [edge] },
    {
      name: 'the whole set, as people write it, holds no pods',
      manifests: gateway + written(),
      closed: true,
      notEvaluated: [edge],
    },
    { name: 'one pod of perhaps more', manifests: gateway + dead('edge-1'), notEvaluated: [edge] },
    {
      name: 'its Deployment says that others are ready',
      manifests: gateway + deployment({ status: 'readyReplicas: 1' }) + dead('edge-1'),
      notEvaluated: [edge],
    },
    {
      name: 'scaled to 0 after another gateway took over its Service',
      manifests:
        live + deployment().replace('replicas: 2', 'replicas: 0') + service() + pod('rescue-1', { identity: 'none' }),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
