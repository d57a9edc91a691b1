import { type Agent, get, type IncomingMessage } from 'node:http';
import { describeError } from '../describe-error.ts';
import type { AdminPath } from './paths.ts';

/** Where an admin endpoint listens. */
export interface AdminTarget {
  /** `http://host:port` or `unix:/path`, as the user wrote it. */
  readonly label: string;
  readonly host: string;
  readonly port: number;
  /** The path of a unix socket, else null. */
  readonly socket: string | null;
  /** Brings the connections, where they go through something else than this machine's network. */
  readonly agent?: Agent;
  /** Stands before every path, where somebody else asks the endpoint for us: `/envoy/shop/edge-0`. */
  readonly prefix?: string;
}

/** The answer to one call, or why there is none: one line. */
export type Answer =
  | { readonly ok: true; readonly status: number; readonly text: string; readonly bytes: number; readonly ms: number }
  | { readonly ok: false; readonly reason: string; readonly unreachable: boolean };

/** The longest text a JavaScript string can hold is a little above this. */
const maxBytes = 500 * 1024 * 1024;

/** Reads `http://host:port` or `unix:/path`; a line that says what is wrong where it is neither. */
export function parseTarget(text: string): AdminTarget | string {
  if (text.startsWith('unix:')) {
    const socket = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (socket === '') return `${text}: unix: needs the path of a socket`;
    return { label: text, host: 'localhost', port: 0, socket };
  }
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (url?.protocol !== 'http:' || url.hostname === '') {
    return `${text}: an admin endpoint is http://host:port or unix:/path (Envoy's admin endpoint speaks no TLS)`;
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? 80 : Number(url.port);
  return { label: `http://${url.host}`, host, port, socket: null };
}

/** Asks an admin endpoint for one page, with GET; redirects are not followed. Never throws. */
export function getPage(target: AdminTarget, path: AdminPath, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
  return getText(target, path, timeoutMs, signal);
}

/** Asks for anything that whoever listens there answers. Never throws. */
export function getText(target: AdminTarget, path: string, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let answered = false;
    const fail = (reason: string): void => {
      clearTimeout(timer);
      request.destroy();
      resolve({ ok: false, reason, unreachable: !answered });
    };
    const where = target.socket === null ? { host: target.host, port: target.port } : { socketPath: target.socket };
    const headers = { host: 'localhost', accept: '*/*' };
    const asked = { ...where, path: (target.prefix ?? '') + path, headers, agent: target.agent ?? false, signal };
    const request = get(asked, (response) => {
      answered = true;
      collectBody(response, fail, (body) => {
        clearTimeout(timer);
        const ms = performance.now() - begun;
        resolve({ ok: true, status: response.statusCode ?? 0, text: body.toString('utf8'), bytes: body.length, ms });
      });
    });
    const timer = setTimeout(() => fail(`no whole answer within ${timeoutMs / 1000} s (--request-timeout)`), timeoutMs);
    request.on('error', (error) =>
      fail(signal.aborted ? 'the time for the whole run ended (--timeout)' : describeError(error)),
    );
  });
}

function collectBody(response: IncomingMessage, fail: (reason: string) => void, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) fail(`the page is larger than ${maxBytes / 1024 / 1024} MiB`);
    else chunks.push(chunk);
  });
  response.on('error', (error) => fail(`the answer broke off after ${size} bytes: ${describeError(error)}`));
  response.on('end', () => {
    if (response.complete) done(Buffer.concat(chunks));
    else fail(`the answer broke off after ${size} bytes`);
  });
}
