import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCurl } from '../../src/cli/request/curl.ts';
import { witnessOf } from '../../src/routing/witness.ts';
import { requestFor } from '../support/routing.ts';

const hasCurl = await promisify(execFile)('curl', ['--version']).then(
  () => true,
  () => false,
);

describe('witnessOf', () => {
  it('writes a plain request the shortest way', () => {
    expect(witnessOf(requestFor('GET shop.example.com/cart?x=1'))).toEqual({
      method: 'GET',
      url: 'http://shop.example.com/cart?x=1',
      headers: [],
      protocol: 'http1',
      sni: null,
      curl: "curl -i --connect-to ::127.0.0.1:8088 'http://shop.example.com/cart?x=1'",
    });
  });

  it.each<readonly [string, string, Readonly<Record<string, string>>]>([
    ['a method and a header', 'PUT a.test/x', { 'x-user': 'beta' }],
    ['quotes and blanks in a header', 'GET a.test/', { 'x-q': `it's "so" $HOME` }],
    ['a path that curl would resolve', 'GET a.test/a/../b/./c', {}],
    ['brackets and a quote in the target', "GET a.test/[x]{1,2}'?a[]=$(id)", {}],
    ['a host with a port that is not the listener’s', 'GET a.test:9999/x', {}],
    ["a host with the scheme's own port", 'GET a.test:80/x', {}],
  ])('curl and explain take it for the same request: %s', (_, text, headers) => {
    const request = requestFor(text, headers);
    const { curl = '' } = witnessOf(request) ?? {};
    const back = readCurl(curl);
    const { host, accept, 'user-agent': agent, ...others } = back.headers;
    expect([back.method, host?.[0] ?? back.authority, back.target, others]).toEqual([
      request.method,
      request.authority,
      request.target,
      Object.fromEntries(request.headers),
    ]);
  });

  it.skipIf(!hasCurl)('curl really sends it', async () => {
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      seen.push([request.method, request.headers.host, request.url, request.headers['x-q']]);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const wanted = [
      requestFor(`PUT a.test/a/../[b]'?q=$HOME`, { 'x-q': `it's` }),
      requestFor('GET a.test:80/x', { 'x-q': '' }),
    ];
    for (const request of wanted) {
      await promisify(execFile)('sh', ['-c', witnessOf({ ...request, port })?.curl ?? 'false']);
    }
    server.close();
    expect(seen).toEqual([
      ['PUT', 'a.test', `/a/../[b]'?q=$HOME`, `it's`],
      ['GET', 'a.test:80', '/x', ''],
    ]);
  });

  it('asks for the server name where TLS is spoken, and speaks HTTP/2 where it must', () => {
    const tls = { ...requestFor('GET a.test/x'), tls: true, sni: 'b.test', protocol: 'http2' } as const;
    expect(witnessOf(tls)).toMatchObject({
      url: 'https://b.test/x',
      sni: 'b.test',
      headers: [['host', 'a.test']],
      curl: "curl -i --http2 -k --connect-to ::127.0.0.1:8088 -H 'host: a.test' https://b.test/x",
    });
  });

  it('is none where the request is not wholly known', () => {
    for (const part of ['method', 'target', 'authority', 'port']) {
      expect(witnessOf({ ...requestFor('GET a.test/x'), [part]: null })).toBeNull();
    }
    expect(witnessOf(requestFor('CONNECT a.test:443'))).toBeNull();
    expect(witnessOf(requestFor('GET a.test/x', { authorization: '[redacted]' }))).toBeNull();
  });
});
