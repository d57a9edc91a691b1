import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFormat } from '../../../src/collect/access-log/formats.ts';
import { linesIn, linesOf, type LogPiece, readLines } from '../../../src/collect/access-log/lines.ts';
import { LogReader, type ReadLine } from '../../../src/collect/access-log/reader.ts';
import { RowReader } from '../../../src/collect/access-log/row-reader.ts';
import { takeScanner } from '../../../src/collect/access-log/scanner.ts';
import { type FoldedKind, type FoldOptions, TrafficFold } from '../../../src/traffic/fold.ts';
import type { Classify, GroupBy, Traffic } from '../../../src/traffic/traffic.ts';

/** The quick way and the exact reader: what they make of the same lines must be the same in every member. */
interface Read {
  readonly traffic: Traffic;
  readonly kinds: Readonly<Record<string, number>>;
  /** Lines that the exact reader read. */
  readonly exact: number;
}

const customFormat = '%START_TIME(%s.%3f)% %REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %DURATION%ms';
const jsonFormat = {
  when: '%START_TIME%',
  how: '%REQ(:METHOD)%',
  what: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  code: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  took: '%DURATION%',
  sent: '%BYTES_SENT%',
  trace: '%REQ(X-AMZN-TRACE-ID)%',
  id: '%REQ(X-REQUEST-ID)%',
  to: '%UPSTREAM_HOST%',
};
const formats = () => [customFormat, jsonFormat].map(compileFormat).filter((parser) => parser !== null);

/** Tells by path, host and what a header says, so that no kind may hide any of them. */
const byPath: Classify = ({ outer, inner }) => ({
  listener: `outer ${outer.method}`,
  inner: inner ? 'inner' : null,
  virtualHost: outer.authority,
  routes: [outer.path?.split('?', 1)[0] ?? '', ...(outer.headers['user-agent'] === 'curl/8.1' ? ['curl'] : [])],
  refs: [null, null],
  unknown: [],
  cluster: outer.protocol,
  timeoutMs: null,
  contradiction: outer.sni,
});

function options(by: GroupBy, decides: boolean): FoldOptions {
  const spans = [{ envoy: 'one', pod: 'edge-1', from: Date.UTC(2026, 10, 27), to: Date.UTC(2026, 10, 28) }];
  const shared = { by, mostClasses: 40, spans, otherCluster: (line: { cluster: string | null }) => line.cluster };
  if (decides) return { ...shared, classify: byPath };
  return { ...shared, classify: () => null, asks: { header: () => false, path: 'shape' } };
}

function exactly(lines: readonly string[], folding: FoldOptions): Read {
  const reader = new LogReader(formats(), 'edge-1');
  const fold = new TrafficFold(folding);
  const kinds: Record<string, number> = {};
  for (const line of lines) {
    // Half a character of UTF-16 stands in no file.
    const text = Buffer.from(line).toString('utf8');
    count(kinds, reader.read(text), fold, text.length);
  }
  return { traffic: fold.end(), kinds, exact: lines.length };
}

function count(kinds: Record<string, number>, read: ReadLine, fold: TrafficFold, length: number): void {
  kinds[read.kind] = (kinds[read.kind] ?? 0) + 1;
  if (read.kind === 'request') fold.add(read.line, length);
}

function taker(folding: FoldOptions) {
  const fold = new TrafficFold(folding);
  const reader = new RowReader<FoldedKind>(formats(), 'edge-1', { by: fold.kindsBy, kindOf: fold.kindOf });
  const kinds: Record<string, number> = {};
  let exact = 0;
  const take = (piece: LogPiece): void => {
    reader.read(piece, {
      row: (row) => {
        kinds.request = (kinds.request ?? 0) + 1;
        fold.addRow(row);
      },
      line: (line, length) => {
        exact += 1;
        count(kinds, line, fold, length);
      },
      release: (block) => fold.release(block),
    });
  };
  const end = (): Read => {
    fold.release(Number.POSITIVE_INFINITY);
    reader.end();
    return { traffic: fold.end(), kinds, exact };
  };
  return { take, end };
}

function quickly(lines: readonly string[], folding: FoldOptions): Read {
  const { take, end } = taker(folding);
  for (const piece of linesIn(lines.map((line) => `${line}\n`).join(''))) take(piece);
  return end();
}

