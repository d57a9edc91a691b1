import { isFrozen } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { entriesOf, type Entry, gatewayTables, tableParts } from '../../src/routing/gateway-tables.ts';
import { coversHost } from '../../src/routing/covers-host.ts';
import type { Certificate } from '../../src/snapshot/envoy/view.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'certificate-name-mismatch',
  title: 'No certificate of a gateway has the name that clients ask for',
  severity: 'warning',
  needs: anyOf(allOf('envoy.certs', 'envoy.routes', 'envoy.listenerConfig')),
  also: [...tableParts.also, 'mesh.gatewayRoutes', 'mesh.virtualGateways'],
  explains: ['requests-failing'],
  docs: {
    what: 'A gateway that speaks TLS and routes a host name which none of the certificates it has loaded covers.',
    why: 'A client that checks the name breaks the connection off. A load balancer that ends TLS before the gateway does not check it.',
    fix: 'Give the listener a certificate with that name. A frozen gateway takes no new one: end TLS at the load balancer.',
    seen: 'Clients say that the name does not match the certificate; Envoy counts `ssl.connection_error` and logs no request.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const { gateway, envoy, table } of gatewayTables(model)) {
      const asked = envoy ? namesAsked(entriesOf(table)) : new Map<string, Entry>();
      if (!envoy || asked.size === 0) continue;
      const unread = gateway.envoys.find(({ certs }) => certs.state === 'not-read')?.certs;
      if (unread?.state === 'not-read') yield notEvaluated(gateway, unread.gap);
      const leaves = leavesOf(gateway);
      const [first, ...rest] = leaves;
      // A certificate without alternative names may carry its name as CN, which the page does not tell.
      if (unread || !first || leaves.some(({ certificate }) => certificate.subjectAltNames.length === 0)) continue;
      const names = [...new Set(leaves.flatMap(({ certificate }) => certificate.subjectAltNames))];
      for (const [host, { route }] of asked) {
        if (names.some((name) => coversHost(name, host))) continue;
        yield finding(gateway, {
          message: `Gateway ${gateway.ref.name} routes ${host} over TLS, and has no certificate for it: only for ${names.slice(0, 5).join(', ')}.`,
          effect: 'traffic',
          evidence: [
            envoyEvidence('config_dump', route.place, { host }, `a route of ${envoy.label}`),
            first.evidence,
            ...rest.slice(0, 9).map(({ evidence }) => evidence),
          ],
          cause: 'The name that a client asks for must be among the alternative names of the certificate it is shown.',
          fix: [
            isFrozen(gateway)
              ? {
                  say: 'End TLS at the load balancer, with a certificate for this name from ACM.',
                  restarts: 'nothing',
                  works: 'now',
                }
              : {
                  say: `Give the listener a certificate that holds ${host}.`,
                  restarts: 'nothing',
                  works: 'now',
                },
          ],
          discriminator: host,
        });
      }
    }
  },
});

interface Leaf {
  readonly certificate: Certificate;
  readonly evidence: Evidence;
}

/** Every certificate that the Envoys of a gateway have loaded, without CAs. */
function leavesOf({ envoys }: Gateway): readonly Leaf[] {
  return envoys.flatMap(({ certs, label }) =>
    (certs.state === 'not-read' ? [] : certs.value)
      .filter(({ authority }) => !authority)
      .map((certificate) => {
        const value = { path: certificate.path, names: certificate.subjectAltNames };
        return { certificate, evidence: envoyEvidence('certs', certificate.place, value, `certificate in ${label}`) };
      }),
  );
}

/** The exact host names for which routes are behind TLS: of virtual hosts, and of conditions on Host. */
function namesAsked(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const asked = new Map<string, Entry>();
  for (const entry of entries) {
    if (!entry.chain.tls) continue;
    const byRoute = entry.route.clauses.flatMap((clause) =>
      clause.field === 'header' && clause.name === ':authority' && clause.test.kind === 'exact' && !clause.invert
        ? [clause.test.value]
        : [],
    );
    const exact = [...byRoute, ...entry.host.domains].map((name) => name.replace(/:\d+$/, '').toLowerCase());
    for (const name of exact) if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name) && !asked.has(name)) asked.set(name, entry);
  }
  return asked;
}
