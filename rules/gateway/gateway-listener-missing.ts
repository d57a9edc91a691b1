import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { envoyEvidence, type Envoy } from '../../src/model/envoy/envoy.ts';
import { isIngressListener } from '../../src/model/envoy/naming.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { sectionProof } from '../../src/model/inventory.ts';
import type { Listener, VirtualGateway } from '../../src/model/mesh/kinds.ts';
import type { Model } from '../../src/model/model.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import { firstUnread } from '../../src/model/unread.ts';

export default defineRule({
  id: 'gateway-listener-missing',
  title: 'A listener of the gateway is not open in Envoy',
  severity: 'error',
  needs: anyOf(allOf('mesh.virtualGateways', 'envoy.listenerConfig'), allOf('mesh.virtualGateways', 'envoy.listeners')),
  explains: ['requests-failing', 'gateway-no-ready-pod', 'config-drift'],
  docs: {
    what: 'A listener that the VirtualGateway defines and an Envoy of that gateway does not have, or has and could not bind.',
    why: 'Connections to that port are refused.',
    fix: 'Look at what Envoy refused; a port up to 1024 needs the capability NET_BIND_SERVICE or a higher port; a port can be bound once only.',
    seen: 'Connection refused. `cannot bind … Permission denied` or `Address already in use` in `error_state` and in the log.',
  },
  subjects: joined,
  *check(model) {
    for (const gateway of joined(model)) {
      if (!gateway.object) continue;
      const gap = firstUnread(gateway.envoys, ['envoy.listeners']);
      if (gap) yield notEvaluated(gateway, gap);
      for (const listener of gateway.object.listeners) {
        const { port } = listener;
        if (port === null) continue;
        const proofs = gateway.envoys.flatMap((envoy) => missing(model, envoy, port) ?? []);
        const [first, ...rest] = proofs;
        if (first) yield describe(model, gateway, gateway.object, listener, port, [first, ...rest]);
      }
    }
  },
});

function joined(model: Model): readonly Gateway[] {
  const known = new Set(model.virtualGateways);
  return model.gateways.filter(({ object, envoys }) => object && known.size > 0 && envoys.length > 0);
}

/** What shows that an Envoy does not listen on a port; null where it does, or where that cannot be told. */
function missing(model: Model, envoy: Envoy, port: number): readonly Evidence[] | null {
  const { listenerConfig, listeners } = envoy;
  const configured = listenerConfig.state === 'not-read' ? [] : listenerConfig.value;
  const mine = configured.filter(({ name, address }) => isIngressListener(name, port) || address?.port === port);
  const refused = mine.flatMap((listener) => (listener.refused ? [listener.refused] : []));
  const refusals = refused.map(({ place, details }) => envoyEvidence('config_dump', place, { details }));
  if (listeners.state === 'listed') {
    const open = listeners.value.some(({ name, address }) => address.port === port || isIngressListener(name, port));
    if (open) return null;
    const proof = sectionProof(
      model.snapshot,
      envoy.key,
      'listeners',
      `/listeners of ${envoy.label} has none on port ${port}`,
    );
    return proof ? [...refusals, proof] : null;
  }
  if (listenerConfig.state !== 'listed' || mine.some(({ state }) => state !== 'none')) return null;
  const proof = sectionProof(model.snapshot, envoy.key, 'listener_config', `the config dump has none on port ${port}`);
  return proof ? [...refusals, proof] : null;
}

function describe(
  model: Model,
  gateway: Gateway,
  object: VirtualGateway,
  listener: Listener,
  port: number,
  proofs: readonly [Evidence, ...Evidence[]],
) {
  const details = JSON.stringify(proofs.map(({ value }) => value));
  const bind = /cannot bind|Address already in use|Permission denied/i.test(details);
  const say = bind
    ? port <= 1024
      ? `Use a port above 1024 in ${listener.path}, or give the container the capability NET_BIND_SERVICE: Envoy may not bind port ${port}.`
      : `Free port ${port}, or use another one in ${listener.path}: Envoy could not bind it.`
    : `Compare ${listener.path} with what Envoy runs, and look at the updates it refused.`;
  return finding(gateway, {
    message: `Gateway ${gateway.ref.name} should listen on port ${port}, and its Envoy does not.`,
    effect: 'traffic',
    evidence: [object.at(listener.path), ...proofs],
    cause: bind
      ? 'Envoy could not bind the port.'
      : 'The VirtualGateway defines this listener, and Envoy has no open socket for it.',
    fix: [{ say, restarts: 'nothing', works: whenObjectsApply(model, [gateway]) }],
    discriminator: String(port),
  });
}