function expectSame(quick: Read, exact: Read): void {
  expect(quick.kinds).toEqual(exact.kinds);
  expect(quick.traffic).toEqual(exact.traffic);
}

/** A value, mostly a usual one. */
const usually = (usual: readonly string[], other: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: other });

const words = [
  'cart',
  'v2',
  'a1b2c3',
  'x',
  'img_1.png',
  '4711',
  'f47ac10b-58cc-4372-a567-0e02b2c3d479',
  '',
  'a%40b',
  'A=1',
];
const segment = usually(words, fc.string({ maxLength: 50 }));
const paths = fc
  .tuple(fc.array(segment, { maxLength: 5 }), fc.constantFrom('', '', '?q=1', '#a', ';b', '/'))
  .map(([segments, end]) => `/${segments.join('/')}${end}`);
const texts = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 8 }));
const number = usually(
  ['0', '7', '98', '150', '15003', '4095', '4096'],
  fc.constantFrom('-', '', '007', '1e3', '123456789012345678', '12ms'),
);
const ids = ['f0000000-0000-4000-8000-000000000001', 'f0000000-0000-4000-8000-000000000002', 'mine', '-'];
const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
const fields = fc.record({
  time: usually(
    ['2026-11-27T01:26:44.698Z', '2026-11-27T01:26:45.001Z', '2026-11-27T01:27:00.000Z', '2026-11-27T00:00:59.999Z'],
    fc.constantFrom(
      '-',
      '2026-11-27T24:00:00.000Z',
      '2026-13-45T01:26:44.698Z',
      '2026-11-27T01:26:61.698Z',
      '0001-01-01T00:00:00.000Z',
    ),
  ),
  method: usually(['GET', 'POST'], texts),
  path: paths,
  protocol: usually(['HTTP/1.1', 'HTTP/2'], texts),
  status: usually(['200', '404', '503', '0'], number),
  flag: usually(['-', 'UF', 'NR', 'URX,UF', 'DC', 'NoRouteFound'], texts),
  received: number,
  sent: number,
  duration: number,
  service: number,
  agent: usually(['curl/8.1', '-', 'Mozilla/5.0 (X11) Chrome/119.0'], fc.oneof(texts, fc.constant('a" "b" 200 "c'))),
  id: usually(ids, texts),
  host: usually(['a.test', 'b.test:8080'], texts),
  upstream: usually(['10.0.0.7:8080', '127.0.0.1:15001', '-'], texts),
  trace: usually([trace, '-'], texts),
});

type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never;

const inDefault = (one: Fields): string =>
  `[${one.time}] "${one.method} ${one.path} ${one.protocol}" ${one.status} ${one.flag} ${one.received} ${one.sent} ` +
  `${one.duration} ${one.service} "-" "${one.agent}" "${one.id}" "${one.host}" "${one.upstream}"`;
const inCustom = (one: Fields): string =>
  `1795742761.478 ${one.method} ${one.path} ${one.status} ${one.flag} ${one.duration}ms`;
const numeric = (text: string): string | number => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : text);
const inUsualJson = (one: Fields): string =>
  JSON.stringify({
    start_time: one.time,
    method: one.method,
    path: one.path,
    protocol: one.protocol,
    response_code: numeric(one.status),
    response_flags: one.flag,
    bytes_sent: numeric(one.sent),
    duration: numeric(one.duration),
    upstream_service_time: one.service === '-' ? null : one.service,
    user_agent: one.agent,
    'x-request-id': one.id,
    authority: one.host,
    upstream_host: one.upstream,
    trace_id: one.trace,
  });
const inOwnJson = (one: Fields): string => {
  const told = { when: one.time, how: one.method, what: one.path, code: numeric(one.status), flags: one.flag };
  return JSON.stringify({
    ...told,
    took: numeric(one.duration),
    sent: one.sent,
    trace: one.trace,
    id: one.id,
    to: one.upstream,
  });
};

