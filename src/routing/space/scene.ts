import { hostSeen } from '../match/arrive.ts';
import { knownMethods } from '../match/codec.ts';
import { isJoinedAnyway } from '../match/facts.ts';
import type { Clause } from '../table/clause.ts';
import type { FilterChain, Listener, Manager, Route, RouteConfig, Semantics, VirtualHost } from '../table/table.ts';
import { patternLanguage, targetLanguage } from './language.ts';
import type { Field } from './field.ts';
import { pathDomain } from './path-domain.ts';
import type { Signed } from './word.ts';

/** Where routes are judged: what stands before them decides which requests they can see. */
export interface Scene {
  readonly semantics: Semantics;
  readonly listener: Listener;
  readonly chain: FilterChain;
  readonly manager: Manager;
  readonly config: RouteConfig;
  /** True where routes look at `:path`: the field is then the whole request target. */
  readonly targets: boolean;
  /** Fields that hang together with others that routes look at: clauses on them are flags. */
  readonly correlated: ReadonlySet<string>;
  readonly path: Field;
  readonly method: Field;
  readonly host: Field;
  readonly scheme: Field;
  /** Each pass through a listener draws a number of its own. */
  readonly chance: (hop: number) => Field;
  readonly header: (name: string) => Field;
  readonly query: (name: string) => Field;
  readonly cookie: (name: string) => Field;
  readonly flag: (key: string) => Field;
}

/** What a listener's chain puts in front of these virtual hosts; null where it holds no connection manager or no routes. */
export function sceneOf(
  semantics: Semantics,
  listener: Listener,
  chain: FilterChain,
  hosts: readonly VirtualHost[],
  /** Another connection manager that the same requests come to: only what neither of the two changes is judged. */
  beside: Manager | null = null,
): Scene | null {
  const { manager } = chain;
  if (!manager?.routes) return null;
  const looks = fieldsLookedAt(hosts.flatMap(({ routes }) => routes));
  const correlated = new Set<string>();
  if (looks.has('header :path') && [...looks].some((name) => name.startsWith('query '))) correlated.add(':path');
  if (looks.has('header cookie') && [...looks].some((name) => name.startsWith('cookie '))) correlated.add('cookie');
  if (looks.has('header :scheme') && looks.has('header x-forwarded-proto')) correlated.add(':scheme');
  const fields = new Map<string, Field>();
  const remembered = (key: string, make: () => Omit<Field, 'key'>): Field => {
    const known = fields.get(key);
    if (known) return known;
    const field = { key, ...make() };
    fields.set(key, field);
    return field;
  };
  const targets = looks.has('header :path') && !correlated.has(':path');
  const forwardedProto = forwardedProtoDomain(manager, chain, hosts);
  return {
    semantics,
    listener,
    chain,
    manager,
    config: manager.routes,
    targets,
    correlated,
    path: remembered('path', () => pathField([manager, ...(beside ? [beside] : [])], targets)),
    method: remembered('method', () => methodField),
    host: remembered('host', () => hostField([manager, ...(beside ? [beside] : [])], listener)),
    scheme: remembered('scheme', () => certain(schemeDomain(manager, chain))),
    chance: (hop) => remembered(`chance ${hop}`, () => ({ ...certain([]), kind: 'chance' })),
    header: (name) =>
      remembered(`header ${name}`, () => {
        if (name === 'x-forwarded-proto') return forwardedProto;
        const joined = semantics.joinsHeaderLines || isJoinedAnyway(name);
        return { ...headerField, kind: joined ? 'word' : 'lines' };
      }),
    query: (name) => remembered(`query ${name}`, () => queryField),
    cookie: (name) => remembered(`cookie ${name}`, () => cookieField),
    flag: (key) => remembered(`flag ${key}`, () => ({ ...certain([]), kind: 'flag' })),
  };
}

function fieldsLookedAt(routes: readonly Route[]): ReadonlySet<string> {
  const name = (clause: Clause): string =>
    'name' in clause
      ? `${clause.field} ${clause.name}`
      : clause.field === 'grpc'
        ? 'header content-type'
        : clause.field;
  return new Set(routes.flatMap(({ clauses }) => clauses.map(name)));
}

const inside = (pattern: string, js: RegExp, hints: readonly string[] = []): Signed => ({
  language: patternLanguage(pattern, (word) => js.test(word), hints),
  wanted: true,
});
const outside = (pattern: string, js: RegExp): Signed => ({ ...inside(pattern, js), wanted: false });

function certain(domain: readonly Signed[]): Omit<Field, 'key'> {
  return { kind: 'word', mayBeAbsent: false, usual: domain, legal: domain, hints: [] };
}

