import { request } from 'node:http';

/** Where an Envoy's admin listens: `http://host:port`, or `unix:` and the path of its socket. */
export type AdminUrl = string;

/** One answer of an admin endpoint. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 10_000;

/** Asks an admin endpoint, over TCP or a unix socket. */
export function askAdmin(url: AdminUrl, path: string, method = 'GET'): Promise<AdminAnswer> {
  const target = url.startsWith('unix:')
    ? { socketPath: url.slice('unix:'.length), path, headers: { host: 'localhost' } }
    : { host: new URL(url).hostname, port: new URL(url).port, path };
  return new Promise((resolve, reject) => {
    const asked = request({ ...target, method, agent: false, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    asked.on('timeout', () => asked.destroy(new Error(`Asked ${url}${path}: no answer within ${TIMEOUT_MS} ms.`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** Reads one counter or gauge; undefined when Envoy does not know it. */
export async function readStat(url: AdminUrl, name: string): Promise<number | undefined> {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const { body } = await askAdmin(url, `/stats?filter=${encodeURIComponent(`^${escaped}$`)}`);
  const value = body.split(': ')[1];
  return value === undefined ? undefined : Number(value);
}

/** Waits until a question about a running part is answered with yes; fails naming what was waited for. */
export async function waitUntil(what: string, holds: () => Promise<boolean>, limitMs = 20_000): Promise<void> {
  const until = Date.now() + limitMs;
  for (;;) {
    if (await holds().catch(() => false)) return;
    if (Date.now() > until) throw new Error(`Waited ${limitMs} ms for ${what}; it did not come.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
