import { patched } from '../../src/diagnose/threats/threat.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { entriesOf, servicesOfGateway } from '../../src/model/platform/entry.ts';
import { type GatewayPort, gatewayPorts, virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import type { Service, ServicePort } from '../../src/model/platform/kinds.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import { firstUnlisted, firstUnread, runnerKinds } from '../../src/model/unread.ts';

export default defineRule({
  id: 'gateway-port-not-exposed',
  title: 'No Service leads to a listener of the gateway',
  severity: 'error',
  needs: anyOf('platform.services'),
  also: ['platform.pods', 'platform.workloads', 'platform.ingresses', 'envoy.listeners'],
  explains: ['requests-failing', 'load-balancer-targets-unhealthy'],
  docs: {
    what: 'A gateway whose Services all lead to ports it does not listen on; or one listener that no Service leads to.',
    why: 'A connection to the Service ends at a port where nothing listens.',
    fix: 'Set targetPort of the Service to the port of the listener. It works at once and restarts nothing.',
    seen: 'Connection refused, or a load balancer whose targets are unhealthy.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      const [first, ...more] = servicesOfGateway(model, gateway).filter(({ type }) => type !== 'ExternalName');
      const ports = gatewayPorts(gateway);
      const { namespace } = gateway.ref;
      const unseen = firstUnread(gateway.envoys, ['envoy.listeners']) ?? firstUnlisted(model, ['Service'], namespace);
      if (unseen) yield notEvaluated(gateway, unseen);
      if (!first || ports.length === 0) continue;
      const services = [first, ...more] as const;
      const headless = services.some((service) => service.headless);
      const targets = new Set(entriesOf(model)(gateway).map(({ target }) => target));
      const unknown = !knowsContainers(model, gateway) && [...targets].some((target) => typeof target === 'string');
      const runners = unknown ? firstUnlisted(model, runnerKinds, namespace) : null;
      if (runners) yield notEvaluated(gateway, runners);
      const missed = headless || unknown ? [] : ports.filter(({ port }) => !targets.has(port));
      if (missed.length === 0) continue;
      const seen = model.completeness('Service', gateway.ref.namespace ?? '*');
      const named = knowsContainers(model, gateway) ? unresolved(services, targets) : [];
      const none = missed.length === ports.length && services.some((service) => service.ports.some(isForClients));
      if (!seen.complete && !none) continue;
      for (const port of missed) yield describe(gateway, services, port, none, named);
    }
  },
});

/** A named target port is a port of a container: without containers nobody knows which. */
function knowsContainers(model: Model, gateway: Gateway): boolean {
  const { pods, workloads } = runnersOfGateway(model, gateway);
  return pods.length + workloads.length > 0;
}

/** Names of target ports that no container has. */
function unresolved(services: readonly Service[], targets: ReadonlySet<number | string>): readonly string[] {
  const names = services.flatMap(({ ports }) => ports.flatMap(({ targetPort }) => targetPort));
  return [...new Set(names)].filter((name) => typeof name === 'string' && targets.has(name)).map(String);
}

/** Ports for metrics and for Envoy's admin endpoint lead elsewhere on purpose. */
function isForClients({ name, targetPort }: ServicePort): boolean {
  return targetPort !== 9901 && !/metric|admin|stat|prom|envoy/i.test(`${name} ${targetPort}`);
}

function describe(
  gateway: Gateway,
  services: readonly [Service, ...Service[]],
  { port, evidence }: GatewayPort,
  none: boolean,
  named: readonly string[],
) {
  const { name } = gateway.ref;
  const candidates = services.flatMap((service) => service.ports.filter(isForClients).map((at) => ({ service, at })));
  const only = none && candidates.length === 1 ? candidates[0] : undefined;
  const says = services.flatMap((service) =>
    service.ports.map((at) => `${service.ref.name} leads port ${at.port} to ${at.targetPort}`),
  );
  const patch = only && [
    { op: 'add', path: `/${only.at.path.replace(/[.[]/g, '/').replace(/]/g, '')}/targetPort`, value: port },
  ];
  return finding(gateway, {
    message: `Gateway ${name} listens on port ${port}, and no Service leads there: ${says.join('; ') || `Service ${services[0].ref.name} has no port`}.`,
    effect: 'traffic',
    ...(none ? {} : { severity: 'warning' as const }),
    evidence: [services[0].at('spec.ports'), ...(evidence ? [evidence] : [])],
    cause:
      named.length > 0
        ? `No container of the gateway has a port named ${named.join(' or ')}.`
        : none
          ? 'What is sent to the Service ends at a port where the gateway does not listen.'
          : 'This listener can be reached at the address of a pod only.',
    fix: [
      {
        say: only
          ? `Set targetPort of port ${only.at.port} of Service ${only.service.ref.name} to ${port}.`
          : `Give a Service of the gateway a port with targetPort ${port}, or take the listener away if nobody needs it.`,
        ...(only && patch
          ? {
              ...patched(only.service.ref, 'service', { type: 'json', patch }),
            }
          : {}),
        restarts: 'nothing',
        works: 'now',
      },
    ],
    discriminator: String(port),
    affects: services.map(({ ref }) => ref),
  });
}
