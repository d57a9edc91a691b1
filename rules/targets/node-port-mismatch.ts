import { configEffect } from '../../src/diagnose/effect.ts';
import { type PortMismatch, portMismatch } from '../../src/diagnose/port-mismatch.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { growth } from '../../src/model/envoy/counters.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import type { Listener, VirtualNode } from '../../src/model/mesh/kinds.ts';
import { gatewaysServing, routesTo, servicesOfNode } from '../../src/model/mesh/reach.ts';
import type { Model } from '../../src/model/model.ts';
import { backingOf, serviceOfHostname } from '../../src/model/platform/backing.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { firstUnlisted, runnerKinds } from '../../src/model/unread.ts';

export default defineRule({
  id: 'node-port-mismatch',
  title: 'The port of a VirtualNode is not that of its Service or pods',
  severity: 'error',
  needs: anyOf('mesh.virtualNodes'),
  also: [
    'platform.services',
    'platform.pods',
    'platform.workloads',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'platform.namespaces',
    'envoy.clusterConfig',
    'envoy.routes',
    'envoy.stats',
  ],
  explains: ['upstream-connect-failures', 'retries-exhausted', 'requests-failing', 'node-no-ready-endpoint'],
  docs: {
    what: 'A VirtualNode whose listener port is no port of its Service (behind a ClusterIP), or whose Service leads to a port that no container has. A container port that is merely not declared is a warning: a process may listen on it all the same.',
    why: 'Envoy connects to the host name of the VirtualNode at its listener port; where nothing answers there, requests get 503.',
    fix: 'Give the Service that port: this works at once, on a frozen gateway too, and restarts nothing. Or correct the listener port while there is a control plane.',
    seen: 'Status 503, response flag UF. `upstream_cx_connect_fail` of the cluster grows.',
  },
  subjects: (model) => model.virtualNodes,
  *check(model) {
    for (const node of model.virtualNodes) {
      if (node.hostname === null) continue;
      const service = serviceOfHostname(model, node.hostname);
      if (service?.state === 'unknown') yield notEvaluated(node, service.gap);
      if (service?.state !== 'present') continue;
      if (backingOf(model, service.value).length === 0) {
        const gap = firstUnlisted(model, runnerKinds, service.value.ref.namespace);
        if (gap) yield notEvaluated(node, gap);
      }
      for (const listener of node.listeners) {
        const mismatch = listener.port === null ? null : portMismatch(model, service.value, listener.port);
        if (mismatch) yield describe(model, node, listener, mismatch);
      }
    }
  },
});

function describe(model: Model, node: VirtualNode, listener: Listener, mismatch: PortMismatch) {
  const services = servicesOfNode(model, node);
  const gateways = gatewaysServing(model, services);
  const running = upstreams(model).filter((upstream) => upstream.node === node);
  const here = running.filter(({ cluster }) => cluster.targets.some(({ port }) => port === listener.port));
  const answered = here.some(connects);
  const seen = here.find((upstream) => !connects(upstream));
  const verdict = answered || (running.length > 0 && here.length === 0) ? 'contradicts' : seen ? 'shows' : 'unseen';
  return finding(node, {
    message: `VirtualNode ${node.ref.namespace}/${node.ref.name} listens on port ${listener.port}, but ${mismatch.says}.`,
    effect: configEffect(model, gateways, verdict),
    ...(mismatch.certain || (seen && fails(seen)) ? {} : { severity: 'warning' as const }),
    evidence: [node.at(listener.path), ...mismatch.evidence, ...(seen ? [clusterEvidence(seen)] : [])],
    cause: `Envoy connects to ${node.hostname}:${listener.port}, where nothing answers.`,
    fix: [mismatch.fix],
    discriminator: String(listener.port),
    affects: [...services, ...services.flatMap((service) => routesTo(model, service))]
      .slice(0, 200)
      .map(({ ref }) => ref),
  });
}

/** True where connections to a cluster were made between two readings, and none failed. */
function connects({ envoy, cluster }: Upstream): boolean {
  const made = growth(envoy.stats, `cluster.${cluster.name}.upstream_cx_total`);
  const failed = growth(envoy.stats, `cluster.${cluster.name}.upstream_cx_connect_fail`);
  return made !== null && made.to > made.from && (failed === null || failed.to === failed.from);
}

function fails({ envoy, cluster }: Upstream): boolean {
  const failed = growth(envoy.stats, `cluster.${cluster.name}.upstream_cx_connect_fail`);
  return failed !== null && failed.to > failed.from;
}

function clusterEvidence({ cluster }: Upstream): Evidence {
  const { name, targets, place } = cluster;
  return envoyEvidence('config_dump', place, { name, targets }, `cluster ${name} connects there`);
}
