import type { Clause, HeaderTest, PathTest, TextTest, ValueTest } from '../table/clause.ts';
import { cookieValue, type Facts, headerValues, queryValue, type Truth } from './facts.ts';

/** Whether a clause holds for a request. */
export function holds(clause: Clause, facts: Facts): Truth {
  switch (clause.field) {
    case 'path':
      return pathHolds(clause.test, facts);
    case 'header':
      return headerHolds(clause, facts);
    case 'query':
      if (facts.query === null) return null;
      return valueHolds(clause.test, queryValue(facts.query, clause.name));
    case 'cookie': {
      const lines = headerValues(facts, 'cookie');
      if (lines === null) return null;
      // Unlike a header's, an inverted cookie matcher takes its absence (seen on 1.40.0).
      return valueHolds(clause.test, cookieValue(lines, clause.name)) !== clause.invert;
    }
    case 'grpc': {
      // A CONNECT request has no path, and so is none (Grpc::Common::isGrpcRequestHeaders).
      if (facts.method === 'CONNECT') return false;
      const type = headerValues(facts, 'content-type');
      return type === null ? null : type.some(isGrpc);
    }
    case 'fraction':
      return clause.share === 0 ? false : clause.share === 1 ? true : null;
    case 'tls':
      return tlsHolds(clause, facts);
    case 'hidden':
      return null;
    case 'invalid':
      return false;
  }
}

/** What of a request a clause asks for, as `unknown` names it. */
export function fieldName(clause: Clause): string {
  switch (clause.field) {
    case 'path':
      return 'path';
    case 'header':
      return clause.name.startsWith(':') ? clause.name.slice(1) : `header ${clause.name}`;
    case 'query':
      return `query parameter ${clause.name}`;
    case 'cookie':
      return `cookie ${clause.name}`;
    case 'grpc':
      return 'header content-type';
    case 'fraction':
      return clause.key === null ? 'chance (runtime_fraction)' : `runtime key ${clause.key}`;
    case 'tls':
      return 'client certificate';
    case 'hidden':
    case 'invalid':
      return clause.what;
  }
}

/** True for the content type of gRPC: `application/grpc`, alone or with `+` and an encoding. */
export function isGrpc(contentType: string): boolean {
  return /^application\/grpc($|\+)/.test(contentType);
}

function pathHolds(test: PathTest, { method, path }: Facts): Truth {
  if (test.kind === 'connect') return method === null ? null : method === 'CONNECT';
  if (method === 'CONNECT') return false;
  return path === null ? null : pathTestHolds(test, path);
}

/** Whether a path, without its query, is what a test asks. */
export function pathTestHolds(test: Exclude<PathTest, { kind: 'connect' }>, path: string): boolean {
  switch (test.kind) {
    case 'exact':
      return test.ignoreCase ? lower(path) === lower(test.value) : path === test.value;
    case 'prefix':
      return startsWith(path, test.value, test.ignoreCase);
    case 'segments': {
      if (!startsWith(path, test.value, test.ignoreCase)) return false;
      return path.length === test.value.length || path.charAt(test.value.length) === '/';
    }
    default:
      return test.regex.matches(path);
  }
}

function headerHolds(clause: Extract<Clause, { field: 'header' }>, facts: Facts): Truth {
  const values = headerValues(facts, clause.name);
  return values === null ? null : headerTruth(clause, values);
}

/** Whether the values of a header that matchers see (none: it is absent) are what a clause asks. */
export function headerTruth(
  { test, invert, missingIsEmpty }: Pick<Extract<Clause, { field: 'header' }>, 'test' | 'invert' | 'missingIsEmpty'>,
  values: readonly string[],
): boolean {
  if (test.kind === 'present') {
    const there = values.length > 0 || missingIsEmpty;
    return (there === test.present) !== invert;
  }
  const seen = values.length === 0 && missingIsEmpty ? [''] : values;
  if (seen.length === 0) return false;
  return seen.some((value) => headerValueHolds(test, value)) !== invert;
}

function headerValueHolds(test: Exclude<HeaderTest, { kind: 'present' }>, value: string): boolean {
  if (test.kind !== 'range') return textHolds(test, value);
  if (!/^[+-]?\d+$/.test(value)) return false;
  const number = BigInt(value.replace(/^\+/, ''));
  return number >= test.start && number < test.end && number >= minInt64 && number <= maxInt64;
}

const minInt64 = -(1n << 63n);
const maxInt64 = (1n << 63n) - 1n;

/** Whether a value (undefined: absent) is what a test asks. */
export function valueHolds(test: ValueTest, value: string | undefined): boolean {
  if (test.kind === 'present') return (value !== undefined) === test.present;
  return value !== undefined && textHolds(test, value);
}

/** Whether a text is what a test asks. */
export function textHolds(test: TextTest, value: string): boolean {
  if (test.kind === 'regex') return test.regex.matches(value);
  const [have, want] = test.ignoreCase ? [lower(value), lower(test.value)] : [value, test.value];
  if (test.kind === 'exact') return have === want;
  if (test.kind === 'prefix') return have.startsWith(want);
  if (test.kind === 'suffix') return have.endsWith(want);
  return have.includes(want);
}

function tlsHolds(clause: Extract<Clause, { field: 'tls' }>, { certificate }: Facts): Truth {
  if (clause.presented === null && clause.validated === null) return true;
  if (certificate === null) return null;
  return clause.presented !== true && clause.validated !== true;
}

function startsWith(text: string, prefix: string, ignoreCase: boolean): boolean {
  return ignoreCase ? lower(text.slice(0, prefix.length)) === lower(prefix) : text.startsWith(prefix);
}

/** Lower case of ASCII letters only, as Envoy compares. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
