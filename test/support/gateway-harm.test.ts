import { describe, expect, it } from 'vitest';
import type { Fix } from '../../src/diagnose/finding.ts';
import { harmOf } from './gateway-harm.ts';

const things = new Set(['deployment shop/edge', 'statefulset shop/edge', 'pod shop/edge-1']);
const fix = (command: string, restarts: Fix['restarts'] = 'target'): Fix => ({
  say: '',
  command,
  restarts,
  works: 'now',
});
const template = `'{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}'`;

describe('what would harm a frozen gateway', () => {
  it.each([
    'kubectl -n shop rollout restart deployment/edge',
    'kubectl -n shop rollout undo deployment/edge',
    'kubectl -n shop rollout resume deployment/edge',
    'kubectl -n shop delete pod edge-1',
    'kubectl -n shop delete po/edge-1',
    'kubectl -n shop delete deployment edge',
    'kubectl delete namespace shop',
    'kubectl -n shop scale deployment/edge --replicas=1',
    'kubectl -n shop set image deployment/edge envoy=x',
    'kubectl -n shop edit deployment edge',
    'kubectl -n shop exec edge-1 -- kill 1',
    'kubectl drain node-1',
    'kubectl cordon node-1',
    'kubectl taint node node-1 a=b:NoExecute',
    `kubectl -n shop patch deploy edge --type=merge -p ${template}`,
    `kubectl -n shop patch deployments.apps/edge --type=merge -p ${template}`,
    `kubectl -n shop patch sts/edge --type=merge -p ${template}`,
    `kubectl -n shop patch deployment edge -p ${template}`,
    `kubectl -n shop patch deployment edge --type=strategic -p ${template}`,
    `kubectl -n shop patch deployment/edge --type=merge -p '{"spec":{"replicas":1}}'`,
    `kubectl -n shop patch deployment/edge --type=merge -p '{"spec":null}'`,
    `kubectl -n shop patch deployment/edge --type=json -p '[{"op":"add","path":"/spec/template/spec/x","value":1}]'`,
    `kubectl -n shop patch deployment/edge --type=json -p '[{"op":"replace","path":"/spec","value":{}}]'`,
    `kubectl -n shop patch deployment/edge --type=json -p '[{"op":"move","from":"/spec/template/spec","path":"/metadata/x"}]'`,
    `kubectl -n shop patch pod/edge-1 --type=merge -p '{"spec":{}}'`,
    `kubectl -n shop patch hpa edge --type=merge -p '{"spec":{"maxReplicas":1}}'`,
    `kubectl -n shop patch pdb edge --type=merge -p '{"spec":{"maxUnavailable":1}}'`,
    `kubectl patch nodepools.karpenter.sh/general --type=merge -p '{"spec":{"template":{}}}'`,
    'kubectl -n shop label pod edge-1 app=old --overwrite',
    'kubectl -n shop annotate pod edge-1',
    'kubectl -n shop annotate pod edge-1 a=b; kubectl -n shop delete pod edge-1',
    'kubectl -n shop annotate pod $(kubectl get pod -o name) a=b',
    'kubectl -n shop create poddisruptionbudget edge --selector=app=edge --min-available=1',
    'curl -X POST http://127.0.0.1:9901/quitquitquit',
    `kubectl -n shop patch deployment/edge --type=merge -p '{"spec":'`,
  ])('%s', (command) => expect(harmOf(fix(command), things)).not.toBeNull());

  it('knows a rollout that says it restarts nothing, and a patch without a command', () => {
    const command = `kubectl -n shop patch deployment/cart --type=merge -p ${template}`;
    expect(harmOf(fix(command, 'nothing'), things)).not.toBeNull();
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'edge' };
    const patch = { type: 'merge', target, patch: { spec: { template: {} } } } as const;
    expect(harmOf({ say: '', patch, restarts: 'target', works: 'now' }, things)).not.toBeNull();
    expect(harmOf(fix('kubectl -n shop get pod edge-1', 'gateway'), things)).not.toBeNull();
  });

  it.each([
    'kubectl -n shop rollout pause deployment/edge',
    'kubectl -n shop annotate pod edge-1 edge-2 karpenter.sh/do-not-disrupt=true --overwrite',
    'kubectl -n shop annotate pod edge-1 descheduler.alpha.kubernetes.io/evict- --overwrite',
    `kubectl -n shop patch deployment/cart --type=merge -p ${template}`,
    `kubectl -n shop patch statefulset/edge --type=merge -p '{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}'`,
    `kubectl -n shop patch pdb edge --type=merge -p '{"spec":{"maxUnavailable":0,"minAvailable":null}}'`,
    'kubectl -n shop create poddisruptionbudget edge-keep --selector=app=edge --max-unavailable=0',
    'kubectl label namespace shop appmesh.k8s.aws/sidecarInjectorWebhook-',
    'kubectl uncordon node-1',
    'meshdoctor rescue edge.rescue.tar.gz -o manifests',
  ])('but not: %s', (command) => expect(harmOf(fix(command), things)).toBeNull());
});
