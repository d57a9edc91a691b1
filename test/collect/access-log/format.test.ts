import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileJson, readUsualJson } from '../../../src/collect/access-log/json-parser.ts';
import { defaultTextFormat } from '../../../src/collect/access-log/format.ts';
import { LogReader } from '../../../src/collect/access-log/reader.ts';
import { compileStartTime } from '../../../src/collect/access-log/start-time.ts';
import { compileText } from '../../../src/collect/access-log/text-parser.ts';

/** Lines of a real Envoy 1.40.0. */
const egress =
  '[2026-11-27T01:26:44.698Z] "POST /payments/17/1 HTTP/1.1" 503 UF 0 98 0 - "-" "-" "c5a43290-a682-4c0f-8f58-34afc8810750" "payments.shop.svc.cluster.local" "127.20.1.104:9090"';

const read = (format: string, line: string) => {
  const parser = compileText(format);
  if (!parser) throw new Error(`no parser for ${format}`);
  return parser(line);
};

describe('a text format', () => {
  it('reads a line in the default format', () => {
    expect(read(defaultTextFormat, egress)).toMatchObject({
      at: Date.UTC(2026, 10, 27, 1, 26, 44, 698),
      method: 'POST',
      path: '/payments/17/1',
      status: 503,
      flag: 'UF',
      received: 0,
      sent: 98,
      serviceMs: '-',
      authority: 'payments.shop.svc.cluster.local',
      upstream: '127.20.1.104:9090',
      requestId: 'c5a43290-a682-4c0f-8f58-34afc8810750',
      headers: { 'user-agent': '-', 'x-forwarded-for': '-' },
    });
  });

  it('reads quotes and blanks that a client put into a header', () => {
    const hostile = egress.replace('"-" "-"', '"-" "a" "b" 200 - "c"');
    expect(read(defaultTextFormat, hostile)).toMatchObject({
      status: 503,
      upstream: '127.20.1.104:9090',
      headers: { 'user-agent': 'a" "b" 200 - "c' },
    });
  });

  it('delimits what it does not use, arguments and lengths included', () => {
    const format =
      '%DYNAMIC_METADATA(com.test:a:b)% %FILTER_STATE(k:PLAIN):10%|%REQ(:PATH):6%|%CEL(request.headers["x"])%|' +
      '%START_TIME(%Y/%m/%d %H:%M:%S.%3f %z)% 100%% %RESPONSE_CODE%';
    expect(read(format, '{"x":1} abc|/cart/|v|2026/11/27 03:26:01.478 +0200 100% 404')).toMatchObject({
      path: '/cart/',
      pathCut: true,
      status: 404,
      at: Date.UTC(2026, 10, 27, 1, 26, 1, 478),
    });
  });

  it('knows nothing of operators that stand side by side, and goes on behind them', () => {
    expect(read('%REQ(:METHOD)%%PROTOCOL% %RESPONSE_CODE%', 'GETHTTP/1.1 200')).toMatchObject({
      method: null,
      status: 200,
    });
  });

  it('refuses a format of several lines, and one that tells nothing', () => {
    expect(compileText('%RESPONSE_CODE%\n%REQ(:PATH)%')).toBeNull();
    expect(compileText('hello')).toBeNull();
  });
});

describe('%START_TIME%', () => {
  it.each([
    ['%s', '1795742761', 1_795_742_761_000],
    ['%s.%3f', '1795742761.478', 1_795_742_761_478],
    ['%3s', '1795742761478', 1_795_742_761_478],
    ['%d/%b/%Y:%H:%M:%S %z', '27/Nov/2026:01:26:01 +0000', 1_795_742_761_000],
    ['%FT%TZ', '2026-11-27T01:26:01Z', 1_795_742_761_000],
    ['%Y-%m-%dT%H:%M:%E6S%Ez', '2026-11-27T02:26:01.478000+01:00', 1_795_742_761_478],
  ])('reads %s', (format, text, expected) => {
    const reader = compileStartTime(format);
    const match = reader?.pattern.exec(text);
    expect(match && reader?.read(match)).toBe(expected);
  });
});

describe('JSON', () => {
  it('reads a json_format by its own keys, nested ones and texts with several operators included', () => {
    const parser = compileJson({
      when: '%START_TIME%',
      http: { line: '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%', code: '%RESPONSE_CODE%' },
      f: '%RESPONSE_FLAGS%',
      fixed: 'gateway',
    });
    const line = { when: '2026-11-27T01:26:01.478Z', http: { line: 'GET /a', code: 404 }, f: 'NR', fixed: 'gateway' };
    expect(parser?.(JSON.stringify(line))).toMatchObject({ method: 'GET', path: '/a', status: 404, flag: 'NR' });
  });

  it('reads the usual names, and the original path before the rewritten one', () => {
    const line = { 'x-envoy-original-path': '-', path: '/b', method: 'GET', response_code: '503', user_agent: 'x' };
    expect(readUsualJson(JSON.stringify(line))).toMatchObject({
      path: '/b',
      status: 503,
      headers: { 'user-agent': 'x' },
    });
    expect(readUsualJson(JSON.stringify({ ...line, 'x-envoy-original-path': '/a' }))).toMatchObject({ path: '/a' });
    expect(readUsualJson('{"message":"hello"}')).toBeNull();
  });
});

