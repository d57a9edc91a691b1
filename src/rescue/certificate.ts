import { createHash, X509Certificate } from 'node:crypto';
import { asObject, asText } from '../lib/json.ts';

/** What tells a person which key belongs to a certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly names: string;
  readonly expires: string;
  /** SHA-256 of the public key in DER: `openssl pkey -in KEY -pubout -outform DER | sha256sum` must say the same. */
  readonly publicKeySha256: string;
}

/** Reads the first certificate of an Envoy DataSource; null where it stands in a file, or is none. */
export function certificateFacts(source: unknown): CertificateFacts | null {
  const { inline_string, inline_bytes } = asObject(source);
  const bytes = asText(inline_bytes);
  const pem = asText(inline_string) ?? (bytes === undefined ? '' : Buffer.from(bytes, 'base64').toString('utf8'));
  try {
    const certificate = new X509Certificate(pem);
    const der = certificate.publicKey.export({ type: 'spki', format: 'der' });
    return {
      subject: certificate.subject.replaceAll('\n', ', '),
      names: (certificate.subjectAltName ?? '').replaceAll('DNS:', ''),
      expires: new Date(certificate.validTo).toISOString().slice(0, 10),
      publicKeySha256: createHash('sha256').update(der).digest('hex'),
    };
  } catch {
    return null;
  }
}
