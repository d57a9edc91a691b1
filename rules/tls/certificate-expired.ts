import { isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Certificate } from '../../src/snapshot/envoy/view.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'certificate-expired',
  title: 'A certificate has ended',
  severity: 'error',
  needs: anyOf('envoy.certs'),
  also: ['envoy.clusterConfig', 'envoy.routes', 'mesh.virtualNodes'],
  explains: ['tls-verify-failed', 'upstream-connect-failures', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'A certificate or CA that a gateway has loaded and whose last day is over.',
    why: 'Clients refuse the certificate of a listener that has ended; a CA that has ended makes Envoy refuse each target.',
    fix: 'Where it can be renewed, renew it. A frozen gateway takes no new one: end TLS at the load balancer, or serve from pods made of a rescue copy with a certificate of your own.',
    seen: 'Clients say that the certificate has expired, or requests get 503 UF; `/certs` shows an expiration_time in the past.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      const unread = gateway.envoys.find(({ certs }) => certs.state === 'not-read')?.certs;
      if (unread?.state === 'not-read') yield notEvaluated(gateway, unread.gap);
      for (const [key, { certificate, evidence }] of endedOf(gateway, Date.parse(model.now))) {
        const { authority, subjectAltNames, path, expires } = certificate;
        const name = subjectAltNames[0] ?? (path || 'no name');
        const secured = upstreams(model).filter((one) => one.gateway === gateway && one.cluster.tls.length > 0);
        yield finding(gateway, {
          message: `${authority ? 'CA certificate' : 'Certificate'} for ${name} of gateway ${gateway.ref.name} ended on ${expires}.`,
          effect: 'traffic',
          evidence,
          cause: isFrozen(gateway)
            ? 'Nobody renewed it in time; App Mesh, which has ended, sends no new one.'
            : 'Nobody renewed it in time, or Envoy has not been given the new one.',
          fix: [
            {
              say: isFrozen(gateway)
                ? 'End TLS at the load balancer, whose certificate from ACM renews.'
                : 'Renew it where it comes from: SPIRE, cert-manager, or the control plane.',
              restarts: 'nothing',
              works: 'now',
            },
            {
              say: 'Or serve from pods made of a rescue copy with a certificate of your own: meshdoctor rescue COPY -o manifests.',
              restarts: 'nothing',
              works: 'through-rescue',
            },
          ],
          avoid: isFrozen(gateway)
            ? [
                {
                  say: 'Do not restart the gateway to load a new one.',
                  because: 'it comes back without certificate, listener and route',
                },
              ]
            : [],
          since: expires ?? model.now,
          discriminator: key,
          affects: secured.slice(0, 200).map(({ ref }) => ref),
        });
      }
    }
  },
});

interface Ended {
  readonly certificate: Certificate;
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

/** Each certificate that has ended once, wherever the Envoys of a gateway hold it. */
function endedOf({ envoys }: Gateway, now: number): ReadonlyMap<string, Ended> {
  const ended = new Map<string, Ended>();
  for (const envoy of envoys) {
    for (const certificate of envoy.certs.state === 'not-read' ? [] : envoy.certs.value) {
      const { path, expires, subjectAltNames, authority, place } = certificate;
      if (!(Date.parse(expires ?? '') <= now)) continue;
      const key = `${authority ? 'ca' : 'leaf'} ${path} ${subjectAltNames.join(',')}`;
      const value = { path, expires, names: subjectAltNames };
      const evidence = envoyEvidence('certs', place, value, `certificate in ${envoy.label}`);
      ended.set(key, { certificate, evidence: [...(ended.get(key)?.evidence ?? []), evidence] });
    }
  }
  return ended;
}
