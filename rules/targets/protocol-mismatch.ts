import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { parseClusterName } from '../../src/model/envoy/naming.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import type { Listener, VirtualNode } from '../../src/model/mesh/kinds.ts';
import { gatewaysServing, servicesOfNode } from '../../src/model/mesh/reach.ts';
import { type Other, routerSaying, serviceSaying, wires } from '../../src/model/mesh/spoken.ts';
import type { Model } from '../../src/model/model.ts';
import { serviceOfHostname } from '../../src/model/platform/backing.ts';
import { refKey } from '../../src/snapshot/object.ts';
import { firstUnlisted } from '../../src/model/unread.ts';

export default defineRule({
  id: 'protocol-mismatch',
  title: 'A target is spoken to in another protocol',
  severity: 'error',
  needs: anyOf('mesh.virtualNodes'),
  also: [
    'mesh.virtualRouters',
    'mesh.virtualServices',
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'platform.namespaces',
    'platform.services',
    'envoy.clusterConfig',
    'envoy.routes',
  ],
  explains: ['upstream-resets', 'upstream-connect-failures', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'A VirtualNode whose listener speaks another of http, http2, grpc and tcp than the route of the VirtualRouter that leads to it, or than its Service says (`appProtocol`, or a port name that begins with the protocol). http2 and grpc are one on the wire.',
    why: 'Envoy speaks HTTP/1.1 to http listeners and HTTP/2 to http2 and grpc ones: an application that expects the other breaks the connection off.',
    fix: 'Give the listener of the VirtualNode the protocol that the application speaks.',
    seen: 'Status 502 or 503, response flag UPE (protocol error) or UC.',
  },
  subjects: (model) => model.virtualNodes,
  *check(model) {
    const unseen = firstUnlisted(model, ['VirtualRouter']);
    for (const node of model.virtualNodes) {
      if (unseen) yield notEvaluated(node, unseen);
      for (const listener of node.listeners) {
        if (listener.port === null || listener.protocol === '') continue;
        const byRouter = routerSaying(model, node, listener);
        if (byRouter) yield describe(model, node, listener, byRouter);
        const service = node.hostname === null ? null : serviceOfHostname(model, node.hostname);
        if (service?.state === 'unknown') yield notEvaluated(node, service.gap);
        if (service?.state !== 'present') continue;
        const entry = service.value.ports.find(({ port }) => port === listener.port);
        const byService = entry ? serviceSaying(service.value, entry, listener) : null;
        if (byService) yield describe(model, node, listener, byService);
      }
    }
  },
});

function describe(model: Model, node: VirtualNode, listener: Listener, other: Other) {
  const { port, protocol, path } = listener;
  const services = servicesOfNode(model, node);
  const gateways = gatewaysServing(model, services);
  const running = upstreams(model).filter(
    ({ ref, cluster }) => refKey(ref) === refKey(node.ref) && parseClusterName(cluster.name)?.port === port,
  );
  const spoken = running.map(({ cluster }) => parseClusterName(cluster.name)?.protocol ?? '');
  const agrees = spoken.length > 0 && spoken.every((one) => wires[one] === wires[other.protocol]);
  const verdict = agrees ? 'contradicts' : spoken.includes(protocol) ? 'shows' : 'unseen';
  const [first] = running;
  return finding(node, {
    message: `VirtualNode ${node.ref.namespace}/${node.ref.name} speaks ${protocol} on port ${port}, but ${other.who} says ${other.protocol}.`,
    effect: configEffect(model, gateways, verdict),
    ...(other.certain ? {} : { severity: 'warning' as const }),
    evidence: [
      node.at(`${path}.protocol`),
      other.evidence,
      ...(first ? [envoyEvidence('config_dump', first.cluster.place, { name: first.cluster.name })] : []),
    ],
    cause: `Envoy would speak ${wires[protocol] ?? protocol}, where ${wires[other.protocol] ?? other.protocol} is expected.`,
    fix: [
      {
        say: `Find out what the application speaks on that port; if ${other.protocol}, set protocol: ${other.protocol} there, else correct ${other.who}.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, gateways),
      },
    ],
    discriminator: `${port} ${other.key}`,
    affects: services.slice(0, 200).map(({ ref }) => ref),
  });
}
