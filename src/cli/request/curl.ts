import { clean } from '../../lib/text.ts';
import { truncate } from '../../lib/width.ts';
import type { ExplainRequest } from '../../routing/explained.ts';
import { buildRequest } from '../../engine/requests/build.ts';
import { UnreadableRequest } from '../../engine/requests/unreadable.ts';
import { shellWords } from './shell-words.ts';

/** Short options of curl that take a value, by their long name (curl's manual). */
const shortWithValue: Readonly<Record<string, string>> = {
  ...{ A: 'user-agent', b: 'cookie', c: 'cookie-jar', C: 'continue-at', d: 'data', D: 'dump-header', e: 'referer' },
  ...{ E: 'cert', F: 'form', h: 'help', H: 'header', K: 'config', m: 'max-time', o: 'output', P: 'ftp-port' },
  ...{ Q: 'quote', r: 'range', t: 'telnet-option', T: 'upload-file', u: 'user', U: 'proxy-user', w: 'write-out' },
  ...{ x: 'proxy', X: 'request', y: 'speed-time', Y: 'speed-limit', z: 'time-cond' },
};
const shortFlags: Readonly<Record<string, string>> = { G: 'get', I: 'head' };

const withValue = new Set([
  ...Object.values(shortWithValue),
  ...`aws-sigv4 cacert capath cert-type ciphers connect-timeout connect-to crlfile curves data-ascii data-binary data-raw
      data-urlencode dns-servers doh-url expect100-timeout form-string header interface json keepalive-time key key-type
      limit-rate local-port max-filesize max-redirs noproxy oauth2-bearer pass pinnedpubkey preproxy proto proto-default
      rate resolve retry retry-delay retry-max-time socks5 socks5-hostname stderr tls-max tls13-ciphers trace trace-ascii
      unix-socket url url-query variable`.split(/\s+/),
]);

interface Option {
  readonly name: string;
  readonly value: string;
}

/** Reads a pasted curl command: method, URL, headers, host. What curl adds itself is known as far as it is fixed. */
export function readCurl(command: string): ExplainRequest {
  const no = (why: string): UnreadableRequest =>
    new UnreadableRequest(`cannot read the curl command: ${truncate(clean(why), 300)}`);
  const all = shellWords(command);
  if (!all) throw no('a quote is not closed');
  const begins = all.findIndex((word) => /(^|\/)curl(\.exe)?$/.test(word));
  const { options, urls } = readOptions(all.slice(begins + 1), no);
  const [url, another] = urls;
  if (url === undefined) throw no('it names no URL');
  if (another !== undefined) throw no(`it names more than one URL: ${url} and ${another}`);
  const sent = effectOf(options);
  const query = sent.query.length === 0 ? '' : `${url.includes('?') ? '&' : '?'}${sent.query.join('&')}`;
  const [before = '', fragment] = url.split(/(#.*)/s);
  const secure = /^https:/i.test(url);
  const request = buildRequest({
    url: `${before}${query}${fragment ?? ''}`,
    headers: sent.headers.map((line) => line.replace(/^([^:;]+);$/, '$1:')),
    ...(sent.method === null ? {} : { method: sent.method }),
    ...(sent.protocol === 'http2' && !secure ? {} : sent.protocol ? { protocol: 'http2' } : {}),
    ...(sent.port === null ? {} : { port: sent.port }),
  });
  const own: Record<string, readonly string[] | null> = { accept: ['*/*'], 'user-agent': null, ...sent.own };
  for (const name of sent.removed) delete own[name];
  return { ...request, url, headers: { ...own, ...request.headers } };
}

function readOptions(
  words: readonly string[],
  no: (why: string) => UnreadableRequest,
): { readonly options: readonly Option[]; readonly urls: readonly string[] } {
  const options: Option[] = [];
  const urls: string[] = [];
  let at = 0;
  const next = (name: string): string => {
    const value = words[++at];
    if (value === undefined) throw no(`${name} wants a value`);
    return value;
  };
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.startsWith('--')) {
      const name = word.slice(2);
      options.push({ name, value: withValue.has(name) ? next(word) : '' });
    } else if (word.startsWith('-') && word.length > 1) {
      for (let letter = 1; letter < word.length; letter += 1) {
        const char = word.charAt(letter);
        const long = shortWithValue[char];
        if (long === undefined) options.push({ name: shortFlags[char] ?? '', value: '' });
        else {
          options.push({ name: long, value: letter + 1 < word.length ? word.slice(letter + 1) : next(`-${char}`) });
          break;
        }
      }
    } else if (word !== '') urls.push(word);
  }
  return { options, urls: [...options.filter(({ name }) => name === 'url').map(({ value }) => value), ...urls] };
}

