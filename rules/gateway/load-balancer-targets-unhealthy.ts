import { appMeshGateways } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { listening } from '../../src/model/envoy/listening.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { targetGroupsOf } from '../../src/model/platform/load-balancers.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import type { MetricSeries } from '../../src/snapshot/cloudwatch.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { isReady } from '../../src/model/platform/pod-trouble.ts';
import { firstUnlisted, firstUnread } from '../../src/model/unread.ts';
import type { Gap } from '../../src/snapshot/coverage.ts';

/** That many minutes in a row without a healthy target: one alone may be a gap in the metrics. */
const minutes = 3;

export default defineRule({
  id: 'load-balancer-targets-unhealthy',
  title: 'The load balancer has no healthy target though pods are ready',
  severity: 'error',
  needs: anyOf(allOf('aws.cloudWatch', 'platform.services')),
  also: [
    'platform.ingresses',
    'platform.pods',
    'platform.workloads',
    'envoy.listenerConfig',
    'envoy.listeners',
    'envoy.stats',
  ],
  explains: ['gateway-health-check-404', 'requests-failing'],
  docs: {
    what: 'CloudWatch has counted no healthy target for three minutes in a row in a target group of the load balancer in front of a gateway, while a pod of the gateway is ready. Asked with `--aws`.',
    why: 'A load balancer without a healthy target sends requests to all of them or to none: clients get 503 or no connection.',
    fix: 'Look at what stands between: the security group of the nodes or pods, the network ACL, and the port and path of the health check. An HTTP check of a path that no route takes gets 404: use a TCP check, or one of the port of the admin endpoint.',
    seen: '`HealthyHostCount` 0 and `UnHealthyHostCount` above 0 in CloudWatch; nothing in the access log but health checks.',
  },
  subjects: appMeshGateways,
  *check(model) {
    const view = model.cloudWatch;
    if (!view) return;
    for (const gateway of appMeshGateways(model)) {
      const ready = readyProof(model, gateway);
      const gap = unseenOf(model, gateway, ready);
      if (gap) yield notEvaluated(gateway, gap);
      if (!ready) continue;
      for (const { name, loadBalancer, healthy, unhealthy, through } of targetGroupsOf(model, gateway, view)) {
        const last = healthy.values.slice(-minutes);
        if (last.length < minutes || last.some(({ value }) => value > 0)) continue;
        const sick = unhealthy?.values.at(-1)?.value ?? 0;
        if (sick === 0) continue;
        const since = sinceOf(healthy);
        yield finding(gateway, {
          message: `Load balancer ${loadBalancer} has no healthy target for gateway ${gateway.ref.name} (${sick} unhealthy), though its pods are ready.`,
          effect: 'traffic',
          evidence: [
            ofSeries(healthy, last, 'HealthyHostCount'),
            ...(unhealthy ? [ofSeries(unhealthy, unhealthy.values.slice(-minutes), 'UnHealthyHostCount')] : []),
            ready,
          ],
          cause:
            'The health check of the load balancer does not get through or does not get the answer it wants: a security group, a network ACL, or its port or path.',
          fix: [
            {
              say: `Compare the health check of target group ${name} with the port and path the gateway answers, then let the load balancer through the security groups of its targets.`,
              restarts: 'nothing',
              works: 'now',
            },
          ],
          avoid: [
            {
              say: 'Do not restart the gateway for this.',
              because: 'its pods are ready, and a frozen one comes back empty',
            },
          ],
          discriminator: name,
          affects: [through.ref],
          ...(since === null ? {} : { since }),
        });
      }
    }
  },
});

/** What was not read that leads to the gateway, or tells whether its pods are ready. */
function unseenOf(model: Model, gateway: Gateway, ready: Evidence | null): Gap | null {
  const { namespace } = gateway.ref;
  return (
    firstUnlisted(model, ['Service', 'Ingress'], namespace) ??
    (ready ? null : (firstUnlisted(model, ['Pod'], namespace) ?? firstUnread(gateway.envoys, ['envoy.listenerConfig'])))
  );
}

/** Evidence that a pod of the gateway is ready; where none was read, that one of its Envoys listens; null where neither is known. */
function readyProof(model: Model, gateway: Gateway): Evidence | null {
  const { pods } = runnersOfGateway(model, gateway);
  for (const pod of pods) {
    if (isReady(pod) !== true) continue;
    const path = pod.containerStates.find(({ ready }) => ready)?.path ?? 'status';
    return pod.at(path, `pod ${pod.ref.name} is ready`);
  }
  if (pods.length > 0) return null;
  for (const envoy of gateway.envoys) {
    if (listening(model.snapshot, envoy).state !== 'listening' || envoy.listenerConfig.state === 'not-read') continue;
    const [first] = envoy.listenerConfig.value;
    if (first)
      return { source: 'config_dump', ...first.place, value: { name: first.name }, note: `${envoy.label} listens` };
  }
  return null;
}

function ofSeries({ place }: MetricSeries, values: MetricSeries['values'], metric: string): Evidence {
  const shown = values.map(({ value }) => value).join(', ');
  return { source: 'aws', ...place, value: { values }, note: `${metric} of the last minutes: ${shown}` };
}

/** The first minute of the last run without a healthy target; null where it began before what was asked for. */
function sinceOf({ values }: MetricSeries): string | null {
  const before = values.findLastIndex(({ value }) => value > 0);
  return before < 0 ? null : (values[before + 1]?.at ?? null);
}
