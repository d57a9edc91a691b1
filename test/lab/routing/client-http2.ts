import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import type { Answer } from './answers.ts';
import { answerOf, closed, handshake } from './client-http1.ts';
import type { WireRequest } from './requests.ts';

/** Opens an HTTP/2 connection as a request wants it: with prior knowledge, or over TLS. */
export function openSession(port: number, { tls, sni }: WireRequest): ClientHttp2Session {
  const session = connect(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`, handshake(sni));
  session.on('error', () => {});
  return session;
}

/** Sends a request over HTTP/2; `closed` where its stream is reset. */
export function exchangeHttp2(session: ClientHttp2Session, request: WireRequest): Promise<Answer> {
  const { method, host, target, tls } = request;
  const headers: OutgoingHttpHeaders = { ':method': method, ':authority': host };
  if (method !== 'CONNECT') Object.assign(headers, { ':path': target, ':scheme': tls ? 'https' : 'http' });
  for (const [name, value] of request.headers) {
    const held = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = held === undefined ? value : [held, value].flat().map(String);
  }
  return new Promise((resolve) => {
    if (session.destroyed || session.closed) return resolve(closed);
    const stream = session.request(headers, { endStream: method !== 'CONNECT' });
    let answer = closed;
    const timer = setTimeout(() => stream.close(), 10_000);
    stream.on('response', (got) => {
      answer = answerOf(Number(got[':status']), (name) => (got[name] === undefined ? null : String(got[name])));
      if (method === 'CONNECT') stream.close();
    });
    stream.on('error', () => {});
    stream.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
    stream.resume();
  });
}
