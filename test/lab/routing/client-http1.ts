import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Answer } from './answers.ts';
import { shared } from './certificate.ts';
import type { WireRequest } from './requests.ts';

/** Nothing came back: the other side closed the connection. */
export const closed: Answer = {
  status: 0,
  grpcStatus: null,
  verdict: null,
  location: null,
  path: null,
  host: null,
  timeout: null,
};

/** What a client says in the TLS handshake; its certificate goes to a gateway that asks for one. */
export function handshake(sni: string | null): ConnectionOptions {
  const { certificate: cert, key } = shared;
  return { rejectUnauthorized: false, cert, key, servername: sni ?? '' };
}

/** Opens a connection as a request wants it; null: it was closed in the handshake. */
export function open(port: number, { tls, sni }: WireRequest): Promise<Socket | null> {
  return new Promise((resolve) => {
    const ready = (): void => {
      socket.off('error', fail);
      socket.off('close', fail);
      resolve(socket);
    };
    const fail = (): void => resolve(null);
    const socket = tls
      ? connectTls({ port, host: '127.0.0.1', ...handshake(sni) }, ready)
      : connect(port, '127.0.0.1', ready);
    socket.setNoDelay(true);
    // One that outlives its use (a worker that went on) must not end the process when it fails.
    socket.on('error', () => {});
    socket.once('error', fail);
    socket.once('close', fail);
  });
}

/** An answer, and whether the connection takes another request. */
export interface Exchanged {
  readonly answer: Answer;
  readonly keep: boolean;
}

/** Sends a request and waits for its answer; rejects where the connection closes first. */
export function exchange(socket: Socket, request: WireRequest): Promise<Exchanged> {
  const { method, host, target, headers } = request;
  const lines = [`${method} ${method === 'CONNECT' ? host : target} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (): void => {
      socket.off('data', onData);
      socket.off('error', fail);
      socket.off('close', fail);
      clearTimeout(timer);
    };
    const fail = (): void => {
      done();
      reject(new Error('closed'));
    };
    const timer = setTimeout(fail, 10_000);
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const body = method === 'HEAD' ? 0 : length;
      const chunked = /\r\ntransfer-encoding: chunked/i.test(head) && method !== 'HEAD' && method !== 'CONNECT';
      if (chunked ? !text.endsWith('0\r\n\r\n') : text.length < end + 4 + body) return;
      done();
      resolve({ answer: readAnswer(head), keep: method !== 'CONNECT' && !/\r\nconnection: close/i.test(head) });
    };
    socket.on('data', onData);
    socket.once('error', fail);
    socket.once('close', fail);
    if (socket.destroyed) return fail();
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}

function readAnswer(head: string): Answer {
  const header = (name: string): string | null => new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(head)?.[1] ?? null;
  return answerOf(Number(head.split(' ')[1]), header);
}

/** An answer from its status and headers. */
export function answerOf(status: number, header: (name: string) => string | null): Answer {
  const number = (name: string): number | null => (header(name) === null ? null : Number(header(name)));
  return {
    status,
    grpcStatus: number('grpc-status'),
    verdict: header('x-verdict'),
    location: header('location'),
    path: header('x-path'),
    host: header('x-host'),
    timeout: number('x-timeout'),
  };
}
