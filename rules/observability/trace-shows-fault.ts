import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import {
  type GatewayTrace,
  type Located,
  locate,
  ownSegment,
  traceEvidence,
  tracesOf,
} from '../../src/model/traces.ts';
import { classEvidence, trafficOf } from '../../src/model/traffic.ts';

/** X-Ray keeps one request in twenty: a few traces stand for many requests. */
const leastTraces = 3;

export default defineRule({
  id: 'trace-shows-fault',
  title: 'Traces show where on the way requests fail',
  severity: 'error',
  needs: anyOf('traces'),
  also: ['logs'],
  docs: {
    what: 'At least 3 traces through a gateway that are marked as a fault (5xx) or throttled (429), by the segment furthest behind the gateway that says so: the gateway itself, the Envoy before a service, or the service.',
    why: 'It tells whom to wake: what failed first, not who passed it on.',
    fix: 'Look at the log of the segment that is named, by the trace id.',
    seen: 'Red and violet edges in the service map of X-Ray.',
  },
  subjects: (model) => model.gateways,
  *check(model) {
    for (const gateway of model.gateways) {
      const isOwn = ownSegment(gateway);
      const located = tracesOf(model, gateway).flatMap((one) => {
        const at = locate(one, isOwn);
        return at ? [{ ...one, at }] : [];
      });
      const logs = trafficOf(model, gateway);
      for (const [key, group] of groupBy(located, ({ at }) => `${at.segment.name} ${at.segment.throttle}`)) {
        const [first, ...rest] = group;
        if (!first || group.length < leastTraces) continue;
        const ids = new Set(group.map(({ trace }) => trace.id));
        const view = logs.state === 'not-read' ? null : logs.value;
        const logged = view?.classes.filter(({ traceIds }) => traceIds.some((id) => ids.has(id))).slice(0, 3) ?? [];
        yield finding(gateway, {
          message: `${group.length} traces through gateway ${gateway.ref.name} ${first.at.segment.throttle ? 'are throttled' : 'fail'} at ${whereText(first.at)}.`,
          effect: 'traffic',
          evidence: [
            evidenceOf(first),
            ...rest.slice(0, 4).map(evidenceOf),
            ...(view ? logged.map((one) => classEvidence(view, one)) : []),
          ],
          cause: causeText(first.at),
          fix: [
            {
              say: `Look at the log of ${first.at.segment.name} for these trace ids.`,
              restarts: 'nothing',
              works: 'now',
            },
          ],
          discriminator: key,
          since: new Date(Math.min(...group.map(({ own }) => own.start)) * 1000).toISOString(),
        });
      }
    }
  },
});

function evidenceOf(one: GatewayTrace & { readonly at: Located }) {
  return traceEvidence(
    one,
    `trace ${one.trace.id}: ${one.at.segment.name} answers ${one.at.segment.status ?? 'nothing'}`,
  );
}

function whereText({ segment, where }: Located): string {
  if (where === 'gateway') return 'the gateway itself, or right behind it';
  return where === 'proxy' ? `the Envoy of ${segment.name}, or right behind it` : `the service ${segment.name}`;
}

function causeText({ segment, where }: Located): string {
  const status = segment.status === null ? '' : ` (${segment.status})`;
  if (where === 'service') return `Every segment before it only passes on what ${segment.name} answers${status}.`;
  return `No segment behind it is marked${status}: its target was not reached, answered so without being traced, or keeps no traces.`;
}
