import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions, request as httpsRequest } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { describeError } from '../describe-error.ts';

/** Which cluster, as whom. */
export interface ClusterOptions {
  /** `--kubeconfig`; null: as kubectl finds it. */
  readonly kubeconfig: string | null;
  /** `--context`; null: the current one. */
  readonly context: string | null;
  /** `--as`: a user to impersonate. */
  readonly as: string | null;
  readonly requestTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** One answer of the API server, or why there is none: one line. */
export type ApiAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly text: string;
      readonly retryAfterMs: number | null;
      /** What time it was there, as HTTP writes it. */
      readonly date?: string | undefined;
    }
  | { readonly ok: false; readonly reason: string };

/** How something is written; PATCH is a merge patch. */
export type WritingMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A cluster that can be asked. */
export interface Cluster {
  /** The name of its context: what people call it. */
  readonly name: string;
  readonly server: string;
  /** The namespace of the context. */
  readonly namespace: string;
  readonly config: KubeConfig;
  /** Asks for a path; never throws. A body makes it a POST: only reviews of one's own rights are posted. */
  readonly ask: (path: string, body?: unknown) => Promise<ApiAnswer>;
  /** Writes; never throws. Only the agent does: its Leases, its Events, its rescue copies. */
  readonly write: (method: WritingMethod, path: string, body?: unknown) => Promise<ApiAnswer>;
  /** Asks for what is too long to hold: the answer as it comes, whatever its status. Throws where none begins. */
  readonly open: (path: string) => Promise<IncomingMessage>;
  readonly cost: { calls: number; bytes: number };
  readonly close: () => void;
}

const maxBytes = 256 * 1024 * 1024;
/** Asked side by side: enough to hide the way there, few enough to be no load. */
export const callsAtOnce = 4;

/** Opens the cluster of a kubeconfig's context; a line that says what is wrong where there is none. */
export async function openCluster(options: ClusterOptions): Promise<Cluster | string> {
  try {
    const config = await loadConfig(options);
    const server = config.getCurrentCluster()?.server ?? '';
    const context = config.getContextObject(config.getCurrentContext());
    if (!/^https?:\/\//.test(server)) return `the context ${config.getCurrentContext()} names no API server`;
    const namespace = context?.namespace || 'default';
    const agent = agentFor(server);
    const authority = await authorityOf(config, agent);
    const cost = { calls: 0, bytes: 0 };
    const send = (method: 'GET' | WritingMethod, path: string, body: unknown): Promise<ApiAnswer> => {
      cost.calls += 1;
      return ask(new URL(server.replace(/\/$/, '') + path), method, { ...authority }, options, cost, body);
    };
    return {
      name: config.getCurrentContext(),
      server,
      namespace,
      config,
      cost,
      close: () => agent.destroy(),
      ask: (path, body) => send(body === undefined ? 'GET' : 'POST', path, body),
      write: send,
      open: (path) => {
        cost.calls += 1;
        return open(new URL(server.replace(/\/$/, '') + path), { ...authority }, options);
      },
    };
  } catch (error) {
    return describeError(error);
  }
}

/** The client is large: it is loaded where there is a cluster to ask. */
async function loadConfig({ kubeconfig, context, as }: ClusterOptions): Promise<KubeConfig> {
  const { KubeConfig: Made } = await import('./kube-config.ts');
  const config = new Made();
  if (kubeconfig === null) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== null) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context)) {
      throw new Error(`the kubeconfig has no context ${context} (it has ${known.join(', ') || 'none'})`);
    }
    config.setCurrentContext(context);
  }
  // Where there is no TLS (kubectl proxy) there is none to verify; the client wants that said.
  config.clusters = config.clusters.map((one) =>
    one.server.startsWith('http:') ? { ...one, skipTLSVerify: true } : one,
  );
  if (as === null) return config;
  const user = config.getCurrentUser();
  if (!user) throw new Error('--as needs a user in the kubeconfig who may impersonate');
  config.users = config.users.map((one) => (one === user ? { ...one, impersonateUser: as } : one));
  return config;
}

function agentFor(server: string): HttpAgent | HttpsAgent {
  const kept = { keepAlive: true, maxSockets: callsAtOnce };
  return server.startsWith('https:') ? new HttpsAgent(kept) : new HttpAgent(kept);
}

/** Certificates, token and headers of the user; a proxy that the kubeconfig names brings an agent of its own. */
async function authorityOf(config: KubeConfig, agent: HttpAgent | HttpsAgent): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const proxied = config.getCurrentCluster()?.proxyUrl;
  return { ...options, agent: proxied ? options.agent : agent };
}

function ask(
  url: URL,
  method: 'GET' | WritingMethod,
  authority: RequestOptions,
  { requestTimeoutMs, signal }: ClusterOptions,
  cost: Cluster['cost'],
  body: unknown,
): Promise<ApiAnswer> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ ok: false, reason: 'the time for the whole run ended (--timeout)' });
    const text = body === undefined ? undefined : JSON.stringify(body);
    const form = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const type = text === undefined ? {} : { 'content-type': form };
    const headers = { ...authority.headers, accept: 'application/json', ...type };
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    let size = 0;
    const fail = (reason: string): void => {
      clearTimeout(timer);
      request.destroy();
      resolve({ ok: false, reason });
    };
    const request = start(url, { ...authority, method, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) fail(`the answer is larger than ${maxBytes / 1024 / 1024} MiB`);
        else chunks.push(chunk);
      });
      response.on('error', (error) => fail(`the answer broke off after ${size} bytes: ${describeError(error)}`));
      response.on('end', () => {
        clearTimeout(timer);
        cost.bytes += size;
        if (!response.complete) return fail(`the answer broke off after ${size} bytes`);
        const whole = Buffer.concat(chunks).toString('utf8');
        const retryAfterMs = waitOf(response.headers['retry-after']);
        resolve({ ok: true, status: response.statusCode ?? 0, text: whole, retryAfterMs, date: response.headers.date });
      });
    });
    const seconds = requestTimeoutMs / 1000;
    const timer = setTimeout(() => fail(`no whole answer within ${seconds} s (--request-timeout)`), requestTimeoutMs);
    request.on('error', (error) =>
      fail(signal.aborted ? 'the time for the whole run ended (--timeout)' : describeError(error)),
    );
    request.end(text);
  });
}

function open(
  url: URL,
  authority: RequestOptions,
  { requestTimeoutMs, signal }: ClusterOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('the time for the whole run ended (--timeout)'));
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = start(url, { ...authority, method: 'GET', signal }, resolve);
    const seconds = requestTimeoutMs / 1000;
    // Of silence: a long log takes longer than one call may.
    request.setTimeout(requestTimeoutMs, () => {
      request.destroy(new Error(`no answer for ${seconds} s (--request-timeout)`));
    });
    request.on('error', (error) =>
      reject(signal.aborted ? new Error('the time for the whole run ended (--timeout)') : error),
    );
    request.end();
  });
}

function waitOf(header: string | undefined): number | null {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
