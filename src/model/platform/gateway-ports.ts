import { isIngressListener } from '../envoy/naming.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import type { Evidence } from '../../snapshot/evidence.ts';

/** The gateways that Kubernetes runs: those with a VirtualGateway that selects pods. */
export function virtualGateways(model: Model): readonly Gateway[] {
  return model.gateways.filter(({ object }) => object !== null && object.podSelector !== null);
}

/** A port a gateway listens on. */
export interface GatewayPort {
  readonly port: number;
  /** Where the VirtualGateway defines it; null where only Envoy has it. */
  readonly evidence: Evidence | null;
}

/** The ports a gateway listens on: what its Envoys have open where that was read, else what its VirtualGateway defines. */
export function gatewayPorts({ object, envoys }: Gateway): readonly GatewayPort[] {
  const defined = (object?.listeners ?? []).flatMap(({ port, path }): readonly GatewayPort[] =>
    port === null ? [] : [{ port, evidence: object?.at(path) ?? null }],
  );
  const read = envoys.filter(({ listeners }) => listeners.state === 'listed');
  if (read.length === 0) return defined;
  const open = read.flatMap(({ listeners }) =>
    listeners.state === 'not-read'
      ? []
      : listeners.value.flatMap(({ name, address: { port } }) =>
          port !== null && isIngressListener(name, port) ? [port] : [],
        ),
  );
  const isOpen = new Set(open);
  const known = new Set(defined.map(({ port }) => port));
  return [
    ...defined.filter(({ port }) => isOpen.has(port)),
    ...[...isOpen].filter((port) => !known.has(port)).map((port) => ({ port, evidence: null })),
  ];
}
