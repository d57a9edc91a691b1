import { asBoolean, asList, asNumber, asObject, asText, isObject, type JsonObject, pointer } from '../../lib/json.ts';
import { bytesOf } from '../../lib/bytes.ts';
import type { Clause, HeaderTest, PathTest, TextTest, ValueTest } from './clause.ts';
import { compileRegex, type Regex } from './regex.ts';
import { templateRegex } from './uri-template.ts';

/** What a reader of clauses needs to know of its Envoy. */
export interface ClauseContext {
  readonly regexUnit: 'byte' | 'utf8';
  readonly runtime: ReadonlyMap<string, string> | null;
  /** Hears what is invalid or not understood, with the pointer inside the route's `match`. */
  readonly fault: (at: string, message: string) => void;
  readonly regexes: Map<string, Regex>;
}

const known = new Set(
  'prefix path path_separated_prefix safe_regex regex connect_matcher path_match_policy case_sensitive runtime_fraction headers query_parameters grpc tls_context dynamic_metadata filter_state cookies'.split(
    ' ',
  ),
);

/** Reads a RouteMatch: its clauses in the order in which a person would check them. */
export function readClauses(match: JsonObject, context: ClauseContext): readonly Clause[] {
  const clauses: Clause[] = [readPath(match, context)];
  for (const [index, value] of asList(match.headers).entries()) {
    clauses.push(readHeader(asObject(value), pointer('headers', index), context));
  }
  for (const [index, value] of asList(match.query_parameters).entries()) {
    const at = pointer('query_parameters', index);
    const matcher = asObject(value);
    const test = guarded(at, context, () => readValueTest(matcher, context));
    clauses.push('field' in test ? test : { field: 'query', name: bytesOf(asText(matcher.name) ?? ''), test, at });
  }
  for (const [index, value] of asList(match.cookies).entries()) {
    const at = pointer('cookies', index);
    const matcher = asObject(value);
    const test = guarded(at, context, () => readValueTest(matcher, context));
    const invert = asBoolean(matcher.invert_match) ?? false;
    clauses.push('field' in test ? test : { field: 'cookie', name: asText(matcher.name) ?? '', test, invert, at });
  }
  if (isObject(match.grpc)) clauses.push({ field: 'grpc', at: '/grpc' });
  if (isObject(match.tls_context)) {
    const { presented, validated } = match.tls_context;
    clauses.push({
      field: 'tls',
      presented: asBoolean(presented) ?? null,
      validated: asBoolean(validated) ?? null,
      at: '/tls_context',
    });
  }
  for (const name of ['dynamic_metadata', 'filter_state'] as const) {
    for (const [index, value] of asList(match[name]).entries()) {
      clauses.push({ field: 'hidden', what: name, key: `${name}:${JSON.stringify(value)}`, at: pointer(name, index) });
    }
  }
  if (isObject(match.runtime_fraction)) clauses.push(readFraction(match.runtime_fraction, context));
  for (const name of Object.keys(match)) {
    if (known.has(name)) continue;
    context.fault(pointer(name), `the match has a field that is not understood: ${name}`);
    clauses.push({
      field: 'hidden',
      what: `${name}`,
      key: `${name}:${JSON.stringify(match[name])}`,
      at: pointer(name),
    });
  }
  return clauses;
}

function readPath(match: JsonObject, context: ClauseContext): Clause {
  const ignoreCase = asBoolean(match.case_sensitive) === false;
  const literals = [
    ['path', 'exact', '/path'],
    ['prefix', 'prefix', '/prefix'],
    ['path_separated_prefix', 'segments', '/path_separated_prefix'],
  ] as const;
  for (const [name, kind, at] of literals) {
    const value = asText(match[name]);
    if (value !== undefined) {
      return { field: 'path', test: { kind, value: bytesOf(value), ignoreCase }, at };
    }
  }
  const pattern = regexOf(match.safe_regex) ?? asText(match.regex);
  if (pattern !== undefined) {
    const at = match.safe_regex === undefined ? '/regex' : '/safe_regex';
    return pathClause(at, context, () => ({ kind: 'regex', regex: regex(pattern, context) }));
  }
  if (match.connect_matcher !== undefined) return { field: 'path', test: { kind: 'connect' }, at: '/connect_matcher' };
  if (isObject(match.path_match_policy)) {
    const template = asText(asObject(match.path_match_policy.typed_config).path_template);
    const at = '/path_match_policy';
    if (template === undefined) {
      context.fault(at, 'a path match policy that is not a URI template is not understood');
      return { field: 'hidden', what: 'path_match_policy', key: JSON.stringify(match.path_match_policy), at };
    }
    return pathClause(at, context, () => ({
      kind: 'template',
      template,
      regex: regex(templateRegex(template), context),
    }));
  }
  context.fault('', 'the match has no path specifier that is understood');
  return { field: 'hidden', what: 'a path specifier that is not understood', key: JSON.stringify(match), at: '' };
}

