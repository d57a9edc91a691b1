import { asList, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { Certificate } from './view.ts';

/** Reads `/certs`; null where it is not that page. `{"certificates":[]}` is an Envoy that has loaded none. */
export function readCerts(page: JsonObject, document: string): readonly Certificate[] | null {
  if (!Array.isArray(page.certificates)) return Object.keys(page).length === 0 ? [] : null;
  const certificates: Certificate[] = [];
  for (const [index, value] of asList(page.certificates).entries()) {
    for (const member of ['ca_cert', 'cert_chain'] as const) {
      for (const [position, certificate] of asList(asObject(value)[member]).entries()) {
        if (!isObject(certificate)) continue;
        const place = { document, pointer: `/certificates/${index}/${member}/${position}` };
        certificates.push({
          place,
          path: asText(certificate.path) ?? '',
          subjectAltNames: namesOf(certificate.subject_alt_names),
          validFrom: asText(certificate.valid_from) ?? null,
          expires: asText(certificate.expiration_time) ?? null,
          authority: member === 'ca_cert',
        });
      }
    }
  }
  return certificates;
}

/** The names of `envoy.admin.v3.SubjectAlternateName`: one of dns, uri, ip_address. */
function namesOf(value: unknown): readonly string[] {
  return asList(value)
    .map((name) => asText(asObject(name).dns) ?? asText(asObject(name).uri) ?? asText(asObject(name).ip_address))
    .filter((name) => name !== undefined);
}
