import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Severity } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { growth, lastStat } from '../../src/model/envoy/counters.ts';
import { type Envoy, envoyEvidence } from '../../src/model/envoy/envoy.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { logEvidence, processLines, trafficOf } from '../../src/model/traffic.ts';
import type { SeenProcessLines } from '../../src/snapshot/access-log/traffic-view.ts';
import type { RefusedUpdate } from '../../src/snapshot/envoy/view.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { firstUnread } from '../../src/model/unread.ts';

/** A resource whose update an Envoy refused. */
interface Refusal {
  readonly kind: 'listener' | 'cluster' | 'route configuration';
  readonly name: string;
  /** Envoy's own words; empty where only a counter tells. */
  readonly details: string;
  readonly since: string | null;
  /** An older version of it goes on serving. */
  readonly older: boolean;
  readonly severity: Severity;
  readonly evidence: Evidence;
}

export default defineRule({
  id: 'config-rejected',
  title: 'Envoy refused an update of its configuration',
  severity: 'error',
  latentError: true,
  needs: anyOf('envoy.listenerConfig', 'envoy.clusterConfig', 'envoy.routes', 'envoy.stats', 'logs'),
  explains: ['gateway-listener-missing', 'config-stale', 'config-drift', 'replicas-disagree'],
  alert: { name: 'ConfigRejected', severity: 'ticket', forMinutes: 10 },
  docs: {
    what: 'A listener, cluster or route configuration whose last update Envoy refused. Only a refused listener leaves an `error_state`; of clusters and route configurations the counter `update_rejected` alone tells (seen on 1.36.2 and 1.40.0), and an old counter that does not grow is information.',
    why: 'The version before goes on, so what was changed since is not in force; a resource that never had an accepted version is missing altogether.',
    fix: "Envoy's own words name the field. Correct it in the object it was made from.",
    seen: '`error_state` in the config dump, `update_rejected` in the stats, `gRPC config for … rejected` in the log. `update_failure` is another thing: it rises each time App Mesh closes its stream, in health too.',
  },
  subjects: withEnvoys,
  *check(model) {
    for (const gateway of withEnvoys(model)) {
      const gap = firstUnread(gateway.envoys, ['envoy.listenerConfig', 'envoy.clusterConfig', 'envoy.stats']);
      if (gap) yield notEvaluated(gateway, gap);
      const refusals = new Map<string, { readonly refusal: Refusal; readonly evidence: [Evidence, ...Evidence[]] }>();
      const logs = trafficOf(model, gateway);
      const logged = logs.state === 'not-read' ? [] : processLines(logs.value, 'config-rejected').flatMap(fromLine);
      const seen = gateway.envoys.flatMap((envoy) => [...refusalsOf(envoy)]);
      for (const refusal of [...seen, ...logged.filter((line) => !seen.some(({ kind }) => kind === line.kind))]) {
        const key = `${refusal.kind} ${refusal.name}`;
        const known = refusals.get(key);
        if (known) known.evidence.push(refusal.evidence);
        else refusals.set(key, { refusal, evidence: [refusal.evidence] });
      }
      for (const [key, { refusal, evidence }] of refusals) {
        const { kind, name, details, older, since, severity } = refusal;
        const resource = name === '' ? `its ${kind}s` : `${kind} ${name}`;
        yield finding(gateway, {
          message: `Gateway ${gateway.ref.name} ${refusedText(refusal, resource)}`,
          effect: older ? 'latent' : 'traffic',
          severity,
          evidence,
          cause: older
            ? 'Envoy checks an update before it takes it; the version before goes on serving.'
            : 'Envoy checks an update before it takes it; of this resource no version was ever accepted.',
          fix: [
            {
              say: `Correct ${origin(kind)} of this gateway: ${details === '' ? "Envoy's log names the field" : 'the words of Envoy above name the field'}.`,
              restarts: 'nothing',
              works: whenObjectsApply(model, [gateway]),
            },
          ],
          discriminator: key,
          ...(since === null ? {} : { since }),
        });
      }
    }
  },
});

function withEnvoys(model: Model): readonly Gateway[] {
  return model.gateways.filter(
    (gateway) => gateway.envoys.length > 0 || trafficOf(model, gateway).state !== 'not-read',
  );
}

