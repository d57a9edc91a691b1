import type { EnvoyView } from '../snapshot/envoy/view.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { ObjectRef } from '../snapshot/object.ts';
import { lastStat } from './envoy/counters.ts';
import type { Envoy } from './envoy/envoy.ts';
import { splitDefaultName } from './envoy/naming.ts';
import type { VirtualGateway } from './mesh/kinds.ts';

/** The day AWS ended App Mesh (banner of the App Mesh user guide): from then on nobody can change a gateway's configuration. */
export const appMeshEnd = '2026-09-30T00:00:00Z';

/** Whether a gateway still takes configuration, and how that is known. */
export type Frozen =
  | { readonly state: 'observed'; readonly evidence: readonly [Evidence, ...Evidence[]] }
  | { readonly state: 'assumed' | 'no' | 'unknown' };

/** A gateway: its VirtualGateway object, the Envoys that serve it, or both. */
export interface Gateway {
  readonly ref: ObjectRef;
  readonly object: VirtualGateway | null;
  readonly envoys: readonly Envoy[];
  readonly frozen: Frozen;
}

/** Joins VirtualGateways and Envoys by the node id; an Envoy that is no App Mesh gateway stands for itself. */
export function joinGateways(
  objects: readonly VirtualGateway[],
  envoys: readonly { readonly envoy: Envoy; readonly view: EnvoyView }[],
  now: string,
): readonly Gateway[] {
  const claimed = new Set<Envoy>();
  const gateways: Gateway[] = objects.map((object) => {
    const mine = envoys.filter(({ envoy }) => serves(envoy, object));
    for (const { envoy } of mine) claimed.add(envoy);
    return makeGateway(object.ref, object, mine, now);
  });
  const groups = new Map<string, { readonly envoy: Envoy; readonly view: EnvoyView }[]>();
  for (const entry of envoys) {
    if (claimed.has(entry.envoy)) continue;
    const key = entry.envoy.nodeId || entry.envoy.label;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  for (const group of groups.values()) {
    const first = group[0];
    if (first) gateways.push(makeGateway(refOf(first.envoy), null, group, now));
  }
  return gateways;
}

function serves(envoy: Envoy, object: VirtualGateway): boolean {
  const { identity } = envoy;
  if (identity?.type !== 'virtualGateway' || identity.awsName !== object.awsName) return false;
  return object.meshName === null || object.meshName === identity.mesh;
}

function refOf(envoy: Envoy): ObjectRef {
  const { identity } = envoy;
  if (!identity) return envoy.ref;
  const split = splitDefaultName(identity.awsName, '_');
  return {
    apiVersion: 'appmesh.k8s.aws/v1beta2',
    kind: identity.type === 'virtualGateway' ? 'VirtualGateway' : 'VirtualNode',
    namespace: split?.namespace ?? null,
    name: split?.name ?? identity.awsName,
  };
}

function makeGateway(
  ref: ObjectRef,
  object: VirtualGateway | null,
  entries: readonly { readonly envoy: Envoy; readonly view: EnvoyView }[],
  now: string,
): Gateway {
  return { ref, object, envoys: entries.map(({ envoy }) => envoy), frozen: judgeFrozen(object, entries, now) };
}

/**
 * Frozen: an App Mesh node id and `control_plane.connected_state` 0 on every Envoy that told it; where no Envoy told it,
 * App Mesh objects and a time after the end, marked assumed. A control plane that is connected to any of them lives.
 */
function judgeFrozen(
  object: VirtualGateway | null,
  entries: readonly { readonly envoy: Envoy; readonly view: EnvoyView }[],
  now: string,
): Frozen {
  const evidence: Evidence[] = [];
  for (const { envoy, view } of entries) {
    if (!envoy.identity) return { state: 'no' };
    const connected = lastStat(view.stats, 'control_plane.connected_state');
    if (!connected) continue;
    if (connected.value > 0) return { state: 'no' };
    evidence.push(connected.evidence);
  }
  const [first, ...rest] = evidence;
  if (first) return { state: 'observed', evidence: [first, ...rest] };
  const appMesh = object !== null || entries.some(({ envoy }) => envoy.identity !== null);
  if (!appMesh) return { state: 'unknown' };
  return { state: Date.parse(now) >= Date.parse(appMeshEnd) ? 'assumed' : 'unknown' };
}
