import { anyOf, defineRule, finding, notEvaluated, type Outcome, type Subject } from '../../src/diagnose/rule.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { classEvidence, countOf, impactOf, sinceOf, trafficOf } from '../../src/model/traffic.ts';
import { beginningOf, objectWithoutRoute, requestsWithoutRoute } from '../../src/model/without-route.ts';
import type { SeenClass, TrafficView } from '../../src/snapshot/access-log/traffic-view.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'requests-without-route',
  title: 'No route takes requests that arrive',
  severity: 'error',
  needs: anyOf('logs'),
  docs: {
    what: 'Requests that the gateway answers with 404 because no route takes them (NR), by the beginning of their path: at least 20 where requests of the same kind were served in the time of the log, else at least 50 that are 1 % of their virtual host. Scanners and fewer requests are one information a gateway; health checks have a rule of their own (`gateway-health-check-404`).',
    why: 'To their senders the application is gone, and the application never hears of it.',
    fix: 'Look at the clause of the nearest route that refused. Where an object asks for the requests and the gateway does not run it, that object is the matter.',
    seen: 'Status 404 (gRPC: 200 with grpc-status 12), response flag NR. On the line of the inner listener it is the VirtualService that has no route for them.',
  },
  *subjects(model) {
    yield* model.gateways;
    for (const view of model.traffic ?? []) {
      for (const ref of new Set(view.classes.flatMap((one) => objectWithoutRoute(one) ?? []))) yield { ref };
    }
  },
  *check(model) {
    for (const gateway of model.gateways) {
      const logs = trafficOf(model, gateway);
      if (logs.state === 'not-read') {
        yield notEvaluated(gateway, logs.gap);
        continue;
      }
      yield* ofGateway(gateway, logs.value);
    }
  },
});

function* ofGateway(gateway: Gateway, view: TrafficView): Iterable<Outcome> {
  const { kinds, quiet } = requestsWithoutRoute(view);
  for (const [key, group] of kinds) yield describe(gateway, view, key, group);
  const [first, ...rest] = quiet;
  if (!first) return;
  const of = (sender: SeenClass['sender']): number => countOf(quiet.filter((one) => one.sender === sender));
  const parts = [`${of('scanner')} of scanners`, `${of(null)} others`];
  yield finding(gateway, {
    message: `${countOf(quiet)} more requests have no route at gateway ${gateway.ref.name}, none of a kind that matters by its number: ${parts.filter((part) => !part.startsWith('0 ')).join(', ')}.`,
    effect: 'traffic',
    severity: 'info',
    evidence: [classEvidence(view, first), ...rest.slice(0, 4).map((one) => classEvidence(view, one))],
    cause: 'Scanners ask everybody for paths that nobody has.',
    fix: [{ say: 'Nothing.', restarts: 'nothing', works: 'now' }],
    discriminator: 'quiet',
    impact: impactOf(view, countOf(quiet)),
  });
}

function describe(gateway: Gateway, view: TrafficView, key: string, group: readonly SeenClass[]): Outcome {
  const [first, ...rest] = group;
  if (!first) throw new Error('a group without a class');
  const count = countOf(group);
  const served = group.reduce((sum, one) => sum + one.served, 0);
  const object = objectWithoutRoute(first);
  const before = served > 0 ? `; ${served} like them were served in the same time` : '; none like them was served';
  const subject: Subject = object ? { ref: object } : gateway;
  return finding(subject, {
    message: `${count} requests to ${beginningOf(first.path)} (${first.method} ${first.path}) were answered 404 by gateway ${gateway.ref.name} without a route${before}.`,
    effect: 'traffic',
    evidence: [classEvidence(view, first), ...rest.slice(0, 4).map((one) => classEvidence(view, one))],
    cause: causeText(first),
    fix: [
      {
        say: object
          ? `Look why the gateway does not do what ${refText(object)} asks for.`
          : 'Make a route that takes them, or let the load balancer send them where they belong.',
        restarts: 'nothing',
        works: gateway.frozen.state === 'observed' ? 'through-rescue' : 'now',
      },
    ],
    discriminator: key,
    affects: object ? [gateway.ref] : [],
    impact: impactOf(view, count),
    ...sinceOf(view, group),
  });
}

function causeText({ hop, nearest, askedBy, cause }: SeenClass): string {
  const why = hop === 'inner' ? 'A GatewayRoute takes them; their VirtualService has no route for them.' : null;
  const asks = askedBy ? `${refText(askedBy)} asks for them, but no route that the gateway runs does.` : null;
  const near = nearest ? `${nearest.replace(/^nearest/, 'Nearest is')}.` : null;
  return [why, asks, near].filter((text) => text !== null).join(' ') || `${cause ?? 'No route takes them'}.`;
}
