import { isFrozen } from '../../src/diagnose/effect.ts';
import type { Fix, Severity } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { type Ending, endingsOf } from '../../src/model/envoy/endings.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Certificate } from '../../src/snapshot/envoy/view.ts';

const dayMs = 24 * 60 * 60 * 1000;
const soonDays = 30;
const pressingDays = 7;

export default defineRule({
  id: 'certificate-expiring',
  title: 'A certificate ends soon',
  severity: 'warning',
  latentError: true,
  needs: anyOf('envoy.certs'),
  also: ['envoy.listenerConfig', 'envoy.clusterConfig'],
  docs: {
    what: 'A certificate that a gateway has loaded and that ends soon: within 30 days where nothing can renew it (it came through App Mesh, or from a file that a frozen Envoy read once), an error within 7 days; else when less than a fifth of its lifetime is left.',
    why: 'From that moment on every TLS connection that uses it fails, all at once.',
    fix: 'Where it can be renewed, renew it. A frozen gateway takes no new one: end TLS at the load balancer, or serve from pods made of a rescue copy with a certificate of your own, before the day.',
    seen: 'Nothing before; then handshakes fail: clients say that the certificate has expired, or requests get 503 UF.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      const unread = gateway.envoys.find(({ certs }) => certs.state === 'not-read')?.certs;
      const endings = endingsOf(gateway, Date.parse(model.now));
      if (endings.length === 0 && unread?.state === 'not-read') yield notEvaluated(gateway, unread.gap);
      let undecided: Ending | null = null;
      let found = false;
      for (const ending of endings) {
        const severity = judge(ending, gateway);
        if (severity === 'unknown') undecided ??= ending;
        if (severity === null || severity === 'unknown') continue;
        found = true;
        yield report(gateway, ending, severity);
      }
      if (!undecided || found) continue;
      yield notEvaluated(gateway, {
        missing: `who renews the certificate for ${namesOf(undecided.certificate)}, which ends in ${Math.floor(undecided.days)} days`,
        reason:
          'the configuration that was read does not tell whether it came through App Mesh or from a secret server',
        remedy: 'look at its listener in the config dump',
      });
    }
  },
});

/** Null: far enough away. A CA that ends is as bad as a certificate. */
function judge({ certificate, days, renewal }: Ending, gateway: Gateway): Severity | 'unknown' | null {
  if (isFrozen(gateway) && (renewal === 'by-the-control-plane' || renewal === 'from-its-file')) {
    return days > soonDays ? null : days < pressingDays ? 'error' : 'warning';
  }
  const lifetime = (Date.parse(certificate.expires ?? '') - Date.parse(certificate.validFrom ?? '')) / dayMs;
  if (days < lifetime / 5) return 'warning';
  return isFrozen(gateway) && renewal === 'unknown' && days <= soonDays ? 'unknown' : null;
}

function report(gateway: Gateway, { certificate, key, days, renewal, evidence }: Ending, severity: Severity) {
  const { authority, expires } = certificate;
  const stuck = isFrozen(gateway) && renewal !== 'by-a-secret-server' && renewal !== 'unknown';
  const what = authority ? 'CA certificate' : 'Certificate';
  const whole = Math.floor(days);
  const when = whole === 0 ? 'in less than a day' : whole === 1 ? 'in one day' : `in ${whole} days`;
  return finding(gateway, {
    message: `${what} for ${namesOf(certificate)} of gateway ${gateway.ref.name} ends ${when} (${expires})${stuck ? ' and cannot be renewed' : ', in the last fifth of its lifetime'}.`,
    effect: 'latent',
    severity,
    evidence,
    cause: stuck
      ? renewal === 'from-its-file'
        ? `Envoy read ${certificate.path} once, when it took the listener or cluster; a new file changes nothing until App Mesh, which has ended, sends it again.`
        : 'It came through App Mesh (from ACM, or with the configuration), which has ended: nobody sends the next one.'
      : 'Whoever renews it has not done so yet, or Envoy has not heard of it.',
    fix: stuck
      ? stuckFixes(expires ?? '')
      : [
          {
            say: 'Look at whoever renews it: SPIRE, cert-manager, or the control plane.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
    avoid: stuck
      ? [
          {
            say: 'Do not restart the gateway to load a new one.',
            because: 'it comes back without certificate, listener and route',
          },
        ]
      : [],
    discriminator: key,
  });
}

function stuckFixes(expires: string): readonly Fix[] {
  const day = expires.slice(0, 10);
  return [
    {
      say: `End TLS at the load balancer before ${day}: its certificate from ACM renews there.`,
      restarts: 'nothing',
      works: 'now',
    },
    {
      say: `Or serve from pods made of a rescue copy with a certificate of your own before ${day}: meshdoctor rescue COPY -o manifests. Its private key must come from you.`,
      restarts: 'nothing',
      works: 'through-rescue',
    },
  ];
}

function namesOf({ subjectAltNames, path }: Certificate): string {
  const [first, ...others] = subjectAltNames;
  if (first === undefined) return path || 'no name';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