function pathClause(at: string, context: ClauseContext, read: () => PathTest): Clause {
  const test = guarded(at, context, read);
  return 'field' in test ? test : { field: 'path', test, at };
}

/** Runs a reader; what RE2 does not take becomes a clause that never holds, since Envoy cannot have loaded it. */
function guarded<T>(at: string, context: ClauseContext, read: () => T): T | Extract<Clause, { field: 'invalid' }> {
  try {
    return read();
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    context.fault(at, what);
    return { field: 'invalid', what, at };
  }
}

function readHeader(matcher: JsonObject, at: string, context: ClauseContext): Clause {
  const test = guarded(at, context, () => readHeaderTest(matcher, context));
  if ('field' in test) return test;
  const name = (asText(matcher.name) ?? '').toLowerCase();
  return {
    field: 'header',
    name: name === 'host' ? ':authority' : name,
    test,
    invert: asBoolean(matcher.invert_match) ?? false,
    missingIsEmpty: asBoolean(matcher.treat_missing_header_as_empty) ?? false,
    at,
  };
}

function readHeaderTest(matcher: JsonObject, context: ClauseContext): HeaderTest {
  if (isObject(matcher.range_match)) {
    return { kind: 'range', start: int64(matcher.range_match.start), end: int64(matcher.range_match.end) };
  }
  return readValueTest(matcher, context);
}

function int64(value: unknown): bigint {
  if (value === undefined) return 0n;
  return BigInt(typeof value === 'string' || typeof value === 'number' ? value : 'not a number');
}

const legacy = [
  ['exact_match', 'exact'],
  ['prefix_match', 'prefix'],
  ['suffix_match', 'suffix'],
  ['contains_match', 'contains'],
] as const;

/** A HeaderMatcher's or QueryParameterMatcher's test; without one the value need only be there. */
function readValueTest(matcher: JsonObject, context: ClauseContext): ValueTest {
  if (isObject(matcher.string_match)) return readText(matcher.string_match, context);
  for (const [name, kind] of legacy) {
    const value = asText(matcher[name]);
    if (value !== undefined) return { kind, value: bytesOf(value), ignoreCase: false };
  }
  const pattern = regexOf(matcher.safe_regex_match) ?? asText(matcher.regex_match);
  if (pattern !== undefined) return { kind: 'regex', regex: regex(pattern, context) };
  return { kind: 'present', present: asBoolean(matcher.present_match) ?? true };
}

/** A StringMatcher's test; throws where it is not understood or no regex that RE2 takes. */
export function readText(matcher: JsonObject, context: ClauseContext): TextTest {
  const ignoreCase = asBoolean(matcher.ignore_case) ?? false;
  for (const kind of ['exact', 'prefix', 'suffix', 'contains'] as const) {
    const value = asText(matcher[kind]);
    if (value !== undefined) return { kind, value: bytesOf(value), ignoreCase };
  }
  const pattern = regexOf(matcher.safe_regex);
  if (pattern === undefined) throw new Error('a string matcher of a kind that is not understood');
  return { kind: 'regex', regex: regex(pattern, context) };
}

function regexOf(value: unknown): string | undefined {
  return isObject(value) ? asText(value.regex) : undefined;
}

/** Compiles each pattern once a table: gateways repeat them. */
function regex(pattern: string, { regexes, regexUnit }: ClauseContext): Regex {
  const cached = regexes.get(pattern);
  if (cached) return cached;
  const compiled = compileRegex(pattern, regexUnit);
  regexes.set(pattern, compiled);
  return compiled;
}

const denominators: Readonly<Record<string, number>> = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 };

/** A runtime value that is an integer is a percentage. */
function readFraction(fraction: JsonObject, { runtime }: ClauseContext): Clause {
  const byDefault = asObject(fraction.default_value);
  const key = asText(fraction.runtime_key) || null;
  const of = denominators[asText(byDefault.denominator) ?? 'HUNDRED'] ?? 100;
  const share = Math.min((asNumber(byDefault.numerator) ?? 0) / of, 1);
  const at = '/runtime_fraction';
  if (key === null) return { field: 'fraction', share, of, key, at };
  if (runtime === null) return { field: 'fraction', share: null, of, key, at };
  const override = runtime.get(key);
  if (override === undefined) return { field: 'fraction', share, of, key, at };
  const percent = /^\d+$/.test(override) ? Math.min(Number(override) / 100, 1) : null;
  return { field: 'fraction', share: percent, of: 100, key, at };
}
