import type { Forward, PathRewrite, Redirect } from '../table/action.ts';
import type { Clause } from '../table/clause.ts';
import type { Route } from '../table/table.ts';
import { templateNames, templateRegex } from '../table/uri-template.ts';
import { compileRegex } from '../table/regex.ts';
import { type Facts, firstLine } from './facts.ts';

/** A path after a route's rewrite; `rejected`: Envoy answers 400; null: not known. */
export type Rewritten = string | { readonly rejected: string } | null;

/** What the upstream gets as path, without query. */
export function rewritePath(route: Route, rewrite: PathRewrite, path: string, facts: Facts): Rewritten {
  switch (rewrite.kind) {
    case 'keep':
      return path;
    case 'prefix':
      return rewrite.value + path.slice(matchedLength(route, path));
    case 'regex': {
      const made = rewrite.regex.replace(path, rewrite.substitution);
      if (made !== '') return made;
      return facts.semantics.emptyRewriteKeepsPath ? path : { rejected: 'the rewrite leaves an empty path' };
    }
    case 'template':
      return rewriteByTemplate(route, rewrite.template, path);
    default:
      return null;
  }
}

/** How much of the path the route's match takes: a prefix its length, everything else the whole. */
function matchedLength(route: Route, path: string): number {
  const clause = route.clauses.find((one): one is Extract<Clause, { field: 'path' }> => one.field === 'path');
  const test = clause?.test;
  return test?.kind === 'prefix' || test?.kind === 'segments' ? test.value.length : path.length;
}

function rewriteByTemplate(route: Route, template: string, path: string): Rewritten {
  const clause = route.clauses.find((one): one is Extract<Clause, { field: 'path' }> => one.field === 'path');
  if (clause?.test.kind !== 'template') return null;
  const pattern = templateRegex(clause.test.template);
  const names = templateNames(clause.test.template);
  return template.replace(/\{([^}]*)\}/g, (_, name: string) => {
    const group = names.indexOf(name) + 1;
    return group === 0 ? '' : compileRegex(pattern, 'byte').replace(path, `\\${group}`);
  });
}

/** What the upstream gets as host; null: not known. */
export function rewriteHost(action: Forward, literal: string | null, facts: Facts): string | null {
  const rewrite = action.host;
  if (literal !== null) return literal;
  switch (rewrite.kind) {
    case 'keep':
      return facts.authority;
    case 'auto':
      return null;
    case 'literal':
      return rewrite.value;
    case 'header': {
      const value = firstLine(facts, rewrite.name);
      return value === null ? null : value || facts.authority;
    }
    case 'path-regex':
      return facts.path === null ? null : rewrite.regex.replace(facts.path, rewrite.substitution);
  }
}

/** The exact `Location` of a redirect; null: not known. */
export function locationOf(route: Route, redirect: Redirect, facts: Facts): string | null {
  const { authority, path, query, scheme } = facts;
  if (authority === null || path === null || query === null || scheme === null) return null;
  const newScheme = redirect.scheme ?? scheme;
  const host =
    redirect.host ??
    hostFor(authority, facts.headers.get('x-forwarded-proto')?.[0] ?? scheme, newScheme, redirect.port);
  const port = redirect.port === null ? '' : `:${redirect.port}`;
  const kept = redirect.stripQuery ? '' : query;
  if (redirect.path.kind === 'replace') {
    const own = rooted(redirect.path.value);
    return `${newScheme}://${host}${port}${own}${own.includes('?') ? '' : kept}`;
  }
  const made = rewritePath(route, redirect.path, path, facts);
  return typeof made === 'string' ? `${newScheme}://${host}${port}${rooted(made)}${kept}` : null;
}

/** A redirect's path begins with a slash whatever the route says. */
function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/**
 * The client's own host: without its port where another is given, or where it is the old scheme's default and the scheme
 * changes. The old scheme is what x-forwarded-proto says, whatever that is.
 */
export function hostFor(authority: string, scheme: string, newScheme: string, port: number | null): string {
  // Utility::processRequestHost looks for `]:` in IPv6 literals, and for the last `:` else.
  const bracket = authority.lastIndexOf(']:');
  const at = authority.startsWith('[') ? (bracket < 0 ? -1 : bracket + 1) : authority.lastIndexOf(':');
  if (at < 0) return authority;
  if (port !== null) return authority.slice(0, at);
  const own = authority.slice(at);
  const dropped =
    (newScheme === 'https' && scheme === 'http' && own === ':80') ||
    (newScheme === 'http' && scheme === 'https' && own === ':443');
  return dropped ? authority.slice(0, at) : authority;
}
