import { connect } from 'node:http2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUpstreams, type Upstreams, type UpstreamSpec } from './upstreams.ts';

const address = '127.20.254.100';
const specs: readonly UpstreamSpec[] = [
  { name: 'echo', address, port: 8081, behaviour: { kind: 'echo' } },
  { name: 'sick', address, port: 8082, behaviour: { kind: 'status', status: 503 } },
  { name: 'slow', address, port: 8083, behaviour: { kind: 'slow', ms: 150 } },
  { name: 'rude', address, port: 8084, behaviour: { kind: 'close-after-read' } },
  { name: 'grpc', address, port: 8085, behaviour: { kind: 'h2c' } },
];
const urlOf = (port: number) => `http://${address}:${port}/a?b=1`;

let upstreams: Upstreams;
beforeAll(async () => {
  upstreams = await startUpstreams(specs);
});
afterAll(() => upstreams?.stop());

it('echoes who answered and what was asked', async () => {
  const response = await fetch(urlOf(8081));
  expect(await response.json()).toMatchObject({
    upstream: 'echo',
    method: 'GET',
    url: '/a?b=1',
    host: `${address}:8081`,
  });
  expect(upstreams.served('echo')).toBe(1);
  expect(upstreams.served('sick')).toBe(0);
});

it('answers with a status, or late, or not at all', async () => {
  expect((await fetch(urlOf(8082))).status).toBe(503);
  const asked = performance.now();
  expect((await fetch(urlOf(8083))).status).toBe(200);
  expect(performance.now() - asked).toBeGreaterThan(140);
  await expect(fetch(urlOf(8084))).rejects.toThrow('fetch failed');
  expect(upstreams.served('rude')).toBe(1);
});

it('speaks gRPC over clear text', async () => {
  const session = connect(`http://${address}:8085`);
  const stream = session.request({ ':method': 'POST', ':path': '/shop.Cart/Get', 'content-type': 'application/grpc' });
  const trailers = await new Promise<unknown>((resolve, reject) => {
    stream.once('trailers', resolve);
    stream.once('error', reject);
    stream.resume();
    stream.end();
  });
  session.close();
  expect(trailers).toMatchObject({ 'grpc-status': '0' });
});

it('names the upstream that could not listen, and stops the others', async () => {
  const taken: UpstreamSpec = { name: 'second', address, port: 8081, behaviour: { kind: 'echo' } };
  const free: UpstreamSpec = { name: 'first', address, port: 8086, behaviour: { kind: 'echo' } };
  await expect(startUpstreams([free, taken])).rejects.toThrow(`upstream second on ${address}:8081`);
  await expect(fetch(urlOf(8086))).rejects.toThrow('fetch failed');
});
