import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { failing, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { refText } from '../../src/snapshot/object.ts';

/** What Envoy counts where it refuses a peer's certificate, and why. */
const reasons: Readonly<Record<string, string>> = {
  'ssl.fail_verify_error': 'The certificate is not signed by the CA that is trusted, or has ended.',
  'ssl.fail_verify_san': 'The certificate holds none of the names that are accepted (subjectAlternativeNames).',
  'ssl.fail_verify_cert_hash': 'The certificate is not the one whose hash is pinned.',
  'ssl.fail_verify_no_cert': 'The target shows no certificate.',
};
const counters = Object.keys(reasons);

export default defineRule({
  id: 'tls-verify-failed',
  title: 'The certificate of a target is refused',
  severity: 'error',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  explains: ['upstream-connect-failures', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'A cluster whose hosts show a certificate that Envoy refuses: at least 20 between two readings of the counters, and at least 1 % of the connections.',
    why: 'No connection is made, so requests get 503.',
    fix: 'Issue a certificate that the trusted CA signs, that has not ended, and that holds the name asked for.',
    seen: 'Status 503, response flag UF, CERTIFICATE_VERIFY_FAILED in the log; `ssl.fail_verify_*` of the cluster grows.',
  },
  subjects: upstreams,
  *check(model) {
    for (const { upstream, gap, rate } of failing(upstreams(model), counters, 'upstream_cx_total')) {
      if (gap) yield notEvaluated(upstream, gap);
      if (!rate) continue;
      const { cluster, gateway, ref } = upstream;
      yield finding(upstream, {
        message: `Gateway ${gateway.ref.name} refused the certificate of ${refText(ref)} ${rate.failures} times within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: rate.evidence,
        cause: [...rate.by].map((name) => reasons[name] ?? '').join(' '),
        fix: [
          {
            say: 'Give the target a certificate that the trusted CA signs, that has not ended, and that holds the name asked for.',
            restarts: 'target',
            works: 'now',
          },
        ],
        discriminator: cluster.name,
        affects: [gateway.ref],
        impact: { requestsPerMinute: perMinute(rate), share: null },
      });
    }
  },
});
