/** What a connection manager makes of a path before routes see it (source/common/http/path_utility.cc of Envoy). */

/** Splits a request target into path and query (with its `?`). */
export function splitTarget(target: string): readonly [path: string, query: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at)];
}

/** `%2F` and `%5C` as the characters they stand for. */
export function unescapeSlashes(path: string): string {
  return path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
}

/** Repeated slashes as one; a path of nothing but slashes keeps its first and last. */
export function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  const segments = path.split('/').filter((segment) => segment !== '');
  return `${path.startsWith('/') ? '/' : ''}${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

const unreserved = /[A-Za-z0-9\-_~]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the canonical form percent-encodes exactly these
const encoded = /[\x00-\x20"<>^`{|}\x7f-\xff]/;

/**
 * The canonical form of a path: dot segments resolved, `\` as `/`, unreserved characters decoded, unsafe ones encoded;
 * null where it cannot be made (`%00`): Envoy answers 400. As the URL library of Chromium does it, which Envoy uses.
 */
export function canonicalPath(path: string): string | null {
  let out = '/';
  // Where the last `%` stands that begins no escape: what is decoded after it must not make it one.
  let loosePercent = -10;
  for (let at = 1; at < path.length; at += 1) {
    const char = path.charAt(at);
    const dot = dotLength(path, at);
    if (dot > 0) {
      if (!out.endsWith('/')) {
        out += '.';
        at += dot - 1;
        continue;
      }
      const [kind, consumed] = afterDot(path, at + dot);
      at += dot + consumed - 1;
      if (kind === 'name') out += '.';
      else if (kind === 'up') out = out.slice(0, out.lastIndexOf('/', out.length - 2) + 1) || '/';
    } else if (char === '\\' || char === '/') {
      out += '/';
    } else if (char === '%') {
      const hex = /^[0-9a-fA-F]{2}/.exec(path.slice(at + 1, at + 3))?.[0];
      if (hex === undefined) {
        loosePercent = out.length;
        out += '%';
        continue;
      }
      at += 2;
      const plain = String.fromCharCode(Number.parseInt(hex, 16));
      if (plain === '\0') return null;
      if (unreserved.test(plain)) out = appendDecoded(out, plain, loosePercent, path.charAt(at + 1));
      else out += `%${hex}`;
    } else {
      out += encoded.test(char) ? `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : char;
    }
  }
  return out;
}

function dotLength(path: string, at: number): number {
  if (path.charAt(at) === '.') return 1;
  return path.slice(at, at + 3).toLowerCase() === '%2e' ? 3 : 0;
}

/** What a dot after a slash means, and how many characters behind it belong to it. */
function afterDot(path: string, at: number): readonly ['name' | 'same' | 'up', number] {
  if (at >= path.length) return ['same', 0];
  if (isSlash(path.charAt(at))) return ['same', 1];
  const second = dotLength(path, at);
  if (second === 0) return ['name', 0];
  const behind = at + second;
  if (behind >= path.length) return ['up', second];
  return isSlash(path.charAt(behind)) ? ['up', second + 1] : ['name', 0];
}

function isSlash(char: string): boolean {
  return char === '/' || char === '\\';
}

/** Adds a decoded character; where it would complete an escape begun by a loose `%`, that becomes `%25`. */
function appendDecoded(out: string, plain: string, loosePercent: number, next: string): string {
  const added = out + plain;
  const tail = loosePercent === added.length - 2 && next !== '' && next !== '%' ? added + next : added;
  if (!/^%[0-9a-fA-F]{2}$/.test(tail.slice(loosePercent))) return added;
  return `${out.slice(0, loosePercent)}%25${out.slice(loosePercent + 1)}${plain}`;
}
