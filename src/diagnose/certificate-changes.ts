import { envoyEvidence, type Envoy } from '../model/envoy/envoy.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { seenValue } from '../snapshot/coverage.ts';
import type { Change } from './finding.ts';

/** What an Envoy gets while it starts is no change: so long it waits itself for a first secret. */
const startMs = 15_000;

/**
 * New certificates, as Envoy tells of them: secrets that it was delivered while it ran, and what it has loaded by the time
 * each is valid from. Envoy notes a delivery even where it brought the same again: it is no renewal for certain.
 */
export function renewedCertificates(model: Model): readonly Change[] {
  return model.gateways.flatMap((gateway) => {
    const changes = gateway.envoys.flatMap((envoy) => [
      ...deliveredTo(gateway, envoy, startOf(model, envoy)),
      ...issuedTo(gateway, envoy),
    ]);
    // Pods of a gateway get the same within a moment.
    return [...new Map(changes.map((change) => [`${change.at.slice(0, 16)} ${change.what}`, change])).values()];
  });
}

function deliveredTo({ ref }: Gateway, { secrets }: Envoy, start: number): readonly Change[] {
  return (seenValue(secrets) ?? []).flatMap(({ name, state, lastUpdated, place }) => {
    if (state !== 'active' || lastUpdated === null || Date.parse(lastUpdated) < start + startMs) return [];
    const evidence = envoyEvidence('config_dump', place, { name, last_updated: lastUpdated });
    return [{ at: lastUpdated, what: `Secret ${name} was delivered to gateway ${ref.name}`, object: ref, evidence }];
  });
}

function issuedTo({ ref }: Gateway, { certs }: Envoy): readonly Change[] {
  return (seenValue(certs) ?? []).flatMap(({ validFrom, subjectAltNames, path, authority, place }) => {
    if (validFrom === null) return [];
    const name = subjectAltNames[0] ?? (path === '<inline>' ? '' : path);
    const what = `${authority ? 'CA certificate' : 'Certificate'}${name && ` for ${name}`} of gateway ${ref.name} became valid`;
    return [{ at: validFrom, what, object: ref, evidence: envoyEvidence('certs', place, { valid_from: validFrom }) }];
  });
}

/** When an Envoy started; where that is not told, long ago. */
function startOf({ snapshot }: Model, { serverInfo }: Envoy): number {
  const info = seenValue(serverInfo);
  const read = snapshot.documents.find(({ id }) => id === info?.place.document);
  return read && info?.uptimeSeconds != null ? Date.parse(read.readAt) - info.uptimeSeconds * 1000 : 0;
}
