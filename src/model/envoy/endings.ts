import type { Certificate } from '../../snapshot/envoy/view.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Gateway } from '../gateway.ts';
import { envoyEvidence } from './envoy.ts';
import { type Renewal, renewalOf } from './renewal.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** A certificate that ends, wherever the Envoys of a gateway hold it. */
export interface Ending {
  readonly certificate: Certificate;
  /** The same for the same certificate, wherever it is read. */
  readonly key: string;
  /** Left, with their fraction. */
  readonly days: number;
  readonly renewal: Renewal;
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

/** The certificates that have not ended yet, each once, by the first of its name that ends; what has ended is certificate-expired's. */
export function endingsOf(gateway: Gateway, now: number): readonly Ending[] {
  const endings = new Map<string, Ending>();
  for (const envoy of gateway.envoys) {
    for (const certificate of envoy.certs.state === 'not-read' ? [] : envoy.certs.value) {
      const { expires, place, path, authority } = certificate;
      const left = Date.parse(expires ?? '') - now;
      if (!(left > 0)) continue;
      const value = { path, expires, names: certificate.subjectAltNames };
      const evidence = envoyEvidence('certs', place, value, `${authority ? 'CA' : 'certificate'} in ${envoy.label}`);
      const key = keyOf(certificate);
      const known = endings.get(key);
      const days = left / dayMs;
      if (known && known.days <= days) {
        endings.set(key, { ...known, evidence: [...known.evidence, evidence] });
      } else {
        const renewal = renewalOf(envoy, certificate);
        endings.set(key, { certificate, key, days, renewal, evidence: [evidence, ...(known?.evidence ?? [])] });
      }
    }
  }
  return [...endings.values()];
}

function keyOf({ path, subjectAltNames, authority }: Certificate): string {
  return `${authority ? 'ca' : 'leaf'} ${path} ${subjectAltNames.join(',')}`;
}
