import type { Envoy } from '../../model/envoy/envoy.ts';
import { envoyEvidence } from '../../model/envoy/envoy.ts';
import type { Gateway } from '../../model/gateway.ts';
import type { Model } from '../../model/model.ts';
import type { Part } from '../../model/parts.ts';
import type { Resource } from '../../model/resource.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { type ObjectRef, refText } from '../../snapshot/object.ts';
import { clustersOf, clusterType, envoyType, envoyTypes, gatewayType, listenersOf, listenerType } from './envoys.ts';
import {
  type In,
  meshType,
  namespaceType,
  objectTypes,
  podType,
  routeType,
  serviceType,
  virtualGatewayType,
  virtualNodeType,
  virtualRouterType,
  virtualServiceType,
  within,
  workloadType,
} from './objects.ts';
import type { ViewType } from './view.ts';

/** One thing a rule judges. */
export interface Judged {
  readonly ref: ObjectRef;
  readonly view: object;
  /** What shows it; dotted paths where it is an object. */
  readonly evidence: (paths: readonly string[]) => readonly [Evidence, ...Evidence[]];
  /** The gateway it belongs to, where its own name is one of many gateways'. */
  readonly gateway: ObjectRef | null;
}

/** What a rule can say `each:` of. */
export interface SubjectKind {
  readonly each: string;
  /** The variable's name in expressions. */
  readonly variable: string;
  readonly type: string;
  readonly part: Part;
  readonly list: (model: Model) => Iterable<Judged>;
}

/** Every type of the documented model. */
export const modelTypes: readonly ModelType[] = [...objectTypes, ...envoyTypes];

/** A type as the documentation and the expression reader need it. */
export type ModelType = Pick<ViewType<never>, 'name' | 'says' | 'documented' | 'view' | 'fields'>;

function objects<T extends Resource>(
  each: string,
  variable: string,
  part: Part,
  type: ViewType<In<T>>,
  list: (model: Model) => readonly T[],
): SubjectKind {
  return {
    each,
    variable,
    type: type.name,
    part,
    list: (model) =>
      list(model).map((object) => ({
        ref: object.ref,
        view: type.of(within(model, object)),
        evidence: ([first = 'spec', ...rest]) => [object.at(first), ...rest.map((path) => object.at(path))],
        gateway: null,
      })),
  };
}

/** Everything a rule can judge, by the name it says in `each:`. */
export const subjectKinds: readonly SubjectKind[] = [
  { each: 'gateways', variable: 'gateway', type: 'Gateway', part: 'mesh.virtualGateways', list: gateways },
  objects('gatewayRoutes', 'route', 'mesh.gatewayRoutes', routeType, (model) => model.gatewayRoutes),
  objects(
    'virtualServices',
    'virtualService',
    'mesh.virtualServices',
    virtualServiceType,
    (model) => model.virtualServices,
  ),
  objects('virtualRouters', 'virtualRouter', 'mesh.virtualRouters', virtualRouterType, (model) => model.virtualRouters),
  objects('virtualNodes', 'virtualNode', 'mesh.virtualNodes', virtualNodeType, (model) => model.virtualNodes),
  objects(
    'virtualGateways',
    'virtualGateway',
    'mesh.virtualGateways',
    virtualGatewayType,
    (model) => model.virtualGateways,
  ),
  objects('meshes', 'mesh', 'mesh.meshes', meshType, (model) => model.meshes),
  objects('pods', 'pod', 'platform.pods', podType, (model) => model.pods),
  objects('services', 'service', 'platform.services', serviceType, (model) => model.services),
  objects('workloads', 'workload', 'platform.workloads', workloadType, (model) => model.workloads),
  objects('namespaces', 'namespace', 'platform.namespaces', namespaceType, (model) => model.namespaces),
  { each: 'envoys', variable: 'envoy', type: 'Envoy', part: 'envoy.serverInfo', list: envoys },
  { each: 'clusters', variable: 'cluster', type: 'Cluster', part: 'envoy.clusterConfig', list: clusters },
  { each: 'listeners', variable: 'listener', type: 'Listener', part: 'envoy.listenerConfig', list: listeners },
];

function gateways(model: Model): readonly Judged[] {
  return model.gateways.flatMap((gateway): readonly Judged[] => {
    const evidence = evidenceOfGateway(gateway);
    const view = gatewayType.of(within(model, gateway));
    return evidence ? [{ ref: gateway.ref, view, evidence: () => [evidence], gateway: null }] : [];
  });
}

function evidenceOfGateway({ object, envoys: all }: Gateway): Evidence | null {
  return object?.at('spec') ?? all.flatMap((envoy) => evidenceOfEnvoy(envoy) ?? [])[0] ?? null;
}

function evidenceOfEnvoy({ serverInfo, bootstrap }: Envoy): Evidence | null {
  if (serverInfo.state !== 'not-read')
    return envoyEvidence('server_info', serverInfo.value.place, serverInfo.value.state, 'state');
  if (bootstrap.state === 'not-read') return null;
  return envoyEvidence('config_dump', bootstrap.value.place, bootstrap.value.nodeId, 'node id');
}

function envoys(model: Model): readonly Judged[] {
  return model.gateways.flatMap((gateway) =>
    gateway.envoys.flatMap((envoy): readonly Judged[] => {
      const evidence = evidenceOfEnvoy(envoy);
      return evidence
        ? [{ ref: envoy.ref, view: envoyType.of(envoy), evidence: () => [evidence], gateway: gateway.ref }]
        : [];
    }),
  );
}

function clusters(model: Model): readonly Judged[] {
  return model.gateways.flatMap((gateway) =>
    gateway.envoys.flatMap((envoy) => {
      if (envoy.clusterConfig.state === 'not-read') return [];
      return clustersOf(envoy).map((one) => ofEnvoy('Cluster', one.it, gateway.ref, clusterType.of(one)));
    }),
  );
}

function listeners(model: Model): readonly Judged[] {
  return model.gateways.flatMap((gateway) =>
    gateway.envoys.flatMap((envoy) => {
      if (envoy.listenerConfig.state === 'not-read') return [];
      return listenersOf(envoy).map((one) => ofEnvoy('Listener', one.it, gateway.ref, listenerType.of(one)));
    }),
  );
}

/** Envoys of one gateway share their parts' names, and so a finding about them. */
function ofEnvoy(
  kind: string,
  it: { readonly name: string; readonly place: { readonly document: string; readonly pointer: string } },
  gateway: ObjectRef,
  view: object,
): Judged {
  const name = `${gateway.name}: ${it.name}`;
  return {
    ref: { apiVersion: '', kind, namespace: gateway.namespace, name },
    view,
    evidence: () => [envoyEvidence('config_dump', it.place, it.name, refText(gateway))],
    gateway,
  };
}
