import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { failing, grownBy, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { gatewaysServing, routesTo, servicesOfNode } from '../../src/model/mesh/reach.ts';
import { enforcedOn, tlsModeOf } from '../../src/model/mesh/tls-demand.ts';
import type { Model } from '../../src/model/model.ts';
import { envoyOf, runnersOfNode } from '../../src/model/platform/runners.ts';
import { refKey, refText } from '../../src/snapshot/object.ts';

const handshake = 'ssl.connection_error';

export default defineRule({
  id: 'tls-mode-mismatch',
  title: 'One side speaks TLS and the other plain text',
  severity: 'error',
  needs: anyOf('mesh.virtualNodes', allOf('envoy.clusterConfig', 'envoy.stats')),
  also: [
    'mesh.virtualGateways',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.gatewayRoutes',
    'platform.namespaces',
    'platform.pods',
    'platform.workloads',
    'envoy.routes',
  ],
  explains: ['upstream-connect-failures', 'upstream-resets', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'A gateway that begins connections to a target with TLS where the target offers none, or in plain text where its listener is STRICT. Or handshakes that fail for another reason than a certificate: at least 20 between two readings of the counters, and at least 1 % of the connections.',
    why: 'No request gets through.',
    fix: 'Bring both sides to the same: the client policy of the gateway, and `tls.mode` of the listener. PERMISSIVE takes both.',
    seen: 'Status 503, response flag UF with WRONG_VERSION_NUMBER in the log (TLS to plain text), or UC (plain text to TLS).',
  },
  subjects: (model) => [...model.virtualNodes, ...upstreams(model)],
  *check(model) {
    const told = new Set<string>();
    for (const { upstream, gap, rate } of failing(
      upstreams(model).filter(({ cluster }) => cluster.secured),
      [handshake],
      'upstream_cx_total',
    )) {
      if (gap && upstream.envoy.stats.state !== 'not-read') yield notEvaluated(upstream, gap);
      if (!rate) continue;
      told.add(refKey(upstream.ref));
      const { gateway, cluster, ref, node } = upstream;
      const offers = node ? tlsModeOf(node, 0) : null;
      yield finding(upstream, {
        message: `${rate.failures} of ${rate.tried} TLS handshakes of gateway ${gateway.ref.name} with ${refText(ref)} failed within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: [...rate.evidence, ...(node ? [node.at('spec.listeners[0].tls.mode')] : [])],
        cause:
          offers === 'DISABLED'
            ? 'The listener of the target offers no TLS: it answers in plain text.'
            : 'What answers there speaks no TLS (WRONG_VERSION_NUMBER), or none that both sides know; a refused certificate is counted elsewhere.',
        fix: [bothSides(model, upstream.gateway.object ? [gateway] : model.gateways)],
        discriminator: cluster.name,
        affects: [gateway.ref],
        impact: { requestsPerMinute: perMinute(rate), share: null },
      });
    }
    for (const node of model.virtualNodes) {
      if (told.has(refKey(node.ref))) continue;
      for (const [index, { port }] of node.listeners.entries())
        if (port !== null) yield* judge(model, node, index, port);
    }
  },
});

function* judge(model: Model, node: VirtualNode, index: number, port: number) {
  const services = servicesOfNode(model, node);
  const gateways = services.some((service) => routesTo(model, service).length > 0)
    ? gatewaysServing(model, services)
    : [];
  const here = upstreams(model).filter(
    (upstream) => upstream.node === node && upstream.cluster.targets.some((target) => target.port === port),
  );
  if (here.some(answers)) return;
  const mode = tlsModeOf(node, index);
  const demand = gateways.flatMap(({ object }) => (object ? (enforcedOn(object, port) ?? []) : []))[0];
  const plain = mode === 'STRICT' && here.length > 0 && here.every(({ cluster }) => !cluster.secured);
  const name = `VirtualNode ${node.ref.namespace}/${node.ref.name}`;
  const clusters = here
    .slice(0, 3)
    .map(({ cluster: { place, name, secured } }) => envoyEvidence('config_dump', place, { name, tls: secured }));
  const shared = {
    fix: [bothSides(model, gateways)],
    discriminator: String(port),
    affects: services.slice(0, 200).map(({ ref }) => ref),
  };
  if (plain && carriesEnvoy(model, node)) {
    yield finding(node, {
      ...shared,
      message: `Port ${port} of ${name} takes TLS only, and the running gateway begins in plain text.`,
      effect: 'traffic',
      evidence: [node.at(`spec.listeners[${index}].tls.mode`), ...clusters],
      cause: 'The Envoy of the target closes each connection that does not begin with TLS.',
    });
  }
  if (!demand || mode !== 'DISABLED') return;
  const verdict = here.some(({ cluster }) => cluster.secured) ? 'shows' : here.length > 0 ? 'contradicts' : 'unseen';
  yield finding(node, {
    ...shared,
    message: `The gateway enforces TLS towards port ${port} of ${name}, whose listener offers none.`,
    effect: configEffect(model, gateways, verdict),
    evidence: [demand, node.at(`spec.listeners[${index}].tls.mode`), ...clusters],
    cause: 'Envoy begins with TLS, and plain text comes back: WRONG_VERSION_NUMBER.',
  });
}

/** True where requests were answered well between two readings: then both sides agree, whatever objects say. */
function answers(upstream: Upstream): boolean {
  return grownBy([upstream], 'upstream_rq_2xx') > 0;
}

/** False where its pods were read and none has an Envoy that would demand TLS. */
function carriesEnvoy(model: Model, node: VirtualNode): boolean {
  const { pods } = runnersOfNode(model, node);
  return pods.length === 0 || pods.some((pod) => envoyOf(pod) !== null);
}

function bothSides(model: Model, gateways: Parameters<typeof whenObjectsApply>[1]): Fix {
  return whenObjectsApply(model, gateways) === 'now'
    ? {
        say: 'Set tls.mode of the listener to PERMISSIVE while both sides are brought to the same, or correct the client policy of the gateway.',
        restarts: 'nothing',
        works: 'now',
      }
    : {
        say: 'Neither Envoy takes a change any more: let the application itself speak what the gateway speaks, in pods without Envoy.',
        restarts: 'target',
        works: 'now',
      };
}
