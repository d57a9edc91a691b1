import { asList, asObject } from '../../src/lib/json.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { servicesOfGateway } from '../../src/model/platform/entry.ts';
import { virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import { firstUnlisted } from '../../src/model/unread.ts';

/** A load balancer takes a few minutes to be made; so long it is no fault. */
const patience = 10 * 60_000;

export default defineRule({
  id: 'gateway-load-balancer-pending',
  title: 'The load balancer of the gateway has no address',
  severity: 'error',
  needs: anyOf('platform.services'),
  also: ['platform.pods', 'platform.workloads', 'platform.events'],
  explains: ['requests-failing'],
  docs: {
    what: 'A Service of type LoadBalancer that leads to a gateway and has no address ten minutes after it was made, or events that say why it gets none.',
    why: 'Without an address nobody outside the cluster can reach the gateway.',
    fix: 'Read the events of the Service: the controller says there what it could not do. It tries again by itself once the cause is gone; the gateway is not touched.',
    seen: '`kubectl get service` shows `<pending>` under EXTERNAL-IP; DNS names that point at it do not resolve.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      for (const service of servicesOfGateway(model, gateway)) {
        const { ref, status, type, createdAt } = service;
        if (type !== 'LoadBalancer' || service.deletedAt !== null) continue;
        if (!service.exported) {
          yield notEvaluated(gateway, {
            missing: `the status of Service ${ref.namespace}/${ref.name}`,
            reason: 'the file was written by hand: only the cluster knows whether it got an address',
            remedy: `give what runs: kubectl -n ${ref.namespace} get service ${ref.name} -o yaml`,
          });
          continue;
        }
        if (asList(asObject(status.loadBalancer).ingress).length > 0) continue;
        const said = model.platform.events.filter(
          ({ about, body }) =>
            about.kind === 'Service' &&
            about.name === ref.name &&
            about.namespace === ref.namespace &&
            body.type !== 'Normal',
        );
        const last = said.toSorted((a, b) => (a.lastSeen ?? '').localeCompare(b.lastSeen ?? '')).at(-1);
        const young = createdAt !== null && Date.parse(model.now) - Date.parse(createdAt) < patience;
        if (young && !last) {
          const gap = firstUnlisted(model, ['Event'], ref.namespace);
          if (gap) yield notEvaluated(gateway, gap);
          continue;
        }
        yield finding(gateway, {
          message: `Service ${ref.name} of gateway ${gateway.ref.name} is of type LoadBalancer and has no address${last ? `: ${last.reason}` : ''}.`,
          effect: 'traffic',
          evidence: [
            service.at('status.loadBalancer', 'it holds no address'),
            service.at('spec.type'),
            ...(last ? [last.at(typeof last.body.message === 'string' ? 'message' : 'note')] : []),
          ],
          cause: last
            ? `The controller of load balancers said: ${last.message}`
            : 'No controller made it a load balancer: none runs, none takes this class, or it failed and its events are gone.',
          fix: [
            {
              say: `Read why with kubectl -n ${ref.namespace} describe service ${ref.name}${last ? ', and remove that cause: the controller tries again by itself' : ': the events of the Service, then the log of the controller that makes load balancers'}.`,
              restarts: 'nothing',
              works: 'now',
            },
          ],
          discriminator: ref.name,
          affects: [ref],
          ...(createdAt === null ? {} : { since: createdAt }),
        });
      }
    }
  },
});