const usualTargets = inside('[^?#]*(?:\\?[!-"$-~]*)?', /^[^?#]*(\?[!-"$-~]*)?$/);
const legalTargets = inside('[^?#]*(?:\\?[!-"$-~\\x80-\\xff]*)?', /^[^?#]*(\?[!-"$-~\x80-\xff]*)?$/);

function pathField(managers: readonly Manager[], targets: boolean): Omit<Field, 'key'> {
  const usual = pathDomain(managers, 'usual');
  // Normalisation encodes bytes beyond ASCII.
  const legal = managers.every(({ normalizePath }) => normalizePath) ? usual : pathDomain(managers, 'legal');
  if (!targets) return { ...certain(usual), legal, hints: ['/', '/x', '/x/y'] };
  const lifted = (domain: readonly Signed[], query: Signed): readonly Signed[] => [
    ...domain.map(({ language, wanted }) => ({ language: targetLanguage(language), wanted })),
    query,
  ];
  const hints = ['/', '/x', '/x/y', '/x?a=b'];
  return { ...certain(lifted(usual, usualTargets)), legal: lifted(legal, legalTargets), hints };
}

const known = [...knownMethods].filter((method) => method !== 'CONNECT').join('|');

const methodField: Omit<Field, 'key'> = {
  kind: 'word',
  mayBeAbsent: false,
  usual: [inside(known, new RegExp(`^(${known})$`), ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])],
  // HTTP/2 takes any token.
  legal: [inside('[!-~]+', /^[!-~]+$/), outside('CONNECT', /^CONNECT$/)],
  hints: [],
};

const headerBytes = /^([^\0\r\n \t]([^\0\r\n]*[^\0\r\n \t])?)?$/;

/** Envoy trims header values; CR, LF and NUL are refused. */
const headerField: Omit<Field, 'key' | 'kind'> = {
  mayBeAbsent: true,
  usual: [inside('(?:[!-~](?:[ -~]*[!-~])?)?', /^([!-~]([ -~]*[!-~])?)?$/, ['x', '1', ''])],
  legal: [inside('(?:[^\\x00\\r\\n \\t](?:[^\\x00\\r\\n]*[^\\x00\\r\\n \\t])?)?', headerBytes)],
  hints: ['x', '1'],
};

/** Raw: not decoded, up to `&`. */
const queryField: Omit<Field, 'key'> = {
  kind: 'word',
  mayBeAbsent: true,
  usual: [inside("[!$%'-;=?-Z_a-z~]*", /^[!$%'-;=?-Z_a-z~]*$/, ['x', '1', ''])],
  legal: [inside('[!"$%\'-~\\x80-\\xff]*', /^[!"$%'-~\x80-\xff]*$/)],
  hints: [],
};

const cookieField: Omit<Field, 'key'> = {
  kind: 'word',
  mayBeAbsent: true,
  usual: [inside('[!#-+./:<-\\[\\]-~A-Za-z0-9-]*', /^[!#-+./:<-[\]-~A-Za-z0-9-]*$/, ['x', '1', ''])],
  legal: [inside('[^\\x00\\r\\n;]*', /^[^\0\r\n;]*$/)],
  hints: [],
};

/** What connection managers leave of hosts: their strip rules change nothing of these. */
function hostField(managers: readonly Manager[], listener: Listener): Omit<Field, 'key'> {
  const rules = managers.flatMap((manager) => stripRules(manager, listener));
  return {
    kind: 'word',
    mayBeAbsent: false,
    usual: [inside('[A-Za-z0-9._-]+(?::[0-9]+)?', /^[A-Za-z0-9._-]+(:[0-9]+)?$/, ['www.example.com']), ...rules],
    legal: [inside('[!-~\\x80-\\xff]+', /^[!-~\x80-\xff]+$/), ...rules],
    hints: ['www.example.com', 'www'],
  };
}

function stripRules(manager: Manager, listener: Listener): readonly Signed[] {
  const changed: string[] = [];
  if (manager.stripTrailingDot) changed.push('.*\\.', '.*\\.:[^.]*');
  if (manager.stripPort === 'any') changed.push('[^:]*:\\s*[+]?[0-9]+\\s*');
  if (manager.stripPort === 'matching') changed.push(`[^:]*:\\s*[+]?0*${listener.port}\\s*`);
  if (changed.length === 0) return [];
  const has = (host: string): boolean => hostSeen(host, listener, manager) !== host;
  return [{ language: patternLanguage(`(?s:${changed.join('|')})`, has, []), wanted: false }];
}

/** `x-forwarded-proto` as routes see it: never absent, and never empty, since that is answered before routes (404). */
function forwardedProtoDomain(
  manager: Manager,
  { tls }: FilterChain,
  hosts: readonly VirtualHost[],
): Omit<Field, 'key'> {
  const own = tls ? 'https' : 'http';
  if (manager.overwritesForwardedProto) return certain([exactly(own)]);
  const [secure] = hosts.every(({ requireTls }) => requireTls === 'all') ? [exactly('https')] : [];
  const filled = outside('', /^$/);
  return {
    ...headerField,
    kind: 'word',
    mayBeAbsent: false,
    usual: [...headerField.usual, filled, ...(secure ? [secure] : [])],
    legal: [...headerField.legal, filled, ...(secure ? [secure] : [])],
    hints: [own, 'http', 'https'],
  };
}

function exactly(word: string): Signed {
  return inside(word, new RegExp(`^${word}$`), [word]);
}

function schemeDomain({ overwritesForwardedProto }: Manager, { tls }: FilterChain): readonly Signed[] {
  return overwritesForwardedProto
    ? [exactly(tls ? 'https' : 'http')]
    : [inside('https?', /^https?$/, ['http', 'https'])];
}
