import { anyOf, allOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { configEffect } from '../../src/diagnose/effect.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { gatewaysServing, servicesOfNode } from '../../src/model/mesh/reach.ts';
import { serviceOfHostname } from '../../src/model/platform/backing.ts';

export default defineRule({
  id: 'node-hostname-unknown',
  title: 'The host name of a VirtualNode is no Service',
  severity: 'error',
  needs: anyOf(allOf('mesh.virtualNodes', 'platform.services')),
  also: [
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'platform.namespaces',
    'envoy.clusterConfig',
    'envoy.routes',
  ],
  explains: ['upstream-connect-failures', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'A VirtualNode whose `serviceDiscovery.dns.hostname` speaks of a Service of the cluster that does not exist.',
    why: 'The name does not resolve, so Envoy has no host to send requests to.',
    fix: 'Create a Service of that name: it works at once, on a frozen gateway too. Or correct the host name while there is a control plane.',
    seen: 'Status 503, response flag UH. `membership_total` of the cluster is 0 and its `update_failure` grows.',
  },
  subjects: (model) => model.virtualNodes,
  *check(model) {
    for (const node of model.virtualNodes) {
      const service = node.hostname === null ? null : serviceOfHostname(model, node.hostname);
      if (service?.state === 'unknown') yield notEvaluated(node, service.gap);
      if (service?.state !== 'absent') continue;
      const services = servicesOfNode(model, node);
      const running = upstreams(model).filter((upstream) => upstream.node === node);
      const asked = running.filter(({ cluster }) =>
        cluster.targets.some(({ host }) => host.replace(/\.$/, '') === node.hostname),
      );
      const verdict = asked.length > 0 ? 'shows' : running.length > 0 ? 'contradicts' : 'unseen';
      yield finding(node, {
        message: `VirtualNode ${node.ref.namespace}/${node.ref.name} is found under ${node.hostname}, and there is no such Service.`,
        effect: configEffect(model, gatewaysServing(model, services), verdict),
        evidence: [node.at('spec.serviceDiscovery.dns.hostname'), ...service.proof],
        cause: 'The name does not resolve in the cluster, so Envoy has no host for it.',
        fix: [
          {
            say: `Create a Service that answers to ${node.hostname} and selects the pods of this node.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        affects: services.map(({ ref }) => ref),
      });
    }
  },
});
