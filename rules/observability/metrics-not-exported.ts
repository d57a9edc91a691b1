import { appMeshGateways } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { agentsOf } from '../../src/model/observability/agents.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { envoyOf, runnersOfGateway } from '../../src/model/platform/runners.ts';
import type { Gap } from '../../src/snapshot/coverage.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { arrivedFrom } from '../../src/model/observability/arrived.ts';

export default defineRule({
  id: 'metrics-not-exported',
  title: 'The metrics of the gateway go nowhere',
  severity: 'warning',
  needs: anyOf(
    allOf('envoy.bootstrap', 'platform.workloads'),
    allOf('platform.pods', 'platform.workloads'),
    'aws.cloudWatch',
  ),
  also: ['platform.pods', 'envoy.bootstrap'],
  docs: {
    what: 'A gateway whose Envoys push their statistics to no sink (statsd, DogStatsD, OpenTelemetry) in a cluster in which no known collector runs that could scrape them. Asked with `--aws`, CloudWatch decides: a gateway of which it got no metric within three hours while it got some of others, and none where it got some.',
    why: 'Nobody is alarmed when it fails, and nothing tells what was before.',
    fix: 'Have a collector scrape `/stats/prometheus` of the admin port. Where the metrics are counted: each request of an App Mesh gateway passes two listeners, so `http.ingress` and `http.egress` both count it. Take `ingress` alone (`envoy_http_conn_manager_prefix="ingress"`), or everything is double.',
    seen: 'Dashboards without data.',
  },
  subjects: appMeshGateways,
  *check(model) {
    const collectors = agentsOf.metrics(model);
    for (const gateway of appMeshGateways(model)) {
      const arrived = arrivedFrom(model, gateway);
      if (arrived.state === 'none') yield nothingArrived(gateway, arrived.evidence);
      if (arrived.state !== 'unknown') continue;
      const pushed = pushes(model, gateway);
      if (pushed.state === 'pushes' || collectors.state === 'there') continue;
      if (pushed.state === 'unknown' || collectors.state === 'unknown') {
        const gap = pushed.state === 'unknown' ? pushed.gap : collectors.state === 'unknown' ? collectors.gap : null;
        if (gap) yield notEvaluated(gateway, gap);
        continue;
      }
      yield finding(gateway, {
        message: `The metrics of gateway ${gateway.ref.name} go nowhere: it pushes them to no sink, and no known collector runs in the cluster.`,
        effect: 'latent',
        evidence: [collectors.proof, ...pushed.evidence],
        cause:
          'Envoy keeps its counters in memory until somebody reads them; App Mesh brought none of them to CloudWatch by itself.',
        fix: [
          {
            say: 'Run a collector that scrapes /stats/prometheus of the admin port (9901), and count http.ingress only: a gateway of App Mesh counts each request at http.egress again.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
      });
    }
  },
});

function nothingArrived(gateway: Gateway, evidence: Evidence) {
  return finding(gateway, {
    message: `CloudWatch got no metric of gateway ${gateway.ref.name} within three hours, and some of other gateways.`,
    effect: 'latent',
    evidence: [evidence],
    cause:
      'Its statistics are read or pushed by nobody who sends them on, or without the name of the gateway (APPMESH_METRIC_EXTENSION_VERSION).',
    fix: [
      {
        say: 'Compare the collector of the gateways that do arrive: the pods it scrapes, and the dimensions it writes. It restarts nothing.',
        restarts: 'nothing',
        works: 'now',
      },
    ],
    discriminator: 'CloudWatch',
  });
}

type Pushes =
  | { readonly state: 'pushes' }
  | { readonly state: 'none'; readonly evidence: readonly Evidence[] }
  | { readonly state: 'unknown'; readonly gap: Gap };

/** By the bootstrap of its Envoys, else by what the image makes of the variables of its pods. */
function pushes(model: Model, gateway: Gateway): Pushes {
  const boots = gateway.envoys.flatMap(({ bootstrap, label }) =>
    bootstrap.state === 'listed' && bootstrap.value.telemetry
      ? [{ ...bootstrap.value.telemetry, place: bootstrap.value.place, label }]
      : [],
  );
  const { pods } = runnersOfGateway(model, gateway);
  const envoys = pods.flatMap((pod) => {
    const envoy = envoyOf(pod);
    return envoy && pod.exported ? [{ pod, env: envoy.env, path: envoy.path }] : [];
  });
  if (boots.some(({ statsSinks }) => statsSinks.length > 0)) return { state: 'pushes' };
  if (envoys.some(({ env }) => env.ENABLE_ENVOY_DOG_STATSD === '1' || env.ENVOY_STATS_SINKS_CFG_FILE !== undefined))
    return { state: 'pushes' };
  if (boots.length + envoys.length === 0) {
    return {
      state: 'unknown',
      gap: {
        missing: `whether gateway ${gateway.ref.name} pushes its statistics`,
        reason: 'neither the bootstrap of its Envoys nor one of its pods was read',
        remedy: 'read an Envoy with --admin, or give its pods',
      },
    };
  }
  return {
    state: 'none',
    evidence: [
      ...boots.map(({ place, label }) =>
        envoyEvidence('config_dump', place, { stats_sinks: [] }, `no sink in the bootstrap of ${label}`),
      ),
      ...envoys
        .slice(0, 3)
        .map(({ pod, path }) => pod.at(`${path}.name`, `pod ${pod.ref.name}: ENABLE_ENVOY_DOG_STATSD is not set`)),
    ],
  };
}
