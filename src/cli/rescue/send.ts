import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { AskedRequest } from '../../rescue/requests.ts';

/** What came back. */
export interface Answer {
  /** 0: the connection broke. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const atOnce = 16;
const timeoutMs = 20_000;

/**
 * Sends requests to an address, a few at a time; the answers in their order. `portOf` says where a listener's port is.
 */
export async function sendAll(
  host: string,
  requests: readonly AskedRequest[],
  portOf: (port: number) => number = (port) => port,
): Promise<readonly Answer[]> {
  const agents = new Agents();
  const answers: Answer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < requests.length; at = next++) {
      const request = requests[at];
      if (request) answers[at] = await sendOne(host, portOf(request.port), request, agents);
    }
  };
  await Promise.all([...Array(atOnce)].map(work));
  agents.destroy();
  return answers;
}

/** Connections that are kept: plain ones, and with TLS one set for each server name. */
class Agents {
  readonly plain = new Agent({ keepAlive: true, maxSockets: atOnce });
  readonly #byName = new Map<string, TlsAgent>();

  secure(sni: string | null) {
    const servername = sni === 'absent' || sni === null ? '' : sni;
    const known = this.#byName.get(servername) ?? new TlsAgent({ keepAlive: true, maxSockets: atOnce });
    this.#byName.set(servername, known);
    return { agent: known, servername, rejectUnauthorized: false };
  }

  destroy(): void {
    this.plain.destroy();
    for (const agent of this.#byName.values()) agent.destroy();
  }
}

function sendOne(host: string, port: number, request: AskedRequest, agents: Agents): Promise<Answer> {
  const headers: Record<string, string | string[]> = { host: request.authority };
  for (const [name, lines] of request.headers)
    if (lines) headers[name] = lines.length === 1 ? (lines[0] ?? '') : [...lines];
  if (request.method !== 'GET') headers['content-length'] = '0';
  const to = { host, port, method: request.method, path: request.target, headers, timeout: timeoutMs };
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ status: 0, headers: {}, body: error.message });
    const sending = request.tls
      ? tlsRequest({ ...to, ...agents.secure(request.sni) })
      : httpRequest({ ...to, agent: agents.plain });
    sending.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sending.on('timeout', () => sending.destroy(new Error('no answer in time')));
    sending.on('error', fail);
    sending.end();
  });
}
