import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRequest, type RequestParts } from '../../../src/engine/requests/build.ts';
import { readCurl } from '../../../src/cli/request/curl.ts';
import { readLogLine } from '../../../src/cli/request/log-line.ts';
import { decideLines } from '../../../src/engine/decide-lines.ts';
import { UnreadableRequest } from '../../../src/engine/requests/unreadable.ts';
import { buildModel } from '../../../src/model/model.ts';
import { edge, explainOf } from '../../support/explain.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';

/** The one line a person reads. */
function complaint(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
    if (error instanceof UnreadableRequest && !/[\x00-\x1f\x7f]/.test(error.message)) return error.message;
    throw error;
  }
  return '';
}

describe('a URL', () => {
  it.each([
    ['shop.test/cart', 'shop.test', '/cart', 80],
    ['HTTPS://Shop.Test', 'Shop.Test', '/', 443],
    ['http://shop.test?x=1', 'shop.test', '/?x=1', 80],
    ['http://shop.test:8088/a#part', 'shop.test:8088', '/a', 8088],
    ['https://shop.test:443/', 'shop.test', '/', 443],
    ['http://user:pass@shop.test/', 'shop.test', '/', 80],
    ['http://[::1]:8088/', '[::1]:8088', '/', 8088],
    ['http://[::1]/', '[::1]', '/', 80],
    ['http://bücher.test/', 'xn--bcher-kva.test', '/', 80],
    ['http://shop.test/%2e%2e//a\\b c', 'shop.test', '/%2e%2e//a\\b c', 80],
  ])('%s', (url, authority, target, urlPort) => {
    expect(buildRequest({ url })).toMatchObject({ authority, target, urlPort });
  });

  it.each([
    ['ftp://shop.test/', 'write http://host[:port]/path'],
    ['http:///cart', 'it names no host'],
    ['', 'it names no host'],
    ['http://shop.test:0/', '"0" is no port'],
    ['http://shop.test:65536/', '"65536" is no port'],
    ['http://shop.test:http/', '"http" is no port'],
    ['http://::1/', 'it names no host'],
    ['http://fe80::1/', '":1" is no port'],
    ['http://sh op.test/', '"sh op.test" is no host name'],
    ['http://[shop]/', '"[shop]" is no host name'],
  ])('%s is refused in one line', (url, why) => {
    const said = complaint(() => buildRequest({ url }));
    expect(said).toContain(`cannot read the URL "${url}": `);
    expect(said).toContain(why);
  });
});

it('what cannot be read is shown so that a terminal is safe', () => {
  const said = complaint(() => buildRequest({ url: `http://a\u001b[31m\u0000${'x'.repeat(5000)}/` }));
  expect(said).toMatch(/^cannot read the URL "http:\/\/a\\x1b\[31m\\x00x+…": /);
  expect(said.length).toBeLessThan(500);
});

describe('method and headers', () => {
  it.each<[string, Partial<RequestParts>, string]>([
    ['the URL first', { method: 'http://a/', url: 'GET' }, 'the method comes before the URL'],
    ['a method of two words', { method: 'GE T' }, 'cannot read the method "GE T"'],
    ['a header without a colon', { headers: ['x-user'] }, "write 'name: value'"],
    ['a header without a name', { headers: [' : x'] }, '"" is no header name'],
    ['a name of two words', { headers: ['x user: 1'] }, '"x user" is no header name'],
    ['a pseudo-header', { headers: [':authority: a'] }, 'method, host and path stand in the URL'],
    ['two lines', { headers: ['x: a\r\ny: b'] }, 'a header is one line'],
  ])('%s is refused', (_, parts, why) => {
    expect(complaint(() => buildRequest({ url: 'http://a/', ...parts }))).toContain(why);
  });

  it('are kept as they are, names that objects inherit among them', () => {
    const headers = ['X-User:beta', 'x-user: alpha ', '__proto__: 1', 'constructor: 2'];
    const read = buildRequest({ url: 'http://a/', headers }).headers;
    expect(Object.entries(read)).toEqual([
      ['x-user', ['beta', 'alpha']],
      ['__proto__', ['1']],
      ['constructor', ['2']],
    ]);
  });
});

