import { memoize } from '../lib/memo.ts';
import { noteRead } from '../lib/reads.ts';
import type { KubernetesObject } from '../snapshot/object.ts';
import {
  GatewayRoute,
  Mesh,
  MeshMember,
  VirtualGateway,
  VirtualNode,
  VirtualRouter,
  VirtualService,
} from './mesh/kinds.ts';
import { meshGroup } from './missing.ts';
import type { Collection, Part } from './parts.ts';
import { readIngress } from './platform/ingress.ts';
import { readEndpointSlice, readPod, readService, readWorkload } from './platform/kinds.ts';
import { Resource } from './resource.ts';

/** Objects of a cluster that is read again and again stay the same while nothing changes: they are read once. */
export const read = {
  mesh: memoize((object: KubernetesObject) => new Mesh(object)),
  virtualGateway: memoize((object: KubernetesObject) => new VirtualGateway(object)),
  gatewayRoute: memoize((object: KubernetesObject) => new GatewayRoute(object)),
  virtualService: memoize((object: KubernetesObject) => new VirtualService(object)),
  virtualRouter: memoize((object: KubernetesObject) => new VirtualRouter(object)),
  virtualNode: memoize((object: KubernetesObject) => new VirtualNode(object)),
  namespace: memoize((object: KubernetesObject) => new Resource(object)),
  pod: memoize(readPod),
  service: memoize(readService),
  endpointSlice: memoize(readEndpointSlice),
  workload: memoize(readWorkload),
  ingress: memoize(readIngress),
  backendGroup: memoize((object: KubernetesObject) => new MeshMember(object)),
};

/** Makes the lists of one model; `behind` learns what stands behind their parts. */
export function collectionsOf(
  byKind: ReadonlyMap<string, readonly KubernetesObject[]>,
  behind: Map<string, () => unknown>,
): Collection {
  return <T>(part: Part, kinds: Iterable<string>, of: (object: KubernetesObject) => T) => {
    let items: readonly T[] | undefined;
    const list = (): readonly T[] => {
      items ??= asBefore(part, [...kinds].flatMap((kind) => byKind.get(kind) ?? []).map(of));
      return items;
    };
    behind.set(part, list);
    return () => {
      noteRead(part);
      return list();
    };
  };
}

/** The lists of the last model, by part. */
const before = new Map<Part, readonly unknown[]>();

/** The list of the model before, where it holds the same: what was made of it still holds. */
function asBefore<T>(part: Part, items: readonly T[]): readonly T[] {
  const known = before.get(part);
  if (known?.length === items.length && items.every((item, at) => item === known[at])) return known as readonly T[];
  before.set(part, items);
  return items;
}

/** App Mesh kinds are keyed with their group, since other groups use the same names; platform kinds by name. */
export function indexByKind(objects: readonly KubernetesObject[]): ReadonlyMap<string, readonly KubernetesObject[]> {
  const byKind = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    const { apiVersion, kind } = object.ref;
    const key = apiVersion.startsWith(meshGroup) ? `${meshGroup}${kind}` : kind;
    const list = byKind.get(key);
    if (list) list.push(object);
    else byKind.set(key, [object]);
  }
  return byKind;
}