const cri = '2026-11-27T01:26:45.000000001Z';
const wraps: readonly ((line: string) => readonly string[])[] = [
  (line) => [line],
  (line) => [`${cri} stdout F ${line}`],
  (line) => [`${cri} stderr F ${line}`],
  (line) => [`${cri} stdout P ${line.slice(0, 40)}`, `${cri} stdout F ${line.slice(40)}`],
  (line) => [`${cri} ${line}`],
  (line) => [`[pod/edge-2/envoy] ${line}`],
  (line) => [`${line}\r`],
  (line) => [JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: cri })],
  (line) => [line, `[2026-11-27 01:26:03.277][19][warning][config] gRPC config stream closed: 13, `, '  more', ''],
];
const line = fc
  .tuple(fc.constantFrom(inDefault, inDefault, inUsualJson, inOwnJson, inCustom), fields)
  .map(([write, one]) => write(one).replaceAll('\n', ' '));
const mutated = fc
  .tuple(line, fc.nat(200), fc.nat(12), fc.string({ maxLength: 3 }))
  .map(([text, at, length, put]) => (text.slice(0, at) + put + text.slice(at + length)).replaceAll('\n', ' '));
const written = fc
  .tuple(
    fc.oneof({ weight: 8, arbitrary: line }, { weight: 1, arbitrary: mutated }),
    usually(['0'], fc.nat(8).map(String)),
  )
  .map(([text, wrap]) => wraps[Number(wrap)]?.(text) ?? [text]);

async function* inChunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0, size = 1; from < bytes.length; from += size, size = (size * 7_919 + 13) % 700_001)
    yield bytes.subarray(from, from + size);
}