interface Effect {
  readonly method: string | null;
  readonly headers: readonly string[];
  /** What curl adds unless it is written. */
  readonly own: Readonly<Record<string, readonly string[] | null>>;
  /** `-H 'name:'` takes a header away. */
  readonly removed: readonly string[];
  readonly query: readonly string[];
  readonly protocol: 'http2' | 'http2-at-once' | null;
  readonly port: number | null;
}

function effectOf(options: readonly Option[]): Effect {
  const has = (...names: readonly string[]): boolean => options.some(({ name }) => names.includes(name));
  const values = (...names: readonly string[]): readonly string[] =>
    options.filter(({ name }) => names.includes(name)).map(({ value }) => value);
  const written = values('header').filter((line) => !/^[^:]+:\s*$/.test(line));
  const removed = values('header').filter((line) => /^[^:]+:\s*$/.test(line));
  const data = values('data', 'data-ascii', 'data-raw', 'data-binary', 'data-urlencode', 'json');
  const asQuery = has('get') ? data : [];
  const body = data.length > 0 && !has('get');
  const method = values('request').at(-1) ?? methodOf(has, body);
  const cookies = values('cookie');
  const user = values('user').at(-1);
  const bearer = values('oauth2-bearer').at(-1);
  const form = body ? { 'content-type': ['application/x-www-form-urlencoded'] } : {};
  const json = has('json') ? { 'content-type': ['application/json'], accept: ['application/json'] } : {};
  // The boundary of a form is drawn by lot, and a cookie file is not here: there, but not known.
  const multipart = has('form', 'form-string') ? { 'content-type': null } : {};
  const cookie = cookies.length === 0 ? {} : { cookie: cookies.some((one) => !one.includes('=')) ? null : cookies };
  const agent = values('user-agent').at(-1);
  const connect = values('connect-to').at(-1);
  const port = Number(/:(\d{1,5})$/.exec(connect ?? '')?.[1] ?? 0);
  return {
    method,
    headers: [
      ...(agent ? [`user-agent: ${agent}`] : []),
      ...values('referer').map((value) => `referer: ${value}`),
      ...(user === undefined ? [] : [`authorization: Basic ${Buffer.from(user).toString('base64')}`]),
      ...(bearer === undefined ? [] : [`authorization: Bearer ${bearer}`]),
      ...written,
    ],
    own: { ...form, ...json, ...multipart, ...cookie },
    removed: [
      ...removed.map((line) => line.replace(/:\s*$/, '').toLowerCase()),
      ...(agent === '' ? ['user-agent'] : []),
    ],
    query: [...asQuery, ...values('url-query')],
    protocol: has('http2-prior-knowledge') ? 'http2-at-once' : has('http2') ? 'http2' : null,
    port: port > 0 && port < 65536 ? port : null,
  };
}

function methodOf(has: (...names: readonly string[]) => boolean, body: boolean): string | null {
  if (has('head')) return 'HEAD';
  if (body || has('form', 'form-string')) return 'POST';
  return has('upload-file') ? 'PUT' : null;
}
