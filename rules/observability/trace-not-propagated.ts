import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { ownSegment, traceEvidence, tracesOf } from '../../src/model/traces.ts';

const leastTraces = 10;
const mostWithChild = 0.1;

export default defineRule({
  id: 'trace-not-propagated',
  title: 'Traces end at the gateway',
  severity: 'warning',
  needs: anyOf('traces'),
  docs: {
    what: 'At least 10 traces in which a gateway has a segment and was answered, of which fewer than one in ten has a segment of anything behind it.',
    why: 'A trace that ends at the gateway cannot tell where behind it time is lost.',
    fix: 'Let the targets keep traces, and pass the header X-Amzn-Trace-Id on with every request they make.',
    seen: 'The gateway stands alone in the service map of X-Ray.',
  },
  subjects: (model) => model.gateways,
  *check(model) {
    for (const gateway of model.gateways) {
      const isOwn = ownSegment(gateway);
      // A request that failed at the gateway need not have anything behind it.
      const all = tracesOf(model, gateway).filter(({ own }) => !own.fault && !own.error && own.status !== null);
      const alone = all.filter(({ trace }) => trace.segments.every(isOwn));
      const [first, ...rest] = alone;
      if (!first || all.length < leastTraces || (all.length - alone.length) / all.length >= mostWithChild) continue;
      yield finding(gateway, {
        message: `${alone.length} of ${all.length} traces through gateway ${gateway.ref.name} hold no segment of anything behind it.`,
        effect: 'latent',
        evidence: [
          traceEvidence(first, `trace ${first.trace.id} ends at the gateway`),
          ...rest.slice(0, 2).map((one) => traceEvidence(one, `trace ${one.trace.id} ends at the gateway`)),
        ],
        cause: 'The targets keep no traces, or X-Amzn-Trace-Id is dropped on its way to them.',
        fix: [
          {
            say: 'Switch tracing on at the targets, and look whether a proxy between takes the header away.',
            restarts: 'target',
            works: 'now',
          },
        ],
      });
    }
  },
});
