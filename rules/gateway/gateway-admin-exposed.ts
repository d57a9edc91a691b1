import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { type Entry, entriesOf } from '../../src/model/platform/entry.ts';
import { firstUnlisted, firstUnread } from '../../src/model/unread.ts';

export default defineRule({
  id: 'gateway-admin-exposed',
  title: 'The admin endpoint of the gateway can be reached from outside its pod',
  severity: 'warning',
  needs: anyOf('platform.services', 'envoy.bootstrap'),
  also: ['platform.pods', 'platform.workloads', 'platform.ingresses'],
  docs: {
    what: "A load balancer, node port or Ingress that leads to the port of Envoy's admin endpoint; or an Envoy that App Mesh did not configure whose admin endpoint listens beyond loopback.",
    why: 'Whoever reaches it reads the whole configuration and can end the process: `POST /quitquitquit`. A frozen gateway that ends comes back empty.',
    fix: 'Take the port off the Service or Ingress. It works at once and restarts nothing. Read the admin endpoint through a port-forward.',
    seen: '`/config_dump` answers on the address of the load balancer.',
  },
  subjects: (model) => model.gateways,
  *check(model) {
    for (const gateway of model.gateways) {
      const gap =
        firstUnread(gateway.envoys, ['envoy.bootstrap']) ??
        firstUnlisted(model, ['Service', 'Ingress'], gateway.ref.namespace);
      if (gap) yield notEvaluated(gateway, gap);
      for (const entry of publishing(model, gateway)) yield published(gateway, entry);
      yield* beyondLoopback(gateway);
    }
  },
});

/** The ports admin endpoints listen on; App Mesh's image: 9901 unless ENVOY_ADMIN_ACCESS_PORT says another. */
function adminPorts({ envoys }: Gateway): ReadonlySet<number> {
  const told = envoys.flatMap(({ bootstrap }) => {
    const admin = bootstrap.state === 'listed' ? bootstrap.value.admin : null;
    return admin && admin.port > 0 ? [admin.port] : [];
  });
  return new Set(told.length > 0 ? told : [9901]);
}

/** What leads from outside the cluster to an admin port that is no listener of the gateway; one entry a Service's port. */
function publishing(model: Model, gateway: Gateway): readonly Entry[] {
  const admin = adminPorts(gateway);
  const listens = new Set((gateway.object?.listeners ?? []).map(({ port }) => port));
  const outside = entriesOf(model)(gateway).filter(
    ({ target, through }) =>
      through.kind !== 'service' && typeof target === 'number' && admin.has(target) && !listens.has(target),
  );
  const first = new Map(outside.toReversed().map((entry) => [`${entry.service.ref.name} ${entry.servicePort}`, entry]));
  return [...first.values()];
}

function published(gateway: Gateway, { service, through, port, target, servicePort }: Entry) {
  const ways = {
    'load-balancer': 'the load balancer',
    'node-port': 'every node',
    ingress: 'an Ingress',
    service: 'it',
  };
  const { ref } = service;
  return finding(gateway, {
    message: `Port ${port} of ${ways[through.kind]} leads to the admin endpoint of gateway ${gateway.ref.name}, through Service ${ref.name}.`,
    effect: 'traffic',
    evidence: [
      service.at('spec.ports'),
      service.at('spec.type'),
      ...(through.kind === 'ingress' ? [through.ingress.at(through.rule.at)] : []),
    ],
    cause: `Service ${ref.name} publishes port ${target} of the pods, where Envoy's admin endpoint listens without any authentication.`,
    fix: [
      {
        say: `Take port ${servicePort} off Service ${ref.name}; what scrapes it needs a Service of type ClusterIP of its own.`,
        restarts: 'nothing',
        works: 'now',
      },
    ],
    discriminator: `${ref.name} ${servicePort}`,
    affects: [ref],
  });
}

/** App Mesh's own image binds any address, which nobody can change on a running gateway: a standing fact. */
function* beyondLoopback(gateway: Gateway) {
  for (const { bootstrap, identity, label } of gateway.envoys) {
    if (bootstrap.state !== 'listed') continue;
    const { admin, place } = bootstrap.value;
    if (!admin || admin.port === 0 || /^(127\.|::1$|localhost$)/.test(admin.host)) continue;
    const ofAppMesh = identity !== null;
    yield finding(gateway, {
      message: ofAppMesh
        ? `The admin endpoint of gateway ${gateway.ref.name} listens on ${admin.host}:${admin.port}: other pods reach it.`
        : `The admin endpoint of ${label} listens on ${admin.host}:${admin.port}, beyond its own pod.`,
      effect: ofAppMesh ? 'standing' : 'traffic',
      evidence: [envoyEvidence('config_dump', place, { admin })],
      cause: ofAppMesh
        ? 'The image of App Mesh binds it so.'
        : 'Its bootstrap binds the admin endpoint to an address that other pods reach.',
      fix: [
        ofAppMesh
          ? {
              say: 'Keep others away from that port with a NetworkPolicy that allows the ports of the listeners, and whoever reads metrics or runs meshdoctor.',
              restarts: 'nothing',
              works: 'now',
            }
          : {
              say: 'Bind it to 127.0.0.1 in the bootstrap when its pods are next rolled out; until then a NetworkPolicy can keep others away from it.',
              restarts: 'gateway',
              works: 'now',
            },
      ],
      discriminator: String(admin.port),
    });
  }
}
