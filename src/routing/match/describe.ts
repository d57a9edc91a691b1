import type { Clause, HeaderTest, PathTest, TextTest, ValueTest } from '../table/clause.ts';
import type { Route } from '../table/table.ts';
import { cookieValue, type Facts, headerValues, queryValue } from './facts.ts';

/** A clause as a person would write it: `path starts with "/a/"`, `header x-user is "beta"`. */
export function describeClause(clause: Clause): string {
  switch (clause.field) {
    case 'path':
      return describePath(clause.test);
    case 'header':
      return `${headerLabel(clause.name)} ${clause.invert ? 'not: ' : ''}${describeTest(clause.test)}`;
    case 'query':
      return `query parameter ${clause.name} ${describeTest(clause.test)}`;
    case 'cookie':
      return `cookie ${clause.name} ${clause.invert ? 'not: ' : ''}${describeTest(clause.test)}`;
    case 'grpc':
      return 'a gRPC request (content-type application/grpc)';
    case 'fraction':
      return clause.share === null
        ? `a share of requests set by runtime key ${clause.key}`
        : `${clause.share * 100} % of requests, by chance`;
    case 'tls':
      return 'a client certificate as asked';
    case 'hidden':
      return clause.what;
    case 'invalid':
      return `invalid: ${clause.what}`;
  }
}

/** A route of which no object is known, as people call it: by its name, else by its number and what it asks for. */
export function labelOfRoute({ name, index, clauses }: Pick<Route, 'name' | 'index' | 'clauses'>): string {
  return name || `#${index} ${clauses.map(describeClause).join(' and ') || 'every request'}`;
}

/** A header as people call it: `header x-user`, `path`, `host`. */
export function headerLabel(name: string): string {
  if (name === ':authority') return 'host';
  return name.startsWith(':') ? name.slice(1) : `header ${name}`;
}

function describePath(test: PathTest): string {
  switch (test.kind) {
    case 'exact':
      return `path is "${test.value}"${fold(test.ignoreCase)}`;
    case 'prefix':
      return `path starts with "${test.value}"${fold(test.ignoreCase)}`;
    case 'segments':
      return `path is "${test.value}" or below it${fold(test.ignoreCase)}`;
    case 'regex':
      return `the whole path matches regex ${test.regex.source}`;
    case 'template':
      return `path fits template ${test.template}`;
    case 'connect':
      return 'a CONNECT request';
  }
}

/** What a value must be: `starts with "beta"`. */
export function describeTest(test: HeaderTest | ValueTest | TextTest): string {
  switch (test.kind) {
    case 'present':
      return test.present ? 'is there' : 'is absent';
    case 'range':
      return `is a number from ${test.start} to below ${test.end}`;
    case 'regex':
      return `as a whole matches regex ${test.regex.source}`;
    case 'exact':
      return `is "${test.value}"${fold(test.ignoreCase)}`;
    case 'prefix':
      return `starts with "${test.value}"${fold(test.ignoreCase)}`;
    case 'suffix':
      return `ends with "${test.value}"${fold(test.ignoreCase)}`;
    case 'contains':
      return `contains "${test.value}"${fold(test.ignoreCase)}`;
  }
}

function fold(ignoreCase: boolean): string {
  return ignoreCase ? ' (any case)' : '';
}

/** What the request had where a clause looked: `the path is "/v2"`, `it has no header x-user`. */
export function describeHad(clause: Clause, facts: Facts): string {
  switch (clause.field) {
    case 'path':
      return clause.test.kind === 'connect' || facts.method === 'CONNECT'
        ? `the method is ${facts.method ?? 'unknown'}`
        : `the path is "${facts.path}"${pathHint(clause.test, facts.path)}`;
    case 'header':
      return had(headerLabel(clause.name), headerValues(facts, clause.name));
    case 'query':
      return had(`query parameter ${clause.name}`, one(queryValue(facts.query ?? '', clause.name)));
    case 'cookie':
      return had(`cookie ${clause.name}`, one(cookieValue(headerValues(facts, 'cookie') ?? [], clause.name)));
    case 'grpc':
      return had('header content-type', headerValues(facts, 'content-type'));
    case 'fraction':
      return 'chance decides, and the share is none';
    case 'tls':
      return 'the client presents no certificate';
    case 'hidden':
      return 'a request does not tell';
    case 'invalid':
      return 'Envoy cannot have loaded it';
  }
}

/** The first character at which a path leaves a prefix or exact path. */
function pathHint(test: PathTest, path: string | null): string {
  if (path === null || (test.kind !== 'prefix' && test.kind !== 'exact' && test.kind !== 'segments')) return '';
  let same = 0;
  while (same < path.length && path.charAt(same) === test.value.charAt(same)) same += 1;
  return same > 1 && same < Math.max(path.length, test.value.length) ? `, differs from character ${same + 1}` : '';
}

function one(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

function had(label: string, values: readonly string[] | null): string {
  if (values === null) return `${label} is not known`;
  if (values.length === 0) return `the request has no ${label}`;
  return `${label} is ${values.map((value) => `"${value}"`).join(' and ')}`;
}
