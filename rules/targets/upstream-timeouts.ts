import { isFrozen } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { failing, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import type { Route } from '../../src/snapshot/envoy/view.ts';
import { refText } from '../../src/snapshot/object.ts';

const whole = 'upstream_rq_timeout';
const oneTry = 'upstream_rq_per_try_timeout';
/** What App Mesh and Envoy itself set where nobody names a timeout. */
const defaultMs = 15_000;

export default defineRule({
  id: 'upstream-timeouts',
  title: 'A target answers too late',
  severity: 'error',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  explains: ['retries-exhausted', 'retry-storm', 'requests-failing'],
  docs: {
    what: 'A cluster that does not answer within the timeout of its route: at least 20 times between two readings of the counters, and at least 1 % of the requests. The default of 15 seconds is named where it is the one in force.',
    why: 'The client gets 504, while the application goes on with work that nobody waits for.',
    fix: 'Make the application quicker, or set a longer timeout, at the VirtualRouter route and at the VirtualNode listener alike.',
    seen: 'Status 504, response flag UT. `upstream_rq_timeout` or `upstream_rq_per_try_timeout` of the cluster grows.',
  },
  subjects: upstreams,
  *check(model) {
    for (const { upstream, gap, rate } of failing(upstreams(model), [whole, oneTry], 'upstream_rq_total')) {
      if (gap) yield notEvaluated(upstream, gap);
      if (!rate) continue;
      const { cluster, gateway, ref } = upstream;
      const route = routeByDefault(upstream);
      yield finding(upstream, {
        message: `${refText(ref)} did not answer ${rate.failures} of ${rate.tried} requests from gateway ${gateway.ref.name} in time within ${Math.round(rate.seconds)} seconds${route ? '; the default timeout of 15 seconds is in force' : ''}.`,
        effect: 'traffic',
        evidence: [
          ...rate.evidence,
          ...(route ? [envoyEvidence('config_dump', route.place, { name: route.name, timeoutMs: defaultMs })] : []),
        ],
        cause: rate.by.has(whole)
          ? 'The application needs longer than the route allows, or hangs.'
          : 'The application needs longer than one try is allowed, or hangs.',
        fix: [
          {
            say: 'Look what the application waits for: its own load, its data base, a lock.',
            restarts: 'nothing',
            works: 'now',
          },
          {
            say: 'Where the requests rightly take that long, set a longer timeout at the route and at the listener of the target.',
            restarts: 'nothing',
            works: isFrozen(gateway) ? 'after-migration' : 'now',
          },
        ],
        discriminator: cluster.name,
        affects: [gateway.ref],
        impact: { requestsPerMinute: perMinute(rate), share: null },
      });
    }
  },
});

/** A route to the cluster whose timeout is the default one: named, or in force since none is (Envoy: RouteAction.timeout). */
function routeByDefault({ envoy, cluster }: Upstream): Route | null {
  for (const { virtualHosts } of envoy.routes.state === 'not-read' ? [] : envoy.routes.value) {
    for (const route of virtualHosts.flatMap(({ routes }) => routes)) {
      const { action } = route;
      if (action.type !== 'forward' || (action.timeoutMs ?? defaultMs) !== defaultMs) continue;
      if (action.clusters.some(({ name }) => name === cluster.name)) return route;
    }
  }
  return null;
}
