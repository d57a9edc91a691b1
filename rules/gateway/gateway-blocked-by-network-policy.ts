import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { growth } from '../../src/model/envoy/counters.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { gatewayPorts, virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import { allowsPort } from '../../src/model/platform/network-policy.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import { type LabelSelector, selects } from '../../src/model/selector.ts';
import { firstUnlisted, runnerKinds } from '../../src/model/unread.ts';

export default defineRule({
  id: 'gateway-blocked-by-network-policy',
  title: 'A NetworkPolicy lets nobody connect to the gateway',
  severity: 'error',
  needs: anyOf('platform.networkPolicies'),
  also: ['platform.pods', 'platform.workloads', 'envoy.listeners', 'envoy.stats'],
  explains: ['requests-failing', 'load-balancer-targets-unhealthy'],
  docs: {
    what: 'NetworkPolicies that select the pods of a gateway, none of which allows connections to the port of its listener.',
    why: 'Where the network of the cluster enforces policies, every connection to that port is dropped.',
    fix: 'Allow the port in one of them, or in a policy of its own: policies add up. It works at once and restarts nothing.',
    seen: 'Connections time out; the load balancer says its targets are unhealthy; the access log of the gateway is silent.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      const { namespace, name } = gateway.ref;
      const { pods, workloads } = runnersOfGateway(model, gateway);
      const [one] = [...pods, ...workloads];
      const containers = [...pods, ...workloads].flatMap((each) => each.containers);
      const limiting = model.platform.networkPolicies.filter(
        (policy) => policy.ref.namespace === namespace && policy.limitsIngress,
      );
      const known = one ? ('podLabels' in one ? one.podLabels : one.labels) : null;
      const least = gateway.object?.podSelector?.matchLabels ?? {};
      // Pods that were not read have at least the labels that the gateway asks for: what else they have may decide.
      if (!known && limiting.some(({ podSelector }) => !surelySelects(podSelector, least))) {
        const gap = firstUnlisted(model, runnerKinds, namespace);
        if (gap) yield notEvaluated(gateway, gap);
        continue;
      }
      const policies = limiting.filter(({ podSelector }) => selects(podSelector, known ?? least));
      const [first, ...rest] = policies;
      if (!first) continue;
      const named = policies.some(({ ingress }) =>
        ingress.some(({ ports }) => ports.some(({ port }) => typeof port === 'string')),
      );
      for (const { port, evidence } of gatewayPorts(gateway)) {
        if (policies.some((policy) => allowsPort(policy, port, containers))) continue;
        const all = model.completeness('NetworkPolicy', namespace ?? '*');
        if (!all.complete) {
          yield notEvaluated(gateway, all.gap);
          break;
        }
        if (named && containers.length === 0) {
          yield notEvaluated(gateway, {
            missing: `the names of the container ports of gateway ${name}`,
            reason: 'a NetworkPolicy names a port, and no pod or workload of the gateway was read',
            remedy: `give its Deployment: kubectl -n ${namespace} get deployments -o yaml`,
          });
          break;
        }
        const connected = gateway.envoys.some((envoy) => connects(envoy, port));
        const names = policies.map(({ ref }) => ref.name).join(', ');
        yield finding(gateway, {
          message: `${policies.length === 1 ? `NetworkPolicy ${names} lets` : `NetworkPolicies ${names} let`} nobody connect to port ${port} of gateway ${name}.`,
          effect: connected ? 'latent' : 'traffic',
          evidence: [
            first.at('spec'),
            ...rest.slice(0, 9).map((policy) => policy.at('spec')),
            ...(evidence ? [evidence] : []),
            all.proof,
          ],
          cause: connected
            ? 'Envoy still takes connections on that port: the network of this cluster does not enforce the policy, so far.'
            : 'A pod that a NetworkPolicy for ingress selects takes only what some policy allows, and none allows this port.',
          fix: [
            {
              say: `Allow TCP port ${port} to the pods of the gateway in NetworkPolicy ${first.ref.name}: the port of its pods, not that of its Service.`,
              restarts: 'nothing',
              works: 'now',
            },
          ],
          discriminator: String(port),
          affects: policies.map(({ ref }) => ref),
        });
      }
    }
  },
});

/** True where connections to a port came in between two readings. */
function connects({ stats }: Gateway['envoys'][number], port: number): boolean {
  const seen = growth(stats, `listener.0.0.0.0_${port}.downstream_cx_total`);
  return seen !== null && seen.to > seen.from;
}

/** True where a selector holds whatever labels there are besides these: expressions may fail on others. */
function surelySelects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selector.matchExpressions.length === 0 && selects(selector, labels);
}
