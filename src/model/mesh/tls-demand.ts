import { memoize } from '../../lib/memo.ts';
import { asList, asObject, asText, isObject } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { MeshMember, VirtualGateway, VirtualNode } from './kinds.ts';

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

/** What a gateway's default client policy enforces towards a port of its backends; null: nothing. */
export function enforcedOn(gateway: VirtualGateway, port: number): Evidence | null {
  const { clientPolicy } = asObject(gateway.spec.backendDefaults);
  const ports = asList(asObject(asObject(clientPolicy).tls).ports);
  if (!enforces(clientPolicy) || (ports.length > 0 && !ports.includes(port))) return null;
  return gateway.at('spec.backendDefaults.clientPolicy.tls', 'it enforces TLS towards its backends');
}

/** `tls.mode` of a VirtualNode's listener; DISABLED where it says nothing of TLS. */
export function tlsModeOf(node: VirtualNode, index: number): string {
  const { tls } = asObject(asList(node.spec.listeners)[index]);
  return isObject(tls) ? (asText(tls.mode) ?? '') : 'DISABLED';
}
