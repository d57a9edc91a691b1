import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asList, asObject, asText } from '../../src/lib/json.ts';
import { type HostsSeen, hostsBehind } from '../../src/model/envoy/healthy-hosts.ts';
import { askedFor } from '../../src/model/mesh/asked.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { servicesOfNode } from '../../src/model/mesh/reach.ts';
import type { Model } from '../../src/model/model.ts';
import { type Backing, backingOf, serviceOfHostname } from '../../src/model/platform/backing.ts';
import type { Service } from '../../src/model/platform/kinds.ts';
import { readyBySlices } from '../../src/model/platform/ready-slices.ts';

export default defineRule({
  id: 'node-no-ready-endpoint',
  title: 'No pod of a target is ready',
  severity: 'error',
  needs: anyOf(
    allOf('mesh.virtualNodes', 'platform.services', 'platform.endpointSlices'),
    allOf('mesh.virtualNodes', 'envoy.clusterConfig', 'envoy.hosts'),
  ),
  also: ['platform.pods', 'platform.workloads', 'mesh.virtualServices', 'mesh.virtualRouters', 'envoy.routes'],
  explains: ['upstream-connect-failures', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'A VirtualNode whose Service has no ready endpoint; or, where no EndpointSlice tells, one of which Envoy has no host that passes its health checks. Information where its workload is scaled to 0.',
    why: 'Every request to it gets 503.',
    fix: 'Make its pods ready: the finding says what is known of each. It restarts nothing of the gateway.',
    seen: 'Status 503. Behind a cluster IP the name still resolves, so the flag is UF (or URX,UF after retries); behind a headless Service it is UH.',
  },
  subjects: (model) => model.virtualNodes,
  *check(model) {
    for (const node of model.virtualNodes) {
      const service = node.hostname === null ? null : serviceOfHostname(model, node.hostname);
      const bySlices = service?.state === 'present' ? readyBySlices(model, service.value) : null;
      if (service?.state !== 'present' || bySlices?.state !== 'none') {
        if (bySlices?.state === 'some' || (service?.state === 'present' && service.value.type === 'ExternalName'))
          continue;
        const seen = hostsBehind(model, node);
        // A host that is well may be a cluster IP: it says nothing of the pods behind a name.
        const unseen = node.hostname === null && seen.state === 'unknown' ? seen.gap : null;
        const gap = service?.state === 'unknown' ? service.gap : (bySlices?.gap ?? unseen);
        if (seen.state === 'none') yield byEnvoy(model, node, seen);
        else if (gap) yield notEvaluated(node, gap);
        continue;
      }
      const { ref, headless } = service.value;
      const { unready, proof } = bySlices;
      const backing = backingOf(model, service.value);
      const asleep = backing.length > 0 && backing.every(({ from }) => 'replicas' in from && from.replicas === 0);
      yield finding(node, {
        message: `VirtualNode ${node.ref.namespace}/${node.ref.name} has no ready endpoint: Service ${ref.namespace}/${ref.name} ${unready.length > 0 ? `has ${unready.length}, none of them ready` : 'has none'}.`,
        effect: askedFor(model, node) === 'not-asked' ? 'latent' : 'traffic',
        ...(asleep ? { severity: 'info' as const } : {}),
        evidence: [proof, service.value.at('spec.selector'), ...unready.slice(0, 20)],
        cause: `${chain(service.value, backing)} Requests get 503, flag ${headless ? 'UH' : 'UF, since the cluster IP still resolves'}.`,
        fix: [
          {
            say: asleep
              ? `Scale ${backing.map(({ from }) => `${from.ref.kind} ${from.ref.name}`).join(', ')} up.`
              : 'Make the pods ready: look at their events and logs.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
        affects: servicesOfNode(model, node).map((one) => one.ref),
      });
    }
  },
});

/** Where no EndpointSlice tells: Cloud Map, health checks, or an Envoy read alone. */
function byEnvoy(model: Model, node: VirtualNode, { failing, evidence }: Extract<HostsSeen, { state: 'none' }>) {
  return finding(node, {
    message: `Envoy has no host of VirtualNode ${node.ref.namespace}/${node.ref.name} to send requests to: ${failing > 0 ? `all ${failing} fail their health checks` : 'it knows none'}.`,
    effect: 'traffic',
    evidence,
    cause:
      failing > 0
        ? 'Requests get 503, flag UH; in panic mode they go to the failed hosts all the same.'
        : 'Requests get 503, flag UH: the name has no address, or the control plane sent none.',
    fix: [
      {
        say:
          failing > 0
            ? 'Make its pods answer the health check.'
            : 'Look whether its name resolves, and whether its pods are ready.',
        restarts: 'nothing',
        works: 'now',
      },
    ],
    affects: servicesOfNode(model, node).map((one) => one.ref),
  });
}

/** From the Service down to its pods and the reasons they give. */
function chain({ selector }: Service, backing: readonly Backing[]): string {
  if (!selector) return 'The Service selects no pods of its own: somebody else must write its endpoints.';
  if (backing.length === 0) return 'No pod and no workload that was read has the labels its Service selects.';
  return backing
    .slice(0, 3)
    .map(({ from }) => {
      const name = `${from.ref.kind} ${from.ref.name}`;
      if ('replicas' in from) return `${name} asks for ${from.replicas ?? 1} pods.`;
      const reason = asList(from.status.containerStatuses)
        .map((state) => asObject(asObject(asObject(state).state).waiting).reason)
        .find((one) => asText(one) !== undefined);
      return `${name} is ${from.ready ? 'ready, but not among the endpoints' : 'not ready'} (${asText(reason) ?? asText(from.status.phase) ?? 'no reason told'}).`;
    })
    .join(' ');
}
