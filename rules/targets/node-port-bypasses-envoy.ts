import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asList, asNumber, asObject, asText } from '../../src/lib/json.ts';
import { askedFor } from '../../src/model/mesh/asked.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { servicesOfNode } from '../../src/model/mesh/reach.ts';
import { tlsDemandOn } from '../../src/model/mesh/tls-demand.ts';
import type { Model } from '../../src/model/model.ts';
import { serviceOfHostname } from '../../src/model/platform/backing.ts';
import type { Pod, Service } from '../../src/model/platform/kinds.ts';
import { appMeshName, envoyOf, runnersOfNode } from '../../src/model/platform/runners.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'node-port-bypasses-envoy',
  title: 'Requests skip the Envoy of a target',
  severity: 'warning',
  needs: anyOf(allOf('mesh.virtualNodes', 'platform.services', 'platform.pods')),
  also: [
    'platform.workloads',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualGateways',
    'envoy.clusterConfig',
    'envoy.routes',
  ],
  explains: ['tls-mode-mismatch', 'upstream-connect-failures', 'upstream-resets'],
  docs: {
    what: 'A VirtualNode whose Service leads the listener port to a port of the pods that their Envoy does not take over. Envoy takes over the listener ports of the VirtualNode, or those of annotation `appmesh.k8s.aws/ports`.',
    why: 'The application answers directly: no TLS, no timeout, no outlier detection, no log and no metric of its Envoy. Where TLS is demanded, each connection fails.',
    fix: 'Let the application listen on the listener port and point targetPort of the Service there.',
    seen: 'Requests are answered and in no access log of the target; its counters stand still. With TLS demanded: status 503, response flag UF, WRONG_VERSION_NUMBER.',
  },
  subjects: (model) => model.virtualNodes,
  *check(model) {
    for (const node of model.virtualNodes) {
      const service = node.hostname === null ? null : serviceOfHostname(model, node.hostname);
      if (service?.state === 'unknown') yield notEvaluated(node, service.gap);
      if (service?.state !== 'present' || service.value.type === 'ExternalName') continue;
      const { pods } = runnersOfNode(model, node);
      const seen = model.completeness('Pod', node.ref.namespace ?? '');
      if (pods.length === 0 && node.podSelector && !seen.complete) yield notEvaluated(node, seen.gap);
      for (const { port } of node.listeners) {
        if (port === null) continue;
        const found = pods.map((pod) => skipped(pod, node, service.value, port)).find((one) => one !== null);
        if (found) yield describe(model, node, service.value, port, found);
      }
    }
  },
});

interface Skipped {
  /** The port of the pod that requests come to. */
  readonly port: number;
  readonly taken: readonly number[];
  readonly evidence: readonly Evidence[];
}

function describe(model: Model, node: VirtualNode, service: Service, port: number, skip: Skipped) {
  const demand = tlsDemandOn(model, node);
  const entry = service.ports.find((candidate) => candidate.port === port);
  const name = `${service.ref.namespace}/${service.ref.name}`;
  return finding(node, {
    message: `Requests to port ${port} of VirtualNode ${node.ref.namespace}/${node.ref.name} arrive at port ${skip.port} of its pods, past their Envoy, which takes over ${skip.taken.join(', ') || 'none'}${demand ? '; and TLS is demanded on the way' : ''}.`,
    effect: demand && askedFor(model, node, port) !== 'not-asked' ? 'traffic' : 'latent',
    evidence: [service.at(entry?.path ?? 'spec.clusterIP'), ...skip.evidence, ...(demand ? [demand] : [])],
    cause:
      'Only connections to the ports that the injected Envoy takes over go through it; all others reach the application.',
    fix: [
      {
        say: `Let the application listen on port ${port} as well, then set targetPort of port ${port} of Service ${name} to it.`,
        restarts: 'target',
        works: 'now',
      },
    ],
    discriminator: String(port),
    affects: servicesOfNode(model, node)
      .slice(0, 200)
      .map(({ ref }) => ref),
  });
}

/** The port of a pod that a listener port leads to, where its Envoy does not take it over; null where it does, or nobody knows. */
function skipped(pod: Pod, node: VirtualNode, service: Service, port: number): Skipped | null {
  const envoy = envoyOf(pod);
  if (!envoy || appMeshName(envoy) === null) return null;
  const entry = service.ports.find((candidate) => candidate.port === port);
  const target = service.headless ? port : entry?.targetPort;
  const named = pod.containers.flatMap(({ ports }) => ports).find(({ name }) => name === target);
  const arrives = typeof target === 'number' ? target : named?.port;
  const { taken, evidence } = takenOver(pod, node);
  if (arrives === undefined || taken.length === 0 || taken.includes(arrives)) return null;
  return { port: arrives, taken, evidence };
}

/** What the init container was told decides; else the annotation that the webhook goes by (controller pkg/inject/proxyinit.go). */
function takenOver(
  pod: Pod,
  node: VirtualNode,
): { readonly taken: readonly number[]; readonly evidence: readonly Evidence[] } {
  for (const [index, container] of asList(pod.spec.initContainers).entries()) {
    const env = asList(asObject(container).env).map(asObject);
    const at = env.findIndex(({ name }) => name === 'APPMESH_APP_PORTS');
    if (at < 0) continue;
    const evidence = [pod.at(`spec.initContainers[${index}].env[${at}].value`)];
    return { taken: portsIn(asText(env[at]?.value) ?? ''), evidence };
  }
  const written = pod.annotations[portsKey];
  if (written !== undefined) {
    return { taken: portsIn(written), evidence: [pod.at(`metadata.annotations["${portsKey}"]`)] };
  }
  return { taken: node.listeners.flatMap(({ port }) => port ?? []), evidence: [node.at('spec.listeners')] };
}

const portsKey = 'appmesh.k8s.aws/ports';

function portsIn(text: string): readonly number[] {
  return text.split(',').flatMap((part) => asNumber(Number(part.trim() || Number.NaN)) ?? []);
}
