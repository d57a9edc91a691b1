import { configEffect, meanwhile } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { askedFor } from '../../src/model/mesh/asked.ts';
import type { VirtualGateway, VirtualNode } from '../../src/model/mesh/kinds.ts';
import { gatewaysServing, servicesOfNode } from '../../src/model/mesh/reach.ts';
import { type Selected, selectedBy } from '../../src/model/mesh/selects-pods.ts';
import type { Model } from '../../src/model/model.ts';
import { backingOf, serviceOfHostname } from '../../src/model/platform/backing.ts';
import { presentValue } from '../../src/model/relation.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'selector-matches-no-pod',
  title: 'A VirtualGateway or VirtualNode selects no pod',
  severity: 'error',
  needs: anyOf(allOf('mesh.virtualGateways', 'platform.workloads'), allOf('mesh.virtualNodes', 'platform.workloads')),
  also: [
    'platform.pods',
    'platform.services',
    'platform.namespaces',
    'mesh.gatewayRoutes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'envoy.clusterConfig',
    'envoy.routes',
  ],
  explains: ['gateway-no-ready-pod', 'node-no-ready-endpoint', 'node-without-sidecar', 'pod-refused-by-webhook'],
  docs: {
    what: 'A `podSelector` that matches neither a pod nor what makes pods of its namespace, or that is not there. Information where the workload it matches is scaled to 0, and where a VirtualNode without one stands for pods that run without Envoy.',
    why: 'The webhook gives pods their Envoy by these selectors. A gateway that selects no pod serves nothing; the pods of a node that selects none get no Envoy, or are refused where injection is asked for.',
    fix: 'Write the labels of the pods into the `podSelector`. An absent one selects no pod, `{}` every pod of the namespace.',
    seen: '`sidecarInject enabled but no matching VirtualNode or VirtualGateway found` in the events of the ReplicaSet, or pods without Envoy.',
  },
  subjects: selecting,
  *check(model) {
    for (const object of selecting(model)) {
      const selected = selectedBy(model, object);
      if (selected.state === 'unknown') yield notEvaluated(object, selected.gap);
      if (selected.state === 'none') yield describe(model, object, selected);
    }
  },
});

/** What gives pods an Envoy; a VirtualNode without selector only where it stands for pods of the cluster. */
function selecting(model: Model): readonly (VirtualGateway | VirtualNode)[] {
  const nodes = model.virtualNodes.filter((node) => node.podSelector !== null || podsBehind(model, node));
  return [...model.virtualGateways, ...nodes];
}

/** True where the host name of a node is a Service with pods of its own. */
function podsBehind(model: Model, { hostname }: VirtualNode): boolean {
  const found = hostname === null ? null : serviceOfHostname(model, hostname);
  const service = found ? presentValue(found) : undefined;
  return service !== undefined && backingOf(model, service).length > 0;
}

function describe(model: Model, object: VirtualGateway | VirtualNode, none: Extract<Selected, { state: 'none' }>) {
  const node = model.virtualNodes.find(({ ref }) => ref === object.ref);
  const gateways = node
    ? gatewaysServing(model, servicesOfNode(model, node))
    : model.gateways.filter(({ ref }) => ref === object.ref);
  const serves = !node && gateways.some(({ envoys }) => envoys.length > 0);
  const absent = object.podSelector === null;
  const until = meanwhile(model, gateways, 'the requests of this object');
  return finding(object, {
    message: `${refText(object.ref)} ${absent ? 'has no podSelector, so it selects no pod' : `selects no pod: ${none.says}`}.`,
    effect:
      serves || (node && (absent || askedFor(model, node) === 'not-asked'))
        ? 'latent'
        : configEffect(model, gateways, 'unseen'),
    ...(none.asleep || (absent && node) ? { severity: 'info' as const } : {}),
    evidence: [object.at('spec.podSelector'), ...none.evidence],
    cause: none.asleep
      ? 'What it selects is scaled to 0.'
      : 'The webhook gives a pod the Envoy of the one VirtualNode or VirtualGateway of its namespace whose podSelector matches its labels.',
    fix: [
      {
        say: none.asleep
          ? 'Nothing, where it is meant to rest.'
          : `Write labels of the pods that are meant into spec.podSelector of ${refText(object.ref)}${none.near ? `: ${none.near}` : ''}.`,
        restarts: 'nothing',
        works: 'now',
      },
      ...(none.asleep || node || serves ? [] : until.fix),
    ],
  });
}