describe('a log', () => {
  it('joins the parts of CRI, and unwraps docker and kubectl', () => {
    const reader = new LogReader([]);
    const cri = '2026-11-27T01:26:45.000000001Z stdout';
    expect(reader.read(`${cri} P ${egress.slice(0, 50)}`).kind).toBe('part');
    expect(reader.read(`${cri} F ${egress.slice(50)}`)).toMatchObject({ kind: 'request', line: { flag: 'UF' } });
    const docker = JSON.stringify({ log: `${egress}\n`, stream: 'stdout', time: 'x' });
    expect(reader.read(docker)).toMatchObject({ kind: 'request', line: { flag: 'UF' } });
    expect(reader.read(`[pod/edge-1/envoy] ${egress}`)).toMatchObject({ kind: 'request', line: { pod: 'edge-1' } });
  });

  it("tells Envoy's own lines apart, with what they go on with", () => {
    const reader = new LogReader([]);
    const own = '[2026-11-27 01:26:03.277][19715][warning][config] [./source/grpc_stream.h:189] ';
    const closed = `${own}StreamAggregatedResources gRPC config stream to 127.0.0.1:43423 closed: 13, `;
    expect(reader.read(closed)).toMatchObject({ kind: 'process', line: { kind: 'stream-closed', level: 'warning' } });
    const rejected = `${own}gRPC config for type.googleapis.com/envoy.config.listener.v3.Listener rejected: Error adding`;
    expect(reader.read(rejected)).toMatchObject({ line: { kind: 'config-rejected' } });
    expect(reader.read('  more of it').kind).toBe('process-more');
    expect(reader.read(egress).kind).toBe('request');
    expect(reader.read('what is this').kind).toBe('unparsed');
  });

  it('never throws, whatever a line or a format holds', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json(), mutated());
    fc.assert(
      fc.property(fc.array(texts), fc.string(), (lines, format) => {
        const parser = compileText(format);
        const reader = new LogReader(parser ? [parser] : []);
        for (const line of lines) reader.read(line);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back what a formatter of another make wrote', () => {
    fc.assert(
      fc.property(written(), ({ format, line, expected }) => {
        expect(read(format, line)).toMatchObject(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** A good line with a piece cut out or put in. */
function mutated(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(egress.length), fc.nat(20), fc.string({ maxLength: 4 }))
    .map(([at, length, text]) => egress.slice(0, at) + text + egress.slice(at + length));
}

interface Written {
  readonly format: string;
  readonly line: string;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** A random format and a line in it, written operator by operator. */
function written(): fc.Arbitrary<Written> {
  const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}$/);
  const field = (operator: string, key: string, values: fc.Arbitrary<string | number>) =>
    values.map((value) => ({ operator, key, value }));
  const one = fc.oneof(
    field('%REQ(:METHOD)%', 'method', fc.constantFrom('GET', 'POST', 'PURGE')),
    field(
      '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
      'path',
      fc.webPath().map((path) => `/${path}`),
    ),
    field('%RESPONSE_CODE%', 'status', fc.integer({ min: 0, max: 599 })),
    field('%RESPONSE_FLAGS%', 'flag', fc.constantFrom('-', 'NR', 'URX,UF')),
    field('%BYTES_SENT%', 'sent', fc.nat()),
    field('%DURATION%', 'durationMs', fc.nat()),
    field('%REQ(:AUTHORITY)%', 'authority', word),
    field('%UPSTREAM_HOST%', 'upstream', word),
    field('%DYNAMIC_METADATA(a.b:c)%', '', word),
    field('%FILTER_STATE(x:TYPED):9%', '', word),
    field('%RESP(X-OTHER?SERVER):40%', '', word),
  );
  const separator = fc.constantFrom(' ', '" "', ' | ', '\t', '" (', ') "');
  return fc
    .uniqueArray(one, { minLength: 1, maxLength: 8, selector: ({ operator }) => operator })
    .filter((fields) => fields.some(({ key }) => key !== ''))
    .chain((fields) =>
      fc.array(separator, { minLength: fields.length + 1, maxLength: fields.length + 1 }).map((between) => {
        const join = (texts: readonly string[]): string =>
          texts.map((text, index) => (between[index] ?? '') + text).join('') + (between.at(-1) ?? '');
        return {
          format: `${join(fields.map(({ operator }) => operator))}\n`,
          line: join(fields.map(({ value }) => String(value))),
          expected: Object.fromEntries(fields.filter(({ key }) => key !== '').map(({ key, value }) => [key, value])),
        };
      }),
    );
}
