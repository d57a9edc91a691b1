import { memoize } from '../../lib/memo.ts';
import { asList, asObject, isObject } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { MeshMember, VirtualNode } from './kinds.ts';

/**
 * What shows that TLS is spoken on the way to a VirtualNode: its own listener offers it, or a client's policy enforces it
 * (`enforce` is true unless written otherwise). Without its Envoy the application would have to speak it. Null where no
 * object that was read says so.
 */
export function tlsDemandOn(model: Model, node: VirtualNode): Evidence | null {
  for (const [index, listener] of asList(node.spec.listeners).entries()) {
    const { tls } = asObject(listener);
    if (isObject(tls) && tls.mode !== 'DISABLED') return node.at(`spec.listeners[${index}].tls.mode`, 'it offers TLS');
  }
  return clientDemands(model).find(({ client }) => client !== node)?.demand ?? null;
}

const clientDemands = memoize((model: Model) =>
  [...model.virtualGateways, ...model.virtualNodes].flatMap((client) => {
    const demand = demandOf(client);
    return demand ? [{ client, demand }] : [];
  }),
);

function demandOf(client: MeshMember): Evidence | null {
  const note = `${client.ref.kind} ${client.ref.name} enforces TLS towards its backends`;
  if (enforces(asObject(client.spec.backendDefaults).clientPolicy)) {
    return client.at('spec.backendDefaults.clientPolicy.tls', note);
  }
  const backends = asList(client.spec.backends).map((backend) => asObject(asObject(backend).virtualService));
  const index = backends.findIndex(({ clientPolicy }) => enforces(clientPolicy));
  return index < 0 ? null : client.at(`spec.backends[${index}].virtualService.clientPolicy.tls`, note);
}

function enforces(policy: unknown): boolean {
  const { tls } = asObject(policy);
  return isObject(tls) && tls.enforce !== false;
}
