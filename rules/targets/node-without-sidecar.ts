import { meshEnded } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { servicesOfNode } from '../../src/model/mesh/reach.ts';
import { tlsDemandOn } from '../../src/model/mesh/tls-demand.ts';
import type { Model } from '../../src/model/model.ts';
import type { Pod, Workload } from '../../src/model/platform/kinds.ts';
import { envoyOf, runnersOfNode } from '../../src/model/platform/runners.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'node-without-sidecar',
  title: 'The pods of a target carry no Envoy',
  severity: 'info',
  needs: anyOf(allOf('mesh.virtualNodes', 'platform.pods')),
  also: ['platform.workloads', 'mesh.virtualServices', 'mesh.virtualRouters', 'mesh.virtualGateways'],
  explains: ['tls-mode-mismatch'],
  docs: {
    what: 'A VirtualNode whose pods have no container `envoy`. While leaving App Mesh that is the cure: information before its end, and nothing to tell after it; a warning where somebody demands TLS of it, which its Envoy would have spoken.',
    why: 'Gateways reach such pods all the same, in plain text. Where TLS is demanded the application itself must speak it, else each request gets 503.',
    fix: 'Nothing where it was meant. Where TLS is demanded, let the application speak TLS on that port, or keep the sidecar.',
    seen: 'The pods show one container less. With TLS demanded: status 503, response flag UF, WRONG_VERSION_NUMBER in the log of the gateway.',
  },
  subjects: (model) => model.virtualNodes,
  *check(model) {
    for (const node of model.virtualNodes) {
      const { pods, workloads } = runnersOfNode(model, node);
      const [first, ...rest] = pods.filter((pod) => envoyOf(pod) === null);
      if (pods.length === 0 && node.podSelector) {
        const seen = model.completeness('Pod', node.ref.namespace ?? '');
        if (!seen.complete) yield notEvaluated(node, seen.gap);
      }
      // Pods with and without, as in a roll-out of the cure, are told by the rules about sidecars.
      if (!first || rest.length + 1 < pods.length) continue;
      const demand = tlsDemandOn(model, node);
      // After the end this is how a target is meant to run.
      if (demand || !meshEnded(model)) yield describe(model, node, [first, ...rest], workloads, demand);
    }
  },
});

function describe(
  model: Model,
  node: VirtualNode,
  pods: readonly [Pod, ...Pod[]],
  workloads: readonly Workload[],
  demand: Evidence | null,
) {
  const name = `${node.ref.namespace}/${node.ref.name}`;
  const count = pods.length === 1 ? 'The pod' : `The ${pods.length} pods`;
  const [first, ...rest] = pods;
  return finding(node, {
    message: `${count} of VirtualNode ${name} ${pods.length === 1 ? 'carries' : 'carry'} no Envoy${demand ? ', and TLS is demanded on the way to it' : ''}.`,
    effect: 'latent',
    severity: demand ? 'warning' : 'info',
    evidence: [containersOf(first), ...rest.slice(0, 9).map(containersOf), ...(demand ? [demand] : [])],
    cause: demand
      ? 'Its Envoy would have spoken TLS; now the application must, or connections that begin with TLS fail.'
      : 'They started without injection: gateways reach them directly, in plain text. While leaving App Mesh this is meant.',
    fix: [
      demand
        ? {
            say: 'Look whether the application itself speaks TLS on that port; if not, let it, or keep its pods with their running sidecars.',
            restarts: 'target',
            works: 'now',
          }
        : { say: 'Nothing, where they are to leave the mesh.', restarts: 'nothing', works: 'now' },
    ],
    affects: [...workloads, ...servicesOfNode(model, node)].slice(0, 200).map(({ ref }) => ref),
  });
}

function containersOf(pod: Pod) {
  return pod.at('spec.containers', `containers: ${pod.containers.map(({ name }) => name).join(', ')}`);
}
