import { asList, asObject } from '../../src/lib/json.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { servicesOfGateway } from '../../src/model/platform/entry.ts';
import type { Pod, Workload } from '../../src/model/platform/kinds.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import { virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import { firstUnlisted, runnerKinds } from '../../src/model/unread.ts';

export default defineRule({
  id: 'gateway-no-service',
  title: 'No Service selects the pods of the gateway',
  severity: 'error',
  needs: anyOf('platform.services'),
  also: ['platform.pods', 'platform.workloads', 'platform.endpointSlices'],
  explains: ['requests-failing', 'gateway-ingress-broken', 'load-balancer-targets-unhealthy'],
  docs: {
    what: 'A gateway whose pods no Service of its namespace selects.',
    why: 'Nothing leads to the gateway: neither a load balancer nor an Ingress nor another pod has a name for it.',
    fix: 'Give a Service the labels of the pods as its selector. It works at once and restarts nothing.',
    seen: 'The load balancer has no target; the name of the Service has no endpoint; connections are refused or time out.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      const { namespace, name } = gateway.ref;
      if (servicesOfGateway(model, gateway).length > 0) continue;
      const { pods, workloads } = runnersOfGateway(model, gateway);
      const runs = [...workloads, ...pods];
      const [first] = runs;
      const seen = model.completeness('Service', namespace ?? '*');
      if (!first) {
        const gap = firstUnlisted(model, runnerKinds, namespace);
        if (gap) yield notEvaluated(gateway, gap);
        continue;
      }
      // A Service without selector has its addresses in EndpointSlices that somebody else writes.
      const gap = firstUnlisted(model, pods.length > 0 ? ['Service', 'EndpointSlice'] : ['Service'], namespace);
      if (gap || !seen.complete) {
        if (gap) yield notEvaluated(gateway, gap);
        continue;
      }
      const addresses = new Set(pods.flatMap(({ ip }) => ip ?? []));
      const byHand = model.endpointSlices.some(({ endpoints }) =>
        endpoints.some((endpoint) => endpoint.addresses.some((address) => addresses.has(address))),
      );
      if (byHand || runs.some(onTheNode)) continue;
      const near = model.services.find(
        (service) => service.ref.namespace === namespace && service.selector && service.ref.name.includes(name),
      );
      const labels = 'podLabels' in first ? first.podLabels : first.labels;
      const at = 'podLabels' in first ? 'spec.template.metadata.labels' : 'metadata.labels';
      yield finding(gateway, {
        message: `No Service of namespace ${namespace} selects the pods of gateway ${name}${near ? `; Service ${near.ref.name} selects others` : ''}.`,
        effect: 'traffic',
        evidence: [first.at(at), ...(near ? [near.at('spec.selector')] : []), seen.proof],
        cause: 'A Service leads only to pods that carry every label of its selector.',
        fix: [
          {
            say: `${near ? `Make the selector of Service ${near.ref.name}` : 'Make a Service whose selector is'} ${selectorText(gateway.object?.podSelector?.matchLabels ?? labels)}; leave the labels of the pods as they are.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        ...(near ? { affects: [near.ref] } : {}),
      });
    }
  },
});

function selectorText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** Pods on the network of their node, or with ports on it, need no Service. */
function onTheNode({ spec }: Pod | Workload): boolean {
  const inner = asObject(asObject(spec.template).spec);
  return [spec, inner].some(
    ({ hostNetwork, containers }) =>
      hostNetwork === true ||
      asList(containers).some((one) =>
        asList(asObject(one).ports).some((port) => asObject(port).hostPort !== undefined),
      ),
  );
}
