import type { Decision } from './match/decision.ts';
import type { RoutingRequest } from './match/request.ts';
import { virtualServiceHeader } from '../model/envoy/naming.ts';
import type { Entry } from './gateway-tables.ts';
import type { Clause, HeaderTest, PathTest, TextTest } from './table/clause.ts';
import { shortestMatch } from './table/program.ts';
import type { Route } from './table/table.ts';

/**
 * A request that satisfies every clause of a route, as plain as can be; null where none was found. Nothing is claimed of
 * the routes before it: ask `decide`.
 */
export function requestFor({ listener, chain, host, route }: Entry): RoutingRequest | null {
  const draft: Draft = { method: 'GET', authority: hostIn(host.domains), path: '/', query: [], headers: new Map() };
  for (const clause of route.clauses) if (!satisfy(clause, draft)) return null;
  const { query, path, method, authority } = draft;
  const isGrpc = route.clauses.some(({ field }) => field === 'grpc');
  return {
    port: listener.port,
    protocol: isGrpc ? 'grpc' : 'http1',
    sni: chain.tls ? (chain.serverNames[0]?.replace(/^\*/, 'www') ?? 'absent') : 'absent',
    tls: chain.tls,
    method: isGrpc && method === 'GET' ? 'POST' : method,
    authority,
    target: query.length > 0 ? `${path}?${query.join('&')}` : path,
    headers: draft.headers,
    otherHeaders: 'absent',
  };
}

/** Whether a route takes part in a decision, at the first pass through the gateway or a later one; null: it is not decided. */
export function madeBy(decision: Decision, { place }: Route): boolean | null {
  const ways = decision.candidates.length > 0 ? decision.candidates : [decision];
  const takes = ({ hops }: Decision): boolean =>
    hops.some(({ route }) => route?.document === place.document && route.pointer === place.pointer);
  if (ways.every(takes)) return true;
  return ways.some(takes) || ways.some(({ outcome }) => outcome === 'undecided') ? null : false;
}

/** A request to the gateway that reaches an inner route with what it asks for, through a route that leads to its virtual host. */
export function requestThrough(outer: Entry, inner: RoutingRequest): RoutingRequest | null {
  const base = requestFor(outer);
  const { action } = outer.route;
  if (!base || action.type !== 'forward' || inner.target === null || inner.method === null) return null;
  const target = outerTarget(outer.route, inner.target);
  if (target === null) return null;
  const headers = new Map([...inner.headers].filter(([name]) => name !== virtualServiceHeader));
  for (const [name, lines] of base.headers) headers.set(name, lines);
  const method = inner.method === 'GET' ? base.method : inner.method;
  return { ...base, target, method, headers };
}

/** Undoes the prefix rewrite of a route: the path a client sends so that the next pass sees this one. */
function outerTarget({ clauses, action }: Route, target: string): string | null {
  const path = clauses.find((clause): clause is Extract<Clause, { field: 'path' }> => clause.field === 'path')?.test;
  if (action.type !== 'forward' || !path) return null;
  if (action.path.kind === 'keep') return target;
  if (action.path.kind !== 'prefix' || path.kind !== 'prefix' || !target.startsWith(action.path.value)) return null;
  return path.value + target.slice(action.path.value.length);
}

interface Draft {
  method: string;
  authority: string;
  path: string;
  readonly query: string[];
  readonly headers: Map<string, readonly string[]>;
}

/** The first domain as a host: `*` stands for any. */
function hostIn(domains: readonly string[]): string {
  const [first = '*'] = domains;
  if (first === '*') return 'www.example.com';
  return first.startsWith('*') ? `www${first.slice(1)}` : first.endsWith('*') ? `${first.slice(0, -1)}example` : first;
}

function satisfy(clause: Clause, draft: Draft): boolean {
  switch (clause.field) {
    case 'path': {
      const path = pathFor(clause.test);
      if (path === null) return false;
      draft.path = path;
      return true;
    }
    case 'header':
      return satisfyHeader(clause, draft);
    case 'query': {
      if (clause.test.kind === 'present' && !clause.test.present) return true;
      const value = valueFor(clause.test);
      if (value !== null) draft.query.push(`${clause.name}=${value}`);
      return value !== null;
    }
    case 'cookie': {
      if (clause.invert) return true;
      const value = valueFor(clause.test);
      const others = draft.headers.get('cookie') ?? [];
      if (value !== null) draft.headers.set('cookie', [[...others, `${clause.name}=${value}`].join('; ')]);
      return value !== null;
    }
    case 'grpc':
      draft.headers.set('content-type', ['application/grpc']);
      return true;
    case 'fraction':
      return clause.share === 1;
    default:
      return false;
  }
}

function pathFor(test: PathTest): string | null {
  switch (test.kind) {
    case 'exact':
    case 'prefix':
    case 'segments':
      return test.value;
    case 'regex':
    case 'template':
      return shortestMatch(test.regex.source, '/');
    case 'connect':
      return null;
  }
}

function satisfyHeader({ name, test, invert }: Extract<Clause, { field: 'header' }>, draft: Draft): boolean {
  if (test.kind === 'present' && test.present === invert) return true;
  const value = invert ? otherThan(test) : valueFor(test);
  if (value === null) return false;
  if (name === ':authority') draft.authority = test.kind === 'suffix' && !invert ? beforeSuffix(value) : value;
  else if (name === ':method') draft.method = value;
  else if (name.startsWith(':')) return name === ':scheme' && value === 'http';
  else draft.headers.set(name, [value]);
  return true;
}

function beforeSuffix(suffix: string): string {
  return suffix.startsWith('.') ? `www${suffix}` : suffix;
}

function valueFor(test: HeaderTest): string | null {
  switch (test.kind) {
    case 'present':
      return 'x';
    case 'range':
      return test.start < test.end ? String(test.start) : null;
    case 'regex':
      return shortestMatch(test.regex.source);
    default:
      return test.value;
  }
}

/** A value that an inverted matcher takes. */
function otherThan(test: HeaderTest): string | null {
  if (test.kind === 'present') return 'x';
  if (test.kind === 'range') return 'x';
  return ['x', 'other', '0'].find((value) => !holdsText(test, value)) ?? null;
}

function holdsText(test: TextTest, value: string): boolean {
  if (test.kind === 'regex') return test.regex.matches(value);
  if (test.kind === 'exact') return value === test.value;
  if (test.kind === 'prefix') return value.startsWith(test.value);
  return test.kind === 'suffix' ? value.endsWith(test.value) : value.includes(test.value);
}
