import { meshEnded } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { namespaceRef } from '../../src/model/mesh/members.ts';
import { servicesOfNode } from '../../src/model/mesh/reach.ts';
import { tlsDemandOn } from '../../src/model/mesh/tls-demand.ts';
import type { Model } from '../../src/model/model.ts';
import type { Pod, Workload } from '../../src/model/platform/kinds.ts';
import { envoyOf, runnersOfNode } from '../../src/model/platform/runners.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

/** A VirtualNode none of whose pods carries an Envoy. */
interface Bare {
  readonly node: VirtualNode;
  readonly pods: readonly [Pod, ...Pod[]];
  readonly workloads: readonly Workload[];
}

export default defineRule({
  id: 'node-without-sidecar',
  title: 'The pods of a target carry no Envoy',
  severity: 'info',
  needs: anyOf(allOf('mesh.virtualNodes', 'platform.pods')),
  also: ['platform.workloads', 'mesh.virtualServices', 'mesh.virtualRouters', 'mesh.virtualGateways'],
  explains: ['tls-mode-mismatch'],
  docs: {
    what: 'A VirtualNode whose pods have no container `envoy`. While leaving App Mesh that is the cure: information before its end, one a namespace, and nothing to tell after it; a warning for each where somebody demands TLS of it, which its Envoy would have spoken.',
    why: 'Gateways reach such pods all the same, in plain text. Where TLS is demanded the application itself must speak it, else each request gets 503.',
    fix: 'Nothing where it was meant. Where TLS is demanded, let the application speak TLS on that port, or keep the sidecar.',
    seen: 'The pods show one container less. With TLS demanded: status 503, response flag UF, WRONG_VERSION_NUMBER in the log of the gateway.',
  },
  subjects: (model) =>
    [...model.virtualNodes, ...new Set(model.virtualNodes.map(({ ref }) => ref.namespace ?? ''))].map((one) =>
      typeof one === 'string' ? { ref: namespaceRef(one) } : one,
    ),
  *check(model) {
    const meant: Bare[] = [];
    // Whether a gateway demands TLS of them is not known then.
    const unread = model.missing('mesh.virtualGateways');
    for (const node of model.virtualNodes) {
      const { pods, workloads } = runnersOfNode(model, node);
      const [first, ...rest] = pods.filter((pod) => envoyOf(pod) === null);
      if (pods.length === 0 && node.podSelector) {
        const seen = model.completeness('Pod', node.ref.namespace ?? '');
        if (!seen.complete) yield notEvaluated(node, seen.gap);
      }
      // Pods with and without, as in a roll-out of the cure, are told by the rules about sidecars.
      if (!first || rest.length + 1 < pods.length) continue;
      const bare: Bare = { node, pods: [first, ...rest], workloads };
      const demand = tlsDemandOn(model, node);
      if (demand) yield demanded(model, bare, demand);
      else meant.push(bare);
      if (!demand && unread) yield notEvaluated(node, unread);
    }
    // After the end this is how a target is meant to run.
    if (meshEnded(model)) return;
    for (const [namespace, [first, ...others]] of groupBy(meant, ({ node }) => node.ref.namespace ?? '')) {
      if (first) yield left(model, namespace, [first, ...others]);
    }
  },
});

function demanded(model: Model, { node, pods, workloads }: Bare, demand: Evidence) {
  const [first, ...rest] = pods;
  const who = pods.length === 1 ? 'The pod' : `The ${pods.length} pods`;
  return finding(node, {
    message: `${who} of VirtualNode ${node.ref.namespace}/${node.ref.name} ${pods.length === 1 ? 'carries' : 'carry'} no Envoy, and TLS is demanded on the way to it.`,
    effect: 'latent',
    severity: 'warning',
    evidence: [containersOf(first), ...rest.slice(0, 9).map(containersOf), demand],
    cause: 'Its Envoy would have spoken TLS; now the application must, or connections that begin with TLS fail.',
    fix: [
      {
        say: 'Look whether the application itself speaks TLS on that port; if not, let it, or keep its pods with their running sidecars.',
        restarts: 'target',
        works: 'now',
      },
    ],
    affects: [...workloads, ...servicesOfNode(model, node)].slice(0, 200).map(({ ref }) => ref),
  });
}

/** One finding a namespace: leaving the mesh is one cause, however many targets do. */
function left(model: Model, namespace: string, all: readonly [Bare, ...Bare[]]) {
  const [{ pods }, ...others] = all;
  const names = all.slice(0, 10).map(({ node }) => node.ref.name);
  const list = `${names.join(', ')}${all.length > 10 ? ` and ${all.length - 10} more` : ''}`;
  const behind = all.flatMap(({ node, workloads }) => [...workloads, ...servicesOfNode(model, node)]);
  return finding(
    { ref: namespaceRef(namespace) },
    {
      message: `The pods of ${all.length === 1 ? 'one VirtualNode' : `${all.length} VirtualNodes`} in namespace ${namespace} carry no Envoy: ${list}.`,
      effect: 'latent',
      severity: 'info',
      evidence: [containersOf(pods[0]), ...others.slice(0, 19).map((one) => containersOf(one.pods[0]))],
      cause:
        'They started without injection: gateways reach them directly, in plain text. While leaving App Mesh this is meant.',
      fix: [{ say: 'Nothing, where they are to leave the mesh.', restarts: 'nothing', works: 'now' }],
      affects: [...all.map(({ node }) => node), ...behind].slice(0, 200).map(({ ref }) => ref),
    },
  );
}

function containersOf(pod: Pod) {
  const names = pod.containers.map(({ name }) => name).join(', ');
  return pod.at('spec.containers', `containers of pod ${pod.ref.name}: ${names}`);
}
