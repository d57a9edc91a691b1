import { overLogs } from '../../src/diagnose/over-logs.ts';
import { anyOf, defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { entriesOf } from '../../src/model/platform/entry.ts';
import type { Resource } from '../../src/model/resource.ts';
import { classEvidence, countOf, impactOf, mostFirst, sinceOf } from '../../src/model/traffic.ts';
import type { TrafficView } from '../../src/snapshot/access-log/traffic-view.ts';

/** A checker asks every few seconds: fewer are a try by hand. */
const least = 5;

/** Where a person says which answers of a check are good (AWS Load Balancer Controller: Service and Ingress annotations). */
const successCodes = [
  'alb.ingress.kubernetes.io/success-codes',
  'service.beta.kubernetes.io/aws-load-balancer-healthcheck-success-codes',
];

export default defineRule({
  id: 'gateway-health-check-404',
  title: 'Health checks of the gateway are answered 404',
  severity: 'warning',
  needs: anyOf('logs'),
  also: ['platform.services', 'platform.ingresses', 'platform.pods', 'platform.workloads'],
  explains: ['requests-failing'],
  docs: {
    what: 'Health checks (of a load balancer, a kubelet or a monitor, by their user agent) that the gateway answers with 404 because no route takes them: at least five, and none of the same kind was served in the time of the log. Not where an annotation of the Service or Ingress in front of the gateway takes 404 for good.',
    why: 'To the checker the gateway is ill: a load balancer takes it out of service, or, where all targets are ill, sends requests to all of them or to none.',
    fix: 'Let the check ask for a path that a route takes, or check by TCP, or let 404 count as good (`success-codes`). All of these are settings of the load balancer: they work at once and restart nothing.',
    seen: 'Status 404, response flag NR, user agent `ELB-HealthChecker/2.0` or `kube-probe/…`, at even intervals, often for `/`.',
  },
  subjects: (model) => model.gateways,
  *check(model) {
    yield* overLogs(model, (gateway, view) => ofGateway(model, gateway, view));
  },
});

function* ofGateway(model: Model, gateway: Gateway, view: TrafficView): Iterable<Outcome> {
  const refused = mostFirst(
    view.classes.filter(
      ({ sender, status, flag, served, contradiction }) =>
        sender === 'health-check' && status === 404 && flag === 'NR' && served === 0 && !contradiction,
    ),
  );
  const [first, ...rest] = refused;
  const count = countOf(refused);
  const fronts = entriesOf(model)(gateway).map(({ service, through }) =>
    through.kind === 'ingress' ? through.ingress : service,
  );
  if (!first || count < least || fronts.some(takes404)) return;
  const asked = [...new Set(refused.map(({ method, path }) => `${method} ${path}`))].slice(0, 3).join(', ');
  yield finding(gateway, {
    message: `${count} health checks (${asked}) were answered 404 by gateway ${gateway.ref.name}: no route takes them.`,
    effect: 'traffic',
    evidence: [classEvidence(view, first), ...rest.slice(0, 4).map((one) => classEvidence(view, one))],
    cause: `The checker asks for a host or path that no GatewayRoute has.${first.nearest ? ` ${first.nearest.replace(/^nearest/, 'Nearest is')}.` : ''}`,
    fix: [
      {
        say: 'Let the check ask for a host and path that a route takes, check by TCP, or let 404 count as good (annotation `success-codes` of the AWS Load Balancer Controller).',
        restarts: 'nothing',
        works: 'now',
      },
    ],
    impact: impactOf(view, count),
    ...sinceOf(view, refused),
  });
}

/** `200-404`, `200,404`. */
function takes404({ annotations }: Resource): boolean {
  const codes = successCodes.flatMap((key) => annotations[key]?.split(',') ?? []);
  return codes.some((code) => {
    const [from = '', to = from] = code.trim().split('-');
    return Number(from) <= 404 && 404 <= Number(to);
  });
}
