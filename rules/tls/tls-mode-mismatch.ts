import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { failing, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { tlsModeOf } from '../../src/model/mesh/tls-demand.ts';
import { carriesEnvoy, listenerOf, tlsSides, unknownSides } from '../../src/model/mesh/tls-sides.ts';
import type { Model } from '../../src/model/model.ts';
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
    const secured = upstreams(model).filter(({ cluster }) => cluster.secured);
    for (const { upstream, gap, rate } of failing(secured, [handshake], 'upstream_cx_total')) {
      if (gap) yield notEvaluated(upstream, gap);
      if (!rate) continue;
      told.add(refKey(upstream.ref));
      const { gateway, cluster, ref, node } = upstream;
      const index = listenerOf(upstream);
      const offers = node && index !== null ? tlsModeOf(node, index) : null;
      yield finding(upstream, {
        message: `${rate.failures} of ${rate.tried} TLS handshakes of gateway ${gateway.ref.name} with ${refText(ref)} failed within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: [...rate.evidence, ...(node && index !== null ? [node.at(`spec.listeners[${index}].tls.mode`)] : [])],
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
    yield* unknownSides(model).map(({ upstream, gap }) => notEvaluated(upstream, gap));
    for (const node of model.virtualNodes) {
      if (told.has(refKey(node.ref))) continue;
      for (const [index, { port }] of node.listeners.entries())
        if (port !== null) yield* judge(model, node, index, port);
    }
  },
});

function* judge(model: Model, node: VirtualNode, index: number, port: number) {
  const sides = tlsSides(model, node, index, port);
  const { services, gateways, here, mode, demand } = sides;
  if (sides.works) return;
  if (sides.gap) yield notEvaluated(node, sides.gap);
  const name = `VirtualNode ${node.ref.namespace}/${node.ref.name}`;
  const clusters = here
    .slice(0, 3)
    .map(({ cluster: { place, name, secured } }) => envoyEvidence('config_dump', place, { name, tls: secured }));
  const shared = {
    fix: [bothSides(model, gateways)],
    discriminator: String(port),
    affects: services.slice(0, 200).map(({ ref }) => ref),
  };
  if (sides.plain && carriesEnvoy(model, node)) {
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

function bothSides(model: Model, gateways: Parameters<typeof whenObjectsApply>[1]): Fix {
  return whenObjectsApply(model, gateways) === 'now'
    ? fix(
        'Set tls.mode of the listener to PERMISSIVE while both sides are brought to the same, or correct the client policy of the gateway.',
        'nothing',
      )
    : fix(
        'Neither Envoy takes a change any more: let the application itself speak what the gateway speaks, in pods without Envoy.',
        'target',
      );
}

function fix(say: string, restarts: Fix['restarts']): Fix {
  return { say, restarts, works: 'now' };
}