describe('a curl command', () => {
  it.each<[string, object]>([
    [
      `$ curl -sSLk 'https://a.test/x' -H 'X-A: b'`,
      { method: 'GET', url: 'https://a.test/x', headers: { 'x-a': ['b'] } },
    ],
    [`curl --request=PUT http://a.test/`, { method: 'GET' }],
    [`curl -XDELETE http://a.test/ | jq .`, { method: 'DELETE', target: '/' }],
    [`curl -so /dev/null -w '%{http_code}' http://a.test/ > out 2>&1`, { target: '/' }],
    [`curl -G http://a.test/s?a=1 -d q=x --data-urlencode r=y`, { method: 'GET', target: '/s?a=1&q=x&r=y' }],
    [`curl --json '{"a":1}' a.test`, { method: 'POST', headers: { 'content-type': ['application/json'] } }],
    [
      `curl -d @f a.test -H 'Content-Type: text/plain'`,
      { headers: { 'content-type': ['text/plain'], accept: ['*/*'] } },
    ],
    [`curl -F a=b a.test`, { method: 'POST', headers: { 'content-type': null } }],
    [`curl -u me:pw a.test`, { headers: { authorization: ['Basic bWU6cHc='] } }],
    [`curl -b 'a=1; b=2' -A '' a.test`, { headers: { cookie: ['a=1; b=2'] } }],
    [`curl -b jar.txt a.test`, { headers: { cookie: null, 'user-agent': null } }],
    [`curl -H 'Accept:' -H 'x-empty;' a.test`, { headers: { 'x-empty': [''] } }],
    [`curl --connect-to ::127.0.0.1:8088 http://a.test/`, { port: 8088 }],
    [`curl --http2 https://a.test/`, { protocol: 'http2' }],
    [`curl --http2 http://a.test/`, { protocol: 'http1' }],
    [`curl -I a.test`, { method: 'HEAD' }],
    [`curl 'http://a.test/' \\\n  -H $'x-q: it\\'s \\u0041'`, { headers: { 'x-q': ["it's A"] } }],
  ])('%s', (command, wanted) => {
    expect(readCurl(command)).toMatchObject(wanted);
  });

  it('takes away what -H with an empty value takes away', () => {
    const { headers } = readCurl("curl -H 'Accept:' -A '' a.test");
    expect(Object.keys(headers)).toEqual([]);
  });

  it.each([
    ['curl', 'it names no URL'],
    ["curl 'http://a", 'a quote is not closed'],
    ['curl a.test b.test', 'it names more than one URL: a.test and b.test'],
    ['curl a.test -H', '-H wants a value'],
    ['curl -H nonsense a.test', 'cannot read the header "nonsense"'],
    ['curl http://a:b/', '"b" is no port'],
  ])('%s is refused', (command, why) => {
    expect(complaint(() => readCurl(command))).toContain(why);
  });
});

describe('a log line', () => {
  const whole =
    '[2026-11-23T02:58:11.204Z] "GET /a?x=1 HTTP/2" 503 URX,UF 0 91 12 - "10.0.0.1" "curl/8" "id-1" "a.test" "10.1.1.1:80"';

  it('is read whole', () => {
    expect(readLogLine(`2026-11-23T02:58:11Z stdout F ${whole}`)).toMatchObject({
      method: 'GET',
      target: '/a?x=1',
      authority: 'a.test',
      protocol: 'http2',
      logged: { status: 503, flag: 'URX,UF' },
      headers: { 'user-agent': ['curl/8'], 'x-forwarded-for': ['10.0.0.1'] },
      otherHeaders: 'unknown',
    });
  });

  it('is read as far as it goes, the rest unknown', () => {
    for (let end = whole.indexOf('HTTP/2"') + 7; end < whole.length; end += 1) {
      const { method, target, authority } = readLogLine(whole.slice(0, end));
      expect({ method, target }).toEqual({ method: 'GET', target: '/a?x=1' });
      expect([null, 'a.test']).toContain(authority);
    }
    expect(readLogLine('"GET /v2 HTTP/2" 404 NR ...').logged).toEqual({ status: 404, flag: 'NR' });
    expect(readLogLine('GET "GET /v2 HTTP/2"').logged).toEqual({ status: null, flag: null });
  });

  it('may be JSON, by the usual names', () => {
    const line = '{"method":"GET","path":"/a","authority":"a.test","response_code":404,"response_flags":"NR"}';
    expect(readLogLine(line)).toMatchObject({
      target: '/a',
      authority: 'a.test',
      logged: { status: 404, flag: 'NR' },
      headers: {},
    });
  });

  it.each(['', 'nonsense', '{}', '{"a":', '[2026] "-"', '[2026-11-23][12][info] starting'])('%s is refused', (line) => {
    expect(complaint(() => readLogLine(line))).toContain('cannot read the log line');
  });
});

