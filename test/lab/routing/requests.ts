import { METHODS } from 'node:http';
import type { Random } from './random.ts';
import type { Wants } from './made-matches.ts';

/** A request as it goes over the wire; text, UTF-8. */
export interface WireRequest {
  readonly method: string;
  readonly host: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly protocol: 'http1' | 'http2';
  readonly tls: boolean;
  /** The server name that a TLS client sends; null: none. */
  readonly sni: string | null;
  /** What was changed in a request that fitted; empty: nothing. */
  readonly edit: string;
  /** The virtual host whose routes it is made for. */
  readonly aim: string;
}

/** The parts of a request that this file makes up. */
type Made = Omit<WireRequest, 'aim'>;

/** A request that should fit a route, or misses it by one small edit. */
export function makeRequest(random: Random, wants: Wants, host: string): Made {
  const fit: Wants = {
    ...wants,
    query: [...wants.query],
    headers: wants.headers.map(([name, value]) => [name, value]),
  };
  let name = random.chance(0.85) ? host : oddHost(random, host);
  let edit = '';
  if (random.chance(0.6)) [edit, name] = change(random, fit, name);
  const { headers, method } = fit;
  const rest = { headers, edit, tls: false, sni: null, protocol: random.chance(0.15) ? protocolFor(fit) : 'http1' };
  if (fit.connect) {
    return { ...rest, method: 'CONNECT', host: random.chance(0.97) ? `${name}:443` : name, target: '' };
  }
  const query = fit.query.length > 0 ? `?${fit.query.join('&')}` : random.chance(0.1) ? '?x=1' : '';
  const target = fit.path.replaceAll(/é/gi, '%C3%A9') + query.replaceAll(/é/gi, 'e');
  if (random.chance(0.03)) return { ...rest, method, ...absolute(random, name, target) };
  return { ...rest, method, host: name, target };
}

/** Headers that an HTTP/2 client of Node sends as they are; what else there is goes over HTTP/1. */
function protocolFor({ headers, method }: Wants): Made['protocol'] {
  const names = headers.map(([name]) => name);
  const once = new Set(names);
  const odd = headers.some(
    ([name, value]) => name === 'connection' || name === 'upgrade' || /[^\x21-\x7e]/.test(value.replaceAll(' ', '')),
  );
  const padded = headers.some(([, value]) => value !== value.trim());
  const doubled = names.length !== once.size && [...once].some((name) => !/^(x-[abuc]|x-user|cookie)$/.test(name));
  // The upstream, of Node, refuses methods that it does not know.
  const known = METHODS.includes(method);
  return odd || padded || doubled || !known ? 'http1' : 'http2';
}

/** The target with a scheme and a host, which override the Host header. */
function absolute(random: Random, host: string, target: string): Pick<Made, 'host' | 'target' | 'edit'> {
  const scheme = random.pick(['http', 'http', 'https', 'HTTP', 'ftp']);
  const path = random.pick([target, target, target, target.replace(/^\/[^?]*/, '')]);
  const user = random.chance(0.1) ? 'u@' : '';
  return { edit: 'absolute', host: random.pick(['zzz', host]), target: `${scheme}://${user}${host}${path}` };
}

function oddHost(random: Random, host: string): string {
  return random.pick([
    host.toUpperCase(),
    `${host}:80`,
    `${host}.`,
    `x.${host}`,
    `a.x.${host}`,
    host.replace('.test', '.foo'),
    `${host}.:80`,
    'zzz',
    '[::1]:80',
    'a@b',
    `${host}/`,
    `${host}:`,
    `x_${host}`,
  ]);
}

const pathEdits: readonly ((path: string, random: Random) => string)[] = [
  (path) => `${path}/`,
  (path) => path.replace(/\/$/, '') || '/',
  (path) => `${path}x`,
  (path) => path.slice(0, -1) || '/',
  (path) => path.toUpperCase(),
  (path) => path.toLowerCase(),
  (path) => path.replace('/', '//'),
  (path) => `/.${path}`,
  (path) => `/x/..${path}`,
  (path) => `/%2e%2e${path}`,
  (path) => path.replace(/(?<=.)\//, '%2F'),
  (path) => path.replace(/(?<=.)\//, '\\'),
  (path) => path.replace(/a/, '%61'),
  (path) => `${path}%00`,
  (path) => `${path}#f`,
  (path) => `${path};x=1`,
  (path) => `${path}"|^`,
  (path) => `${path}%%361`,
  (path) => `${path}/./..`,
  (path) => path.replace(/.$/, 'q'),
  () => '*',
];

function change(random: Random, fit: Wants, host: string): [string, string] {
  switch (random.below(7)) {
    case 0:
    case 1:
      fit.path = random.pick(pathEdits)(fit.path, random);
      return ['path', host];
    case 2:
    case 3:
      return [changeHeader(random, fit), host];
    case 4:
      changeQuery(random, fit);
      return ['query', host];
    case 5:
      fit.method = random.pick(['GET', 'POST', 'PURGE', 'get', 'OPTIONS', 'HEAD', 'PRI', 'FOO', 'M-SEARCH', 'ACL']);
      return ['method', host];
    default:
      return ['host', oddHost(random, host)];
  }
}

function changeHeader(random: Random, fit: Wants): string {
  if (random.chance(0.05)) {
    fit.headers.push(['connection', random.pick(['upgrade', 'Upgrade', 'close'])], ['upgrade', 'foo']);
    return 'header';
  }
  const at = random.below(fit.headers.length);
  const held = fit.headers[at];
  if (!held) {
    fit.headers.push([
      random.pick(['x-a', 'x-b', 'accept', 'x-forwarded-proto']),
      random.pick(['v', '5', 'https', 'http', '']),
    ]);
    return 'header';
  }
  const [name, value] = held;
  switch (random.below(7)) {
    case 0:
      fit.headers.splice(at, 1);
      break;
    case 1:
      fit.headers.push([name, random.pick(['v', 'w', value, '50'])]);
      break;
    case 2:
      fit.headers.unshift([name, random.pick(['v', 'w', '1'])]);
      break;
    case 3:
      fit.headers[at] = [name, `${value}x`];
      break;
    case 4:
      fit.headers[at] = [name, value.toUpperCase() === value ? value.toLowerCase() : value.toUpperCase()];
      break;
    case 5:
      fit.headers[at] = [name, ''];
      break;
    default:
      fit.headers[at] = [name, `  ${value} `];
  }
  return 'header';
}

function changeQuery(random: Random, fit: Wants): void {
  const [first] = fit.query;
  if (first === undefined) {
    fit.query.push(random.pick(['k', 'k=v', 'q=1', '&&k=v', 'a?k=1', 'K=v', 'a=1;k=v']));
    return;
  }
  switch (random.below(6)) {
    case 0:
      fit.query.shift();
      break;
    case 1:
      fit.query.unshift(`${first.split('=')[0]}=zz`);
      break;
    case 2:
      fit.query.push(`${first.split('=')[0]}=zz`);
      break;
    case 3:
      fit.query[0] = first.toUpperCase();
      break;
    case 4:
      fit.query[0] = `${first}=w`;
      break;
    default:
      fit.query[0] = `${first}%20`;
  }
}
