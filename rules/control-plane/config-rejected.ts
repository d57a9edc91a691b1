import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { loggedRefusals, type Refusal, refusalsOf } from '../../src/model/envoy/refusals.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { trafficOf } from '../../src/model/traffic.ts';
import { firstUnread } from '../../src/model/unread.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

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
      const logged = loggedRefusals(model, gateway);
      const seen = gateway.envoys.flatMap((envoy) => [...refusalsOf(envoy)]);
      for (const refusal of [...seen, ...logged.filter((line) => !seen.some(({ kind }) => kind === line.kind))]) {
        const key = `${refusal.kind} ${refusal.name}`;
        const known = refusals.get(key);
        if (known) known.evidence.push(refusal.evidence);
        else refusals.set(key, { refusal, evidence: [refusal.evidence] });
      }
      for (const [key, { refusal, evidence }] of refusals) {
        const { kind, name, details, older, since, current } = refusal;
        const resource = name === '' ? `its ${kind}s` : `${kind} ${name}`;
        yield finding(gateway, {
          message: `Gateway ${gateway.ref.name} ${refusedText(refusal, resource)}`,
          effect: older ? 'latent' : 'traffic',
          severity: current ? 'error' : 'info',
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

/** An `error_state` speaks of the last update; a counter only of how often, and by its growth of now. */
function refusedText({ details, current }: Refusal, resource: string): string {
  if (details !== '') return `refused the last update of ${resource}: ${details}${/[.!?]$/.test(details) ? '' : '.'}`;
  const when = current ? 'just now' : 'at some time since it started';
  return `refused an update of ${resource} ${when}.`;
}

function origin(kind: Refusal['kind']): string {
  if (kind === 'listener') return 'the VirtualGateway (its listeners, TLS or access log)';
  return kind === 'cluster' ? 'the VirtualNode behind this cluster' : 'the GatewayRoutes and VirtualRouters';
}