/** What is not zipped is read into the scanner's memory. */
async function* asFile(bytes: Buffer): AsyncGenerator<LogPiece> {
  const folder = mkdtempSync(join(tmpdir(), 'meshdoctor-'));
  const path = join(folder, 'access.log');
  try {
    writeFileSync(path, bytes);
    yield* readLines(path, takeScanner());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The ways in which a log comes. */
const comings: readonly (readonly [string, (bytes: Buffer) => AsyncGenerator<LogPiece>])[] = [
  ['chunks of all sizes', (bytes) => linesOf(inChunks(bytes))],
  ['a file', asFile],
  ['a zipped file', (bytes) => asFile(gzipSync(bytes))],
];

describe('the quick way', () => {
  it('makes the same of every line as the exact reader, whatever stands in it', () => {
    const logs = fc.array(written, { minLength: 1, maxLength: 60 }).map((lines) => lines.flat());
    fc.assert(
      fc.property(
        logs,
        fc.constantFrom<GroupBy>('route', 'host', 'client', 'pod'),
        fc.boolean(),
        (lines, by, decides) => {
          expectSame(quickly(lines, options(by, decides)), exactly(lines, options(by, decides)));
        },
      ),
      { numRuns: 100 },
    );
  }, 120_000);

  it('tells paths apart as their shapes do, however little differs', () => {
    const usual = usualFields(1);
    const signs = [...'abcdefghijklmnopqrstuvwxyzZ/////000159'];
    const text = fc.string({ unit: fc.constantFrom(...signs, ...'-_.@=%?#;~'), maxLength: 80 });
    const word = fc.string({ unit: fc.constantFrom(...signs.slice(0, 27)), minLength: 20, maxLength: 66 });
    const pairs = fc.tuple(fc.oneof(text, word), fc.nat(80), fc.nat(1), fc.constantFrom('', '/', '-', '7', 'x', '?'));
    const log = fc.array(pairs, { minLength: 1, maxLength: 12 }).map((changes) =>
      changes.flatMap(([path, at, length, put]) => {
        const other = path.slice(0, at) + put + path.slice(at + length);
        return [path, other, path].map((one) => inDefault({ ...usual, path: `/${one}` }));
      }),
    );
    const folding = options('route', false);
    const check = (lines: readonly string[]): void => {
      expectSame(quickly(lines, folding), exactly(lines, folding));
    };
    fc.assert(fc.property(log, check), { numRuns: 200 });
  }, 60_000);

  it('leaves a line between those of Envoy itself that looks like one of a known kind, and is none', () => {
    const request = (path: string, protocol: string, duration: string): string =>
      inDefault({ ...usualFields(1), path, protocol, duration });
    const own = '[2026-11-27 01:26:03.277][19][warning][config] gRPC config stream closed: 13, ';
    const lines = [request('/', 'HTTP/1.1', '1'), own, request('/', ' ', '2'), request('/', 'HTTP/1.1', '3')];
    const quick = quickly(lines, options('route', false));
    expectSame(quick, exactly(lines, options('route', false)));
    expect(quick.kinds).toEqual({ request: 2, process: 1, 'process-more': 1 });
  });

  it.each([
    ["Envoy's default format", inDefault, ''],
    ['JSON by the usual names', inUsualJson, ''],
    ['JSON by a format of its own', inOwnJson, ''],
    ['a format of its own', inCustom, ''],
    ['the default format in CRI', inDefault, `${cri} stdout F `],
  ])('takes nearly all lines of %s', (_, write, head) => {
    // More than wait at once for another line: those that waited longest are counted before the end.
    const lines = Array.from({ length: 10_000 }, (_unused, at) => head + write(usualFields(at)));
    const quick = quickly(lines, options('route', false));
    expectSame(quick, exactly(lines, options('route', false)));
    expect(quick.exact).toBeLessThan(10);
  });

  it.each(comings)(
    'keeps lines that wait while the memory they stood in is used again, as %s',
    async (_, pieces) => {
      const { text, exact } = farApart();
      const { take, end } = taker(options('route', true));
      for await (const piece of pieces(Buffer.from(text))) take(piece);
      const quick = end();
      expectSame(quick, exact);
      expect(quick.traffic.requests).toBeLessThan(20_000);
    },
    60_000,
  );

  it('finds the other line of one that waits among thousands of one listener, some of them unusual', () => {
    const lines = Array.from({ length: 30_000 }, (_, at) => {
      const fields = usualFields(at);
      if (at % 997 === 5) return inDefault({ ...fields, agent: 'M\u00fcnchen' });
      const late = at % 7_001 === 6_000;
      return inDefault(late ? { ...usualFields(at - 3_000), upstream: '127.0.0.1:15001' } : fields);
    });
    const quick = quickly(lines, options('route', true));
    expectSame(quick, exactly(lines, options('route', true)));
    expect(quick.traffic.requests).toBe(29_996);
  }, 60_000);

  it.each(comings)(
    'cuts a line that is too long, wherever the pieces end, and reads on behind it, as %s',
    async (_, pieces) => {
      const long = `[${'x'.repeat(900_000)}]`;
      const text = [inDefault(usualFields(1)), long, inDefault(usualFields(2)), long].join('\n');
      const { take, end } = taker(options('route', false));
      for await (const piece of pieces(Buffer.from(text))) take(piece);
      expect(end().kinds).toEqual({ request: 2, unparsed: 2 });
    },
  );
});

let far: { readonly text: string; readonly exact: ReturnType<typeof exactly> } | null = null;

/** A log whose pairs are up to 5,000 lines apart, and what the exact reader makes of it: once for all ways in which it comes. */
function farApart(): NonNullable<typeof far> {
  const lines = Array.from({ length: far ? 0 : 24_000 }, (_, at) => {
    const outer = at % 3 === 2;
    const upstream = outer ? '127.0.0.1:15001' : '10.0.0.7:8080';
    // Every third pair is; lines are long, so that less than that stands in memory at once.
    const id = `id-${outer && at > 5_000 && at % 9 === 2 ? at - 5_000 : at - (at % 3)}`;
    return inDefault({ ...usualFields(at), id, upstream, agent: 'x'.repeat(at % 1_500) });
  });
  far ??= { text: lines.map((line) => `${line}\n`).join(''), exact: exactly(lines, options('route', true)) };
  return far;
}

/** Fields as a gateway that serves logs them. */
function usualFields(at: number): Fields {
  const time = new Date(Date.UTC(2026, 10, 27) + at * 7).toISOString();
  const ends =
    at % 50 === 0
      ? { status: '503', flag: 'UF', service: '-' }
      : { status: '200', flag: '-', service: String(at % 90) };
  return {
    ...ends,
    time,
    method: 'GET',
    path: `/cart/${at}/items`,
    protocol: 'HTTP/1.1',
    received: '0',
    sent: '98',
    duration: String(at % 200),
    agent: 'curl/8.1',
    id: `f0000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    host: 'a.test',
    upstream: '10.0.0.9:8080',
    trace: `Root=1-5759e988-${String(at).padStart(24, '0')};Sampled=1`,
  };
}
