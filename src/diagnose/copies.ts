import { parseNodeId } from '../model/envoy/naming.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import type { RescueCopy } from '../snapshot/rescue-copy.ts';

/** The rescue copies of a gateway, usable or not. */
export function copiesOf(model: Model, gateway: Gateway): readonly RescueCopy[] {
  return (model.rescueCopies ?? []).filter((copy) => copy.envoys.some((envoy) => isOf(envoy.nodeId, gateway)));
}

/** The youngest of them that can be used. */
export function newestGood(copies: readonly RescueCopy[]): RescueCopy | null {
  const good = copies.filter(({ fault, takenAt }) => fault === null && takenAt !== null);
  return [...good].sort((left, right) => copyTime(right) - copyTime(left))[0] ?? null;
}

/** Milliseconds since 1970 of the moment a copy was taken; 0 where it does not say. */
export function copyTime({ takenAt }: RescueCopy): number {
  return Date.parse(takenAt ?? '') || 0;
}

/** A copy is a gateway's when an Envoy in it served the same App Mesh resource. */
function isOf(nodeId: string, { object, envoys }: Gateway): boolean {
  const copied = parseNodeId(nodeId);
  if (!copied) return false;
  const same = (awsName: string, mesh: string | null): boolean =>
    copied.awsName === awsName && (mesh === null || copied.mesh === mesh);
  if (envoys.some(({ identity }) => identity?.type === copied.type && same(identity.awsName, identity.mesh)))
    return true;
  return copied.type === 'virtualGateway' && object !== null && same(object.awsName, object.meshName);
}