const model = buildModel(snapshotOf({ manifests: edge(), closed: true }));

/** The answers to a file of requests. */
function decided(text: string): {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly errors: readonly string[];
  readonly unmet: readonly string[];
} {
  const options = { file: 'f.jsonl', firstLine: 1, gateway: null, envoyVersion: null, coverage: false };
  const { bytes, errors, unmet } = decideLines(model, { ...options, text: Buffer.from(text) });
  const lines = Buffer.from(bytes).toString('utf8').trimEnd().split('\n');
  return { rows: lines.map((line) => JSON.parse(line)), errors, unmet };
}

describe('a file of requests', () => {
  it.each([
    ['5', 'a request is an object with a "url"'],
    ['{"url": 5}', 'a request is an object with a "url"'],
    ['{"url": "a", "method": 5}', 'method is a text, not 5'],
    ['{"url": "a", "port": "80"}', 'port is a number from 1 to 65535, not "80"'],
    ['{"url": "a", "port": 1.5}', 'port is a number'],
    ['{"url": "a", "protocol": "h3"}', 'protocol is http1, http2 or grpc, not "h3"'],
    ['{"url": "a", "headers": ["x: y"]}', 'headers is an object'],
    ['{"url": "a", "headers": {"x": 5}}', 'header x is a text or a list of texts, not 5'],
    ['{"url": "a", "headers": {"x:y": "z"}}', 'a header name is a word without a colon'],
    ['{"url": "a", "headers": {"x y": "z"}}', 'cannot read the header "x y: z": "x y" is no header name'],
    ['{"url": "a", "sni": []}', 'sni is a text'],
    ['{"url": "a", "expect": "forward"}', 'expect is an object'],
  ])('%s keeps its place as an error', (line, why) => {
    const { rows, errors } = decided(`{"id": 1, "url": "a"}\n\n${line}\n{"id": "z", "url": "b"}\n`);
    expect(rows.map(({ id }) => id)).toEqual(['1', null, 'z']);
    expect(rows[1]).toEqual({ id: null, error: expect.stringContaining(`f.jsonl:3: ${why}`) });
    expect(errors).toHaveLength(1);
  });

  it('tells a request by its id or its line where it is not decided as expected', () => {
    const { unmet } = decided(
      '\n{"url": "a", "expect": {"status": 200}}\n{"id": "7", "url": "a", "expect": {"outcome": "forward"}}\n',
    );
    expect(unmet).toEqual([
      'request f.jsonl:2 (a): status is 404, expected 200',
      'request 7 (a): outcome is "no-route", expected "forward"',
    ]);
  });
});

describe('anything at all', () => {
  const fitting = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'ab:/[]@?#%"\'\\ $-{}=;|&>\u0000\n'.split('')) }),
  );
  const decides = (read: () => ReturnType<typeof buildRequest>): void => {
    const said = complaint(() => {
      const answer = explainOf({ manifests: edge(), closed: true }, read());
      if (typeof answer === 'string') return;
      expect(answer.decision.outcome).toMatch(/^[a-z-]+$/);
    });
    expect(said).toMatch(/^($|cannot read )/);
  };

  it('is a request, or one line that says why not', () => {
    fc.assert(
      fc.property(fitting, fitting, fitting, (url, method, header) => {
        decides(() => buildRequest({ url }));
        decides(() => buildRequest({ url: `http://a.test${url}`, method, headers: [header] }));
        decides(() => buildRequest({ url: `https://${url}/`, headers: [`x: ${header}`] }));
      }),
      { numRuns: 60 },
    );
  });

  it('pasted as curl, as a log line or as JSON never throws anything else', () => {
    fc.assert(
      fc.property(fitting, fc.jsonValue(), (text, value) => {
        complaint(() => readCurl(text));
        complaint(() => readCurl(`curl ${text} http://a.test/${text}`));
        complaint(() => readLogLine(text));
        complaint(() => readLogLine(`[2026-11-23T02:58:11.204Z] "GET /${text} HTTP/1.1" 404 NR ${text}`));
        complaint(() => readLogLine(JSON.stringify(value)));
        const line = JSON.stringify({ url: text, headers: value, port: value, id: value });
        expect(decided(`${JSON.stringify(value)}\n${line}\n{"url": "a"}`).rows).toHaveLength(3);
      }),
      { numRuns: 500 },
    );
  });
});