function* refusalsOf(envoy: Envoy): Iterable<Refusal> {
  const { listenerConfig, clusterConfig, routes } = envoy;
  const listeners = listenerConfig.state === 'not-read' ? [] : listenerConfig.value;
  const clusters = clusterConfig.state === 'not-read' ? [] : clusterConfig.value;
  const tables = routes.state === 'not-read' ? [] : routes.value;
  const active = new Set(listeners.flatMap(({ name, state }) => (state === 'none' ? [] : [name])));
  for (const { name, refused } of listeners) {
    if (refused) yield fromState('listener', name, refused, active);
  }
  const running = new Set(
    clusters.flatMap(({ name, lastUpdated, state }) => (lastUpdated || state === 'static' ? [name] : [])),
  );
  for (const { name, refused } of clusters) if (refused) yield fromState('cluster', name, refused, running);
  const routing = new Set(tables.flatMap(({ name, virtualHosts }) => (virtualHosts.length > 0 ? [name] : [])));
  for (const { name, refused } of tables) if (refused) yield fromState('route configuration', name, refused, routing);
  if (!listeners.some(({ refused }) => refused)) yield* fromCounter(envoy, 'listener', '', 'listener_manager.lds');
  if (!clusters.some(({ refused }) => refused)) yield* fromCounter(envoy, 'cluster', '', 'cluster_manager.cds');
  for (const manager of listeners.flatMap(({ http }) => http)) {
    const name = manager.routeConfig;
    if (name === '' || tables.some((table) => table.name === name && table.refused)) continue;
    yield* fromCounter(envoy, 'route configuration', name, `http.${manager.statPrefix}.rds.${name}`);
  }
}

function fromState(kind: Refusal['kind'], name: string, refused: RefusedUpdate, active: ReadonlySet<string>): Refusal {
  const known = name || refused.name;
  const evidence = envoyEvidence('config_dump', refused.place, {
    details: refused.details,
    lastAttempt: refused.lastAttempt,
  });
  return {
    kind,
    name: known,
    details: refused.details,
    since: refused.lastAttempt,
    older: active.has(known),
    severity: 'error',
    evidence,
  };
}

function* fromCounter(envoy: Envoy, kind: Refusal['kind'], name: string, prefix: string): Iterable<Refusal> {
  const counter = `${prefix}.update_rejected`;
  const ever = lastStat(envoy.stats, counter);
  if (!ever || ever.value === 0) return;
  const grown = growth(envoy.stats, counter);
  const growing = grown !== null && grown.to > grown.from;
  yield {
    kind,
    name,
    details: '',
    since: null,
    older: true,
    severity: growing ? 'error' : 'info',
    evidence: ever.evidence,
  };
}

/** What Envoy's own log says of an update: its words name the kind, and mostly the field. */
function fromLine({ text, place, count, firstSeen, lastSeen }: SeenProcessLines): readonly Refusal[] {
  const type = /\b(Listener|Cluster|RouteConfiguration)\b/.exec(text)?.[1] ?? 'RouteConfiguration';
  const kind = type === 'Listener' ? 'listener' : type === 'Cluster' ? 'cluster' : 'route configuration';
  const details = text.replace(/^.*?rejected: ?/, '');
  const evidence = logEvidence(place, { text, count, firstSeen, lastSeen }, text, 'envoy-log');
  return [{ kind, name: '', details, since: firstSeen, older: true, severity: 'error', evidence }];
}

/** An `error_state` speaks of the last update; a counter only of how often, and by its growth of now. */
function refusedText({ details, severity }: Refusal, resource: string): string {
  if (details !== '') return `refused the last update of ${resource}: ${details}${/[.!?]$/.test(details) ? '' : '.'}`;
  const when = severity === 'error' ? 'just now' : 'at some time since it started';
  return `refused an update of ${resource} ${when}.`;
}

function origin(kind: Refusal['kind']): string {
  if (kind === 'listener') return 'the VirtualGateway (its listeners, TLS or access log)';
  return kind === 'cluster' ? 'the VirtualNode behind this cluster' : 'the GatewayRoutes and VirtualRouters';
}
