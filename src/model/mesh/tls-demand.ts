import { memoize } from '../../lib/memo.ts';
import { asList, asObject, asText, isObject } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { MeshMember, VirtualGateway, VirtualNode } from './kinds.ts';

/**
 * What shows that TLS is spoken on the way to a VirtualNode: its own listener offers it, or a client's policy enforces it
 * (`enforce` is true unless written otherwise) on one of its ports. Without its Envoy the application would have to speak
 * it. Null where no object that was read says so.
 */
export function tlsDemandOn(model: Model, node: VirtualNode): Evidence | null {
  for (const [index, listener] of asList(node.spec.listeners).entries()) {
    const { tls } = asObject(listener);
    if (isObject(tls) && tls.mode !== 'DISABLED') return node.at(`spec.listeners[${index}].tls.mode`, 'it offers TLS');
  }
  const found = clientDemands(model).find(
    ({ client, ports }) =>
      client !== node && (ports.length === 0 || node.listeners.some(({ port }) => ports.includes(port))),
  );
  return found?.demand ?? null;
}

/** A client policy that is enforced: on these ports, or on all where none is written. */
interface Demand {
  readonly demand: Evidence;
  readonly ports: readonly unknown[];
}

const clientDemands = memoize((model: Model) =>
  [...model.virtualGateways, ...model.virtualNodes].flatMap((client) =>
    demandsOf(client).map((one) => ({ client, ...one })),
  ),
);

function demandsOf(client: MeshMember): readonly Demand[] {
  const note = `${client.ref.kind} ${client.ref.name} enforces TLS towards its backends`;
  const policies = [
    { policy: asObject(client.spec.backendDefaults).clientPolicy, path: 'spec.backendDefaults.clientPolicy.tls' },
    ...asList(client.spec.backends).map((backend, index) => ({
      policy: asObject(asObject(backend).virtualService).clientPolicy,
      path: `spec.backends[${index}].virtualService.clientPolicy.tls`,
    })),
  ];
  return policies.flatMap(({ policy, path }) =>
    enforces(policy) ? [{ demand: client.at(path, note), ports: portsOf(policy) }] : [],
  );
}

function portsOf(policy: unknown): readonly unknown[] {
  return asList(asObject(asObject(policy).tls).ports);
}

function enforces(policy: unknown): boolean {
  const { tls } = asObject(policy);
  return isObject(tls) && tls.enforce !== false;
}

/** What a gateway's default client policy enforces towards a port of its backends; null: nothing. */
export function enforcedOn(gateway: VirtualGateway, port: number): Evidence | null {
  const { clientPolicy } = asObject(gateway.spec.backendDefaults);
  const ports = portsOf(clientPolicy);
  if (!enforces(clientPolicy) || (ports.length > 0 && !ports.includes(port))) return null;
  return gateway.at('spec.backendDefaults.clientPolicy.tls', 'it enforces TLS towards its backends');
}

/** `tls.mode` of a VirtualNode's listener; DISABLED where it says nothing of TLS. */
export function tlsModeOf(node: VirtualNode, index: number): string {
  const { tls } = asObject(asList(node.spec.listeners)[index]);
  return isObject(tls) ? (asText(tls.mode) ?? '') : 'DISABLED';
}

/**
 * Whether a gateway begins connections to a listener of a VirtualNode with TLS: its client policy enforces it on that port, or
 * the listener offers it (App Mesh user guide, tls: where no policy matches, the server decides).
 */
export function beginsTls(gateway: VirtualGateway, node: VirtualNode, index: number): boolean {
  const port = node.listeners[index]?.port ?? null;
  return tlsModeOf(node, index) !== 'DISABLED' || (port !== null && enforcedOn(gateway, port) !== null);
}
