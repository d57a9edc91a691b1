import type { LoudCase, RuleCases } from '../../support/rule-table.ts';
import { afterTheEnd, budget, calm, deployment, node, pod, virtualGateway } from '../../support/frozen.ts';

const edge = 'VirtualGateway shop/edge';
const object = (apiVersion: string, kind: string, name: string, rest: string): string => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
${rest}
---
`;
const hpa = (rest: string): string =>
  object(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'edge',
    `spec: { scaleTargetRef: { kind: Deployment, name: edge }, ${rest}`,
  );
const vpa = (policy: string): string =>
  object(
    'autoscaling.k8s.io/v1',
    'VerticalPodAutoscaler',
    'edge',
    `spec: { targetRef: { kind: Deployment, name: edge }${policy} }`,
  );
const claim = (more: string): string =>
  `apiVersion: karpenter.sh/v1\nkind: NodeClaim\nmetadata: { name: pool-x1 }\n${more}\n---\n`;
const pool = (spec: string): string =>
  `apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: { name: general }\nspec: { ${spec} }\n---\n`;
const onKarpenter = node('node-1', { labels: 'karpenter.sh/nodepool: general' });
const kept = pod('edge-1', { annotations: "karpenter.sh/do-not-disrupt: 'true'" }) + pod('edge-2', { node: 'node-2' });

/** The calm gateway with one thing changed: what stands later replaces what stood before. */
const loud = (
  name: string,
  manifests: string,
  says: string,
  severity: LoudCase['severity'],
  more: Partial<LoudCase> = {},
): LoudCase => ({
  name,
  manifests: calm + manifests,
  closed: true,
  now: afterTheEnd,
  finds: [edge],
  says,
  effect: 'latent',
  ...(severity ? { severity } : {}),
  ...more,
});

export default {
  fires: [
    loud(
      'a rollout is under way',
      deployment({ status: 'updatedReplicas: 1' }).replace('updatedReplicas: 2, ', ''),
      'a rollout of Deployment edge is under way (1 of 2 pods are new)',
      'error',
      {
        manifests:
          virtualGateway +
          deployment().replace('updatedReplicas: 2', 'updatedReplicas: 1') +
          hpa('minReplicas: 2, maxReplicas: 6 }\nstatus: { currentReplicas: 2, desiredReplicas: 4 }') +
          pod('edge-1') +
          pod('edge-2', { node: 'node-2' }) +
          onKarpenter +
          node('node-2') +
          budget('maxUnavailable: 1'),
      },
    ),
    loud(
      'a change of the Deployment waits for its controller',
      deployment({ metadata: 'x: 1' }).replace('generation: 4,', 'generation: 5,'),
      'is under way',
      'error',
    ),
    loud(
      'a rollout is paused half way',
      deployment({ spec: 'paused: true', status: 'updatedReplicas: 1' }).replace('updatedReplicas: 2, ', ''),
      'leave it paused',
      'warning',
    ),
    loud(
      'an autoscaler moves in both directions',
      hpa('minReplicas: 2, maxReplicas: 6 }'),
      'HPA edge scales between 2 and 6',
      'warning',
    ),
    loud(
      'an autoscaler is scaling in',
      hpa('minReplicas: 1, maxReplicas: 6 }\nstatus: { currentReplicas: 2, desiredReplicas: 1 }'),
      'scaling in from 2 to 1',
      'error',
    ),
    loud('no budget', '', 'no PodDisruptionBudget', 'warning', {
      manifests: virtualGateway + deployment() + pod('edge-1') + node('node-1'),
    }),
    loud(
      'a lax budget',
      budget('minAvailable: 1'),
      'PodDisruptionBudget edge lets pods be evicted (minAvailable 1)',
      'warning',
    ),
    loud(
      'Karpenter may consolidate, and the budget is lax',
      onKarpenter + budget('maxUnavailable: 1'),
      'Karpenter may consolidate node node-1 (edge-1)',
      'warning',
    ),
    loud(
      'a node has drifted, and a grace period overrides what holds it',
      onKarpenter +
        kept +
        claim(
          "spec: { terminationGracePeriod: 1h }\nstatus: { nodeName: node-1, conditions: [{ type: Drifted, status: 'True' }] }",
        ),
      'node node-1 has drifted',
      'warning',
    ),
    loud(
      'a node expires, whatever is annotated',
      onKarpenter + kept + claim('spec: { expireAfter: 2880h }\nstatus: { nodeName: node-1 }'),
      'expires on 2026-11-29',
      'warning',
    ),
    loud(
      'a node has expired',
      onKarpenter + pool('template: { spec: { expireAfter: 720h } }'),
      'expired on 2026-08-31',
      'error',
    ),
    loud(
      'Karpenter is taking the node',
      node('node-1', { spec: 'taints: [{ key: karpenter.sh/disrupted, effect: NoSchedule }]' }),
      'is being disrupted by Karpenter',
      'error',
    ),
    loud(
      'the cluster autoscaler is invited',
      pod('edge-1', { annotations: "cluster-autoscaler.kubernetes.io/safe-to-evict: 'true'" }) +
        budget('maxUnavailable: 1'),
      'the cluster autoscaler may remove node node-1',
      'warning',
    ),
    loud(
      'a cluster autoscaler runs',
      node('node-1', { labels: 'eks.amazonaws.com/nodegroup: general' }) +
        budget('maxUnavailable: 1') +
        object(
          'apps/v1',
          'Deployment',
          'ca',
          'spec: { template: { spec: { containers: [{ name: ca, image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34" }] } } }',
        ),
      'the cluster autoscaler may remove',
      'warning',
    ),
    loud('Spot', node('node-1', { labels: 'karpenter.sh/capacity-type: spot' }), 'node node-1 is Spot', 'warning'),
    loud(
      'Fargate',
      node('node-1', { labels: 'eks.amazonaws.com/compute-type: fargate' }),
      'Fargate patches node node-1',
      'warning',
    ),
    loud('a cordoned node', node('node-1', { spec: 'unschedulable: true' }), 'node node-1 is cordoned', 'error'),
    loud(
      'a node that is silent',
      node('node-2', { status: '{ type: Ready, status: Unknown }' }),
      'node node-2 is not Ready',
      'error',
    ),
    loud(
      'a NoExecute taint',
      node('node-2', { spec: 'taints: [{ key: maintenance, effect: NoExecute }]' }),
      'NoExecute taint maintenance',
      'error',
    ),
    loud('the VPA evicts', vpa('') + budget('maxUnavailable: 1'), 'VPA edge (updateMode Auto) evicts pods', 'warning'),
    loud(
      'a descheduler runs',
      budget('maxUnavailable: 1') +
        object(
          'apps/v1',
          'Deployment',
          'descheduler',
          'spec: { template: { spec: { containers: [{ name: d, image: "registry.k8s.io/descheduler/descheduler:v0.34" }] } } }',
        ),
      'a descheduler runs (shop/descheduler)',
      'warning',
    ),
    loud(
      'the descheduler is invited',
      budget('maxUnavailable: 1') + pod('edge-1', { annotations: "descheduler.alpha.kubernetes.io/evict: 'true'" }),
      'invited to evict edge-1',
      'warning',
    ),
    loud(
      'a liveness probe',
      deployment({ envoy: 'livenessProbe: { httpGet: { port: 9901 } }' }),
      'a liveness probe lets the kubelet restart Envoy',
      'warning',
    ),
    loud('memory near its limit', '', 'holds 80 % of the memory', 'warning', {
      envoy: `connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_8088 }]\nstats: [{ server.memory_physical_size: ${80 * 2 ** 20}, http.ingress.downstream_rq_total: 100 }, { server.memory_physical_size: ${80 * 2 ** 20}, http.ingress.downstream_rq_total: 700 }]`,
    }),
    loud(
      'Reloader',
      deployment({ metadata: "annotations: { reloader.stakater.com/auto: 'true' }" }),
      'Reloader rolls it out',
      'warning',
    ),
    loud(
      'only GitOps: somebody must act first',
      deployment({ metadata: 'labels: { argocd.argoproj.io/instance: shop }' }),
      'Argo CD writes Deployment edge',
      'info',
    ),
    loud(
      'only an image that moves',
      deployment().replace(":v1.34.13.3-prod'", ":latest', imagePullPolicy: Always"),
      'is pulled anew at each start',
      'info',
    ),
    loud(
      'a pod is empty already',
      pod('edge-1', { since: '2026-11-23T00:00:00Z', ready: false }),
      'pod edge-1 has lost its configuration already',
      'error',
    ),
    loud(
      'a pod is being evicted',
      pod('edge-1', { conditions: "{ type: DisruptionTarget, status: 'True', reason: EvictionByEvictionAPI }" }),
      'pod edge-1 is being evicted (EvictionByEvictionAPI)',
      'error',
    ),
    loud('a StatefulSet rolls', '', 'a rollout of StatefulSet edge is under way', 'error', {
      manifests:
        calm + deployment().replaceAll('Deployment', 'StatefulSet').replace('updatedReplicas: 2', 'updatedReplicas: 1'),
    }),
  ],
  quiet: [
    { name: 'nothing threatens it', manifests: calm, closed: true, now: afterTheEnd, notEvaluated: [] },
    {
      name: 'everything is off: fixed autoscalers, annotated pods, a steady pool, a mode that only recommends',
      manifests:
        calm +
        hpa(
          'minReplicas: 2, maxReplicas: 6, behavior: { scaleUp: { selectPolicy: Disabled }, scaleDown: { selectPolicy: Disabled } } }',
        ) +
        vpa(", updatePolicy: { updateMode: 'Off' }") +
        onKarpenter +
        kept +
        claim(
          "spec: { expireAfter: Never }\nstatus: { nodeName: node-1, conditions: [{ type: Drifted, status: 'True' }] }",
        ) +
        deployment({ spec: 'paused: true' }),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'an autoscaler with one size',
      manifests: calm + hpa('minReplicas: 2, maxReplicas: 2 }'),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'a StatefulSet that keeps its old pods by a partition',
      manifests:
        virtualGateway +
        deployment({ spec: 'updateStrategy: { type: RollingUpdate, rollingUpdate: { partition: 1 } }' })
          .replaceAll('Deployment', 'StatefulSet')
          .replace('updatedReplicas: 2', 'updatedReplicas: 1') +
        pod('edge-0') +
        node('node-1') +
        budget('maxUnavailable: 0'),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'a budget of all pods',
      manifests: calm + budget('minAvailable: 100%'),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'manifests alone, though they are all: nobody saw what runs',
      manifests: virtualGateway + deployment(),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [edge],
    },
    {
      name: 'an open set of files: what was not seen may threaten it',
      manifests: virtualGateway + deployment(),
      now: afterTheEnd,
      notEvaluated: [edge],
    },
    {
      name: 'its workload was not read',
      manifests: virtualGateway + deployment().replaceAll('edge', 'other'),
      now: afterTheEnd,
      notEvaluated: [edge],
    },
    {
      name: 'a control plane that lives: a restart costs nothing',
      manifests: calm + budget('maxUnavailable: 1') + deployment({ status: 'updatedReplicas: 1' }),
      envoy: 'connected: true\nlisteners: [{ name: lds_ingress_0.0.0.0_8088 }]',
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
    { name: 'before the end', manifests: calm + budget('maxUnavailable: 1'), closed: true, notEvaluated: [] },
    {
      name: 'nothing is left to keep: every pod is empty',
      manifests:
        calm +
        budget('maxUnavailable: 1') +
        pod('edge-1', { since: '2026-11-23T00:00:00Z', ready: false }) +
        pod('edge-2', { since: '2026-11-23T00:00:00Z', ready: false }),
      closed: true,
      now: afterTheEnd,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
