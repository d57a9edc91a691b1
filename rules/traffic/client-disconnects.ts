import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { overLogs } from '../../src/diagnose/over-logs.ts';
import { impactOf, logEvidence, mostFirst, sinceOf } from '../../src/model/traffic.ts';

/** Clients leave all the time: below these nobody waited in vain. */
const leastLeft = 20;
const leastShare = 0.01;

export default defineRule({
  id: 'client-disconnects',
  title: 'Clients leave before they are answered',
  severity: 'info',
  needs: anyOf('logs'),
  docs: {
    what: 'A route whose clients left before the answer (DC, DR): at least 20, and at least 1 % of its requests. Web sockets and answers that had begun are left out.',
    why: 'People who wait too long leave, and a client with a time-out shorter than that of the route gives up first: the failure is in no count of 5xx.',
    fix: 'Compare how long they waited with the time-out of the client and with what the target takes.',
    seen: 'Status 0, response flag DC in the access log.',
  },
  subjects: (model) => model.gateways,
  *check(model) {
    yield* overLogs(model, function* (gateway, view) {
      for (const route of view.routes) {
        if (route.left < leastLeft || route.left / route.requests < leastShare) continue;
        const classes = mostFirst(
          view.classes.filter(
            ({ status, flag, routes }) =>
              status === 0 && /\b(?:DC|DR)\b/.test(flag) && routes.length === 1 && routes[0]?.label === route.label,
          ),
        );
        const [first] = classes;
        if (!first || classes.reduce((sum, { count }) => sum + count, 0) < leastLeft) continue;
        const waited = first.p50Ms === null ? '' : `, half of them within ${Math.round(first.p50Ms)} ms`;
        const usual = route.p50Ms === null ? '' : `; who waits is answered in ${Math.round(route.p50Ms)} ms (median)`;
        const { label, requests, left, p50Ms, place } = route;
        yield finding(gateway, {
          message: `${left} of ${requests} clients of ${label} left before the answer${waited}${usual}.`,
          effect: 'traffic',
          evidence: [logEvidence(place, { label, requests, left, p50Ms }, `${left} x DC on ${label}`)],
          cause:
            'The client ended the connection: its own time-out, a person who left, or a load balancer before the gateway.',
          fix: [
            {
              say: 'Look at the time-outs of the clients and the load balancer, and at what the target takes so long for.',
              restarts: 'nothing',
              works: 'now',
            },
          ],
          discriminator: label,
          affects: route.ref ? [route.ref] : [],
          impact: impactOf(view, left),
          ...sinceOf(view, classes),
        });
      }
    });
  },
});
