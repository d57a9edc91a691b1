import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { lookUp } from '../../src/model/inventory.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { servicesOfGateway } from '../../src/model/platform/entry.ts';
import { virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import type { Ingress, IngressRule } from '../../src/model/platform/ingress.ts';

export default defineRule({
  id: 'gateway-ingress-broken',
  title: 'An Ingress leads to the gateway by a name or port that is not there',
  severity: 'error',
  needs: anyOf('platform.ingresses'),
  also: ['platform.services', 'platform.pods', 'platform.workloads'],
  explains: ['requests-failing'],
  docs: {
    what: 'An Ingress that points at a gateway and names a Service that does not exist, or a port that the Service of the gateway does not have.',
    why: 'The controller of the Ingress has no backend for that path and answers by itself; the gateway never sees the request.',
    fix: 'Correct the name or the port in the Ingress. It works at once and restarts nothing.',
    seen: 'Status 503 or 404 from the Ingress or load balancer, and no line in the access log of the gateway.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      for (const ingress of model.ingresses) {
        if (ingress.ref.namespace !== gateway.ref.namespace) continue;
        for (const rule of ingress.rules) {
          // An action of the AWS load balancer controller is no Service (its guide, annotation `actions.NAME`).
          if (rule.port === 'use-annotation') continue;
          yield* judge(model, gateway, ingress, rule);
        }
      }
    }
  },
});

function* judge(model: Model, gateway: Gateway, ingress: Ingress, rule: IngressRule) {
  const services = servicesOfGateway(model, gateway);
  const found = lookUp(model, 'Service', model.services, ingress.ref.namespace, rule.service);
  const mine = found.state === 'present' && services.includes(found.value);
  if (found.state === 'present' && (!mine || found.value.ports.some(isPort(rule)))) return;
  if (found.state !== 'present' && !isAbout(gateway, ingress, rule, new Set(services.map(({ ref }) => ref.name))))
    return;
  if (found.state === 'unknown') {
    yield notEvaluated(gateway, found.gap);
    return;
  }
  const service = found.state === 'present' ? found.value : null;
  const [near] = services;
  const where = `${rule.host ?? 'any host'}${rule.path}`;
  const has = (service ?? near)?.ports.map(({ port, name }) => (name === '' ? port : `${port} (${name})`)).join(', ');
  yield finding(gateway, {
    message: `Ingress ${ingress.ref.name} sends ${where} to ${
      service
        ? `port ${rule.port} of Service ${rule.service}, which has no such port`
        : `Service ${rule.service}, which does not exist`
    }.`,
    effect: 'traffic',
    evidence: [
      ingress.at(rule.at),
      ...(service ? [service.at('spec.ports')] : found.state === 'absent' ? found.proof : []),
    ],
    cause: service
      ? `Service ${rule.service} has the ports ${has || 'none'}.`
      : 'The controller of the Ingress finds no Service of that name in the namespace of the Ingress.',
    fix: [
      {
        say: service
          ? `Name a port of Service ${rule.service} in ${rule.at} of the Ingress: ${has || 'it has none yet'}.`
          : near
            ? `Name the Service of the gateway in ${rule.at} of the Ingress: ${near.ref.name}, port ${has}.`
            : `Make Service ${rule.service} with the labels of the gateway's pods as its selector.`,
        restarts: 'nothing',
        works: 'now',
      },
    ],
    discriminator: `${ingress.ref.name} ${rule.at}`,
    affects: [ingress.ref],
  });
}

function isPort({ port }: IngressRule) {
  return (one: { readonly port: number; readonly name: string }): boolean => one.port === port || one.name === port;
}

/** A missing Service was the gateway's where it bears its name, or where the same Ingress leads to the gateway elsewhere. */
function isAbout(gateway: Gateway, ingress: Ingress, rule: IngressRule, services: ReadonlySet<string>): boolean {
  const { name } = gateway.ref;
  if (rule.service === name || rule.service.startsWith(`${name}-`) || name.startsWith(`${rule.service}-`)) return true;
  return ingress.rules.length > 1 && ingress.rules.every((one) => one === rule || services.has(one.service));
}
