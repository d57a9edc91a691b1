import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its key, as files and as text. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
  readonly keyFile: string;
}

/** An authority of the lab, and what it signed. */
export interface Certificates {
  readonly authority: string;
  readonly issue: (name: string, names: readonly string[]) => Promise<Pair>;
}

const run = promisify(execFile);

/** Makes an authority in a folder, whose certificates live this many days; needs `openssl`. */
export async function makeAuthority(folder: string, days = 30): Promise<Certificates> {
  const at = (name: string): string => join(folder, name);
  const fresh = ['-newkey', 'rsa:2048', '-nodes', '-days', String(days)];
  await run('openssl', ['req', '-x509', ...fresh, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=lab']);
  return {
    authority: await readFile(at('ca.pem'), 'utf8'),
    issue: async (name, names) => {
      await writeFile(at(`${name}.ext`), `subjectAltName=${names.map((one) => `DNS:${one}`).join(',')}\n`);
      const subject = ['-subj', `/CN=${name}`];
      await run('openssl', ['req', ...fresh, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), ...subject]);
      const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', String(days)];
      const out = ['-out', at(`${name}.pem`), '-extfile', at(`${name}.ext`)];
      await run('openssl', ['x509', '-req', '-in', at(`${name}.csr`), ...signing, ...out]);
      const [certificate, key] = await Promise.all([
        readFile(at(`${name}.pem`), 'utf8'),
        readFile(at(`${name}.key`), 'utf8'),
      ]);
      return { certificate, key, keyFile: at(`${name}.key`) };
    },
  };
}
