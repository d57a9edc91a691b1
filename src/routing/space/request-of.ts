import type { RoutingRequest } from '../match/request.ts';
import type { Solver, Value } from './field.ts';
import type { Point } from './find.ts';
import type { Scene } from './scene.ts';

/** Header names that change how a request is read: a witness that needs one is not trusted. */
const touchy = new Set(['connection', 'upgrade', 'transfer-encoding', 'content-length', 'te', 'expect', 'keep-alive']);

/** A point as a request that can be sent: what no condition asks for is left out. `null`: no request says it safely. */
export function requestOf(scene: Scene, solver: Solver, point: Point, connect: boolean): RoutingRequest | null {
  const headers = new Map<string, readonly string[]>();
  const cookies: string[] = [];
  const query: string[] = [];
  for (const [field, value] of point) {
    const [kind, name] = split(field.key);
    if (value.kind !== 'lines') continue;
    if (kind === 'header') {
      if (touchy.has(name)) return null;
      headers.set(name, value.lines);
    }
    if (kind === 'cookie') cookies.push(`${name}=${value.lines[0] ?? ''}`);
    if (kind === 'query') query.push(`${name}=${value.lines[0] ?? ''}`);
  }
  if (cookies.length > 0) headers.set('cookie', [cookies.join('; ')]);
  const scheme = word(point.get(scene.scheme));
  const own = scene.chain.tls ? 'https' : 'http';
  if (scheme !== null && scheme !== own && !headers.has('x-forwarded-proto'))
    headers.set('x-forwarded-proto', [scheme]);
  if (headers.get('x-forwarded-proto')?.join() === own) headers.delete('x-forwarded-proto');
  const path = word(point.get(scene.path)) ?? word(solver.solve(scene.path, [])) ?? '/';
  const host = word(point.get(scene.host)) ?? word(solver.solve(scene.host, [])) ?? '';
  const [serverName] = scene.chain.serverNames;
  return {
    port: scene.listener.port,
    protocol: 'http1',
    sni: scene.chain.tls && serverName ? serverName.replace(/^\*/, 'www') : 'absent',
    tls: scene.chain.tls,
    method: connect ? 'CONNECT' : (word(point.get(scene.method)) ?? 'GET'),
    authority: connect && !/:\d+$/.test(host) ? `${host}:${scene.listener.port}` : host,
    target: connect ? '' : path + (query.length > 0 ? `?${query.join('&')}` : ''),
    headers,
    otherHeaders: 'absent',
  };
}

function split(key: string): readonly [kind: string, name: string] {
  const at = key.indexOf(' ');
  return at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)];
}

function word(value: Value | null | undefined): string | null {
  return value?.kind === 'lines' ? (value.lines[0] ?? '') : null;
}
