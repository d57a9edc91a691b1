import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { type LabRequest, shopHost, shopRound } from './shop.ts';

/** What one request through the gateway came to; status 0 when there was no answer. */
export interface Outcome {
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

/** Traffic that goes on until it is stopped. */
export interface Trickle {
  readonly sent: () => number;
  readonly stop: () => Promise<void>;
}

const AT_ONCE = 8;
const TIMEOUT_MS = 20_000;

/** Sends requests to a gateway, a few at a time, and returns their outcomes in order; over TLS where an authority (PEM) is given. */
export async function sendRequests(
  gatewayUrl: string,
  requests: readonly LabRequest[],
  authority?: string,
): Promise<readonly Outcome[]> {
  const shared = { keepAlive: true, maxSockets: AT_ONCE };
  const agent =
    authority === undefined ? new Agent(shared) : new SecureAgent({ ...shared, ca: authority, servername: shopHost });
  const outcomes: Outcome[] = [];
  try {
    for (let at = 0; at < requests.length; at += AT_ONCE) {
      const batch = requests.slice(at, at + AT_ONCE);
      outcomes.push(...(await Promise.all(batch.map((one) => sendOne(gatewayUrl, one, agent)))));
    }
  } finally {
    agent.destroy();
  }
  return outcomes;
}

/** The first `count` requests of the shop's rounds. */
export function shopRequests(count: number): readonly LabRequest[] {
  const requests: LabRequest[] = [];
  for (let round = 0; requests.length < count; round += 1) requests.push(...shopRound(round));
  return requests.slice(0, count);
}

/** Sends the shop's rounds at a steady rate, round robin over the gateways. */
export function startTrickle(gatewayUrls: readonly string[], perSecond: number): Trickle {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const queue: LabRequest[] = [];
  const running = new Set<Promise<unknown>>();
  let sent = 0;
  let round = 0;
  const timer = setInterval(() => {
    if (queue.length === 0) queue.push(...shopRound(round++));
    const next = queue.shift();
    const gatewayUrl = gatewayUrls[sent % gatewayUrls.length];
    if (next === undefined || gatewayUrl === undefined || running.size >= AT_ONCE * 4) return;
    sent += 1;
    const one = sendOne(gatewayUrl, next, agent);
    running.add(one);
    void one.finally(() => running.delete(one));
  }, 1_000 / perSecond);
  return {
    sent: () => sent,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(running);
      agent.destroy();
    },
  };
}

function sendOne(gatewayUrl: string, one: LabRequest, agent: Agent): Promise<Outcome> {
  const headers = { ...one.headers, ...(one.host === undefined ? {} : { host: one.host }) };
  const { hostname, port } = new URL(gatewayUrl);
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ path: one.path, status: 0, body: error.message });
    const options = { hostname, port, path: one.path, method: one.method ?? 'GET', headers, agent };
    const ask = agent instanceof SecureAgent ? secureRequest : request;
    const sending = ask({ ...options, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () =>
        resolve({
          path: one.path,
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sending.on('timeout', () => sending.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    sending.on('error', fail);
    sending.end();
  });
}
