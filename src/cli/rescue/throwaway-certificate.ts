import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate that vouches for itself, with its key, made for one trial on this machine and never kept. */
export function throwawayCertificate(): { readonly certificate: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // RFC 5280, section 4.1; ecdsa-with-SHA256 is 1.2.840.10045.4.3.2, commonName 2.5.4.3.
  const algorithm = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const name = der(
    0x30,
    der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('meshdoctor trial')))),
  );
  const validity = der(0x30, utcTime(-1), utcTime(1));
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)]);
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const info = publicKey.export({ type: 'spki', format: 'der' });
  const body = der(0x30, version, der(0x02, serial), algorithm, name, validity, name, info);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const lines =
    der(0x30, body, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

function utcTime(days: number): Buffer {
  const time = new Date(Date.now() + days * 86_400_000).toISOString();
  return der(0x17, Buffer.from(`${time.slice(2, 19).replaceAll(/[-T:]/g, '')}Z`));
}
