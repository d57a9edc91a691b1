import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asList, asObject, asText } from '../../src/lib/json.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { type Entry, entriesOf } from '../../src/model/platform/entry.ts';
import { virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import { classEvidence, countOf, impactOf, mostFirst, trafficOf } from '../../src/model/traffic.ts';
import { firstUnread } from '../../src/model/unread.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

/** Where a log alone tells: so many requests, and nearly all of the log. */
const leastRequests = 20;
const leastShare = 0.9;

const aws = 'service.beta.kubernetes.io/aws-load-balancer-';
const ownAnnotation = `${aws}proxy-protocol`;
const attributes = `${aws}target-group-attributes`;

export default defineRule({
  id: 'gateway-proxy-protocol',
  title: 'The load balancer speaks PROXY protocol, the gateway does not',
  severity: 'error',
  needs: anyOf(allOf('platform.services', 'envoy.listenerConfig'), allOf('platform.services', 'logs')),
  also: ['platform.ingresses', 'platform.pods', 'platform.workloads'],
  explains: ['requests-failing', 'load-balancer-targets-unhealthy', 'gateway-health-check-404'],
  docs: {
    what: 'A Service whose load balancer begins each connection with a PROXY protocol header (annotation `aws-load-balancer-proxy-protocol`, or `proxy_protocol_v2.enabled=true` among its target group attributes), and a listener of the gateway that has no `envoy.filters.listener.proxy_protocol`; where no listener was read, an access log in which nearly every request ends in 400 DPE.',
    why: 'Envoy takes the header for the first bytes of a request: every connection through the load balancer ends in 400 before any route is looked at. App Mesh never configured that filter.',
    fix: 'Turn PROXY protocol off at the load balancer; the address of the client then comes by `x-forwarded-for` or is kept by `preserve_client_ip.enabled=true`. It works at once and restarts nothing.',
    seen: 'Status 400, response flag DPE, details `http1.codec_error`, no method and no path in the access log.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      for (const [entry, asks] of asking(model, gateway)) {
        const shown = shownBy(model, gateway, entry);
        if (shown === 'takes it') continue;
        if (shown === null) {
          const gap = firstUnread(gateway.envoys, ['envoy.listenerConfig']);
          if (gap) yield notEvaluated(gateway, gap);
          continue;
        }
        const { service, target } = entry;
        yield finding(gateway, {
          message: `The load balancer of Service ${service.ref.name} begins each connection with a PROXY protocol header, and port ${target} of gateway ${gateway.ref.name} does not expect one: every request through it is answered 400.`,
          effect: 'traffic',
          evidence: [asks, ...shown.evidence],
          cause: 'Envoy reads the header as a malformed request.',
          fix: [
            {
              say: `Remove PROXY protocol from the annotations of Service ${service.ref.name}.`,
              restarts: 'nothing',
              works: 'now',
            },
          ],
          discriminator: `${service.ref.name} ${target}`,
          affects: [service.ref],
          ...(shown.impact ? { impact: shown.impact } : {}),
        });
      }
    }
  },
});

/** The ways through a load balancer that speaks PROXY protocol, one for each port of the gateway, and what says so. */
function asking(model: Model, gateway: Gateway): Iterable<readonly [Entry, Evidence]> {
  const ways = new Map<string, readonly [Entry, Evidence]>();
  for (const entry of entriesOf(model)(gateway)) {
    const { service, through, target } = entry;
    if (through.kind !== 'load-balancer') continue;
    const { annotations } = service;
    // Classic and Network Load Balancers alike: `*` is the only value (AWS Load Balancer Controller, Service annotations).
    const key =
      annotations[ownAnnotation] === '*'
        ? ownAnnotation
        : /(?:^|,)\s*proxy_protocol_v2\.enabled\s*=\s*true\b/.test(annotations[attributes] ?? '')
          ? attributes
          : null;
    if (key !== null) ways.set(`${service.ref.name} ${target}`, [entry, service.at(`metadata.annotations["${key}"]`)]);
  }
  return ways.values();
}

interface Shown {
  readonly evidence: readonly Evidence[];
  readonly impact: ReturnType<typeof impactOf> | null;
}

/** What shows that a port does not expect the header; null: nothing that was read tells. */
function shownBy(model: Model, gateway: Gateway, { target }: Entry): Shown | 'takes it' | null {
  const logged = loggedRefusals(model, gateway);
  for (const { listenerConfig, label } of gateway.envoys) {
    if (listenerConfig.state === 'not-read') continue;
    for (const { address, body, name } of listenerConfig.value) {
      if (!body || address?.port !== target) continue;
      const filters = asList(body.json.listener_filters).map((filter) => asObject(filter));
      if (filters.some((filter) => asText(filter.name) === 'envoy.filters.listener.proxy_protocol')) return 'takes it';
      const has: Evidence = {
        source: 'config_dump',
        ...body.place,
        value: { name, listener_filters: filters.map((filter) => asText(filter.name) ?? '') },
        note: `listener ${name} of ${label} has no PROXY protocol filter`,
      };
      return { evidence: [has, ...(logged?.evidence ?? [])], impact: logged?.impact ?? null };
    }
  }
  return logged;
}

function loggedRefusals(model: Model, gateway: Gateway): Shown | null {
  const logs = trafficOf(model, gateway);
  if (logs.state === 'not-read') return null;
  const refused = mostFirst(logs.value.classes.filter(({ status, flag }) => status === 400 && flag === 'DPE'));
  const [first] = refused;
  const count = countOf(refused);
  if (!first || count < leastRequests || count / logs.value.requests < leastShare) return null;
  return { evidence: [classEvidence(logs.value, first)], impact: impactOf(logs.value, count) };
}
