import { headerTruth, pathTestHolds } from '../match/clauses.ts';
import { isJoinedAnyway } from '../match/facts.ts';
import type { HeaderMutation } from '../table/action.ts';
import type { Clause } from '../table/clause.ts';
import { wordCondition } from '../space/field.ts';
import {
  flag,
  headerField,
  languageOf,
  pathCondition,
  pathsOf,
  type Read,
  readClause,
  readFraction,
} from '../space/cube.ts';
import { beforeAppended, beforeRewrite, everything, type Language } from '../space/language.ts';
import type { Scene } from '../space/scene.ts';
import { isKeep, type PathFunction } from './path-function.ts';

/** A request as a later listener gets it, in terms of the request as it first came. */
export interface Handed {
  readonly hop: number;
  readonly path: PathFunction;
  /** What every path begins with that a `strip` cuts off; null: not known to the letter. */
  readonly read: string | null;
  /** The host where it is one; null: as it came. */
  readonly host: string | null;
  /** What the passes before did to headers, in the order in which Envoy does it. */
  readonly mutations: readonly HeaderMutation[];
  /** The listener sets `x-forwarded-proto` itself. */
  readonly overwritesForwardedProto: boolean;
}

/** What a clause of a later listener's route asks of the request as it first came. */
export function readHanded(scene: Scene, handed: Handed, clause: Clause): Read {
  const unknown = (): Read => [
    flag(scene, `hop ${handed.hop} ${clause.field} ${JSON.stringify([handed, textOf(clause)])}`),
  ];
  switch (clause.field) {
    case 'path':
      return readPath(scene, handed, clause.test) ?? unknown();
    case 'header':
      return readHeader(scene, handed, clause) ?? unknown();
    case 'grpc':
    case 'query':
    case 'cookie':
      return readClause(scene, clause);
    case 'fraction':
      return readFraction(scene, clause, handed.hop);
    case 'tls':
      return clause.presented !== true && clause.validated !== true;
    case 'hidden':
      return unknown();
    case 'invalid':
      return false;
  }
}

function textOf(clause: Clause): unknown {
  if (clause.field === 'hidden') return clause.key;
  return JSON.parse(
    JSON.stringify(clause, (key, value) =>
      typeof value === 'bigint' ? String(value) : key === 'at' ? undefined : key === 'regex' ? value.source : value,
    ),
  );
}

function readPath(scene: Scene, { path, read }: Handed, test: Extract<Clause, { field: 'path' }>['test']): Read | null {
  if (test.kind === 'connect') return false;
  if (path.kind === 'constant') return pathTestHolds(test, path.value);
  const paths = pathsOf(scene, test);
  const everyPath = paths.shape?.kind === 'prefix' && paths.shape.value === '/';
  if (path.kind === 'opaque') return everyPath ? true : null;
  if (everyPath || (paths.shape?.kind === 'prefix' && path.prepend.startsWith(paths.shape.value))) return true;
  if (isKeep(path)) return [pathCondition(scene, paths, true)];
  return read === null ? null : [pathCondition(scene, beforeRewrite(paths, read, path.prepend), true)];
}

/** How a header looks to the later listener. */
type Seen =
  | { readonly kind: 'client' }
  | { readonly kind: 'constant'; readonly lines: readonly string[] }
  | { readonly kind: 'appended'; readonly lines: readonly string[] }
  | { readonly kind: 'default'; readonly line: string }
  | { readonly kind: 'unknown' };

function seenHeader(name: string, { mutations, overwritesForwardedProto }: Handed): Seen {
  let seen: Seen = { kind: 'client' };
  for (const { add, remove } of mutations) {
    for (const one of add) if (one.name === name) seen = added(seen, one.value, one.how);
    if (remove.includes(name)) seen = { kind: 'constant', lines: [] };
  }
  // A later pass comes from this gateway itself, in plain text.
  return name === 'x-forwarded-proto' && overwritesForwardedProto ? { kind: 'constant', lines: ['http'] } : seen;
}

function added(seen: Seen, value: string | null, how: HeaderMutation['add'][number]['how']): Seen {
  if (value === null) return { kind: 'unknown' };
  if (how === 'overwrite') return { kind: 'constant', lines: [value] };
  if (seen.kind === 'unknown') return seen;
  if (how === 'append') {
    if (seen.kind === 'client') return { kind: 'appended', lines: [value] };
    return seen.kind === 'default' ? { kind: 'unknown' } : { ...seen, lines: [...seen.lines, value] };
  }
  const empty = seen.kind === 'constant' && seen.lines.length === 0;
  if (how === 'add-if-absent') {
    if (seen.kind === 'client') return { kind: 'default', line: value };
    return empty ? { kind: 'constant', lines: [value] } : seen;
  }
  if (seen.kind === 'client') return { kind: 'unknown' };
  return empty ? seen : { kind: 'constant', lines: [value] };
}

type HeaderClause = Extract<Clause, { field: 'header' }>;

function readHeader(scene: Scene, handed: Handed, clause: HeaderClause): Read | null {
  const { name, test } = clause;
  if (name === ':authority')
    return handed.host === null ? readClause(scene, clause) : headerTruth(clause, [handed.host]);
  if (name === ':path') return isKeep(handed.path) ? readClause(scene, clause) : null;
  if (name.startsWith(':')) return readClause(scene, clause);
  const seen = seenHeader(name, handed);
  const joined = scene.semantics.joinsHeaderLines || isJoinedAnyway(name);
  const values = (lines: readonly string[]) => (joined && lines.length > 0 ? [lines.join(',')] : lines);
  const field = headerField(scene, name);
  switch (seen.kind) {
    case 'client':
      return readClause(scene, clause);
    case 'unknown':
      return null;
    case 'constant':
      return headerTruth(clause, values(seen.lines));
    case 'default': {
      if (!field) return null;
      const language = test.kind === 'present' ? everything : languageOf(scene, test);
      const wanted = test.kind === 'present' ? test.present !== clause.invert : !clause.invert;
      return [wordCondition(field, language, wanted, headerTruth(clause, [seen.line]))];
    }
    case 'appended': {
      const alone = headerTruth(clause, values(seen.lines));
      if (!field || test.kind === 'present') return alone;
      const language = languageOf(scene, test);
      if (!joined)
        return seen.lines.some(language.has) ? alone : [wordCondition(field, language, !clause.invert, alone)];
      return [wordCondition(field, appended(language, seen.lines), !clause.invert, alone)];
    }
  }
}

function appended(language: Language, lines: readonly string[]): Language {
  return beforeAppended(language, `,${lines.join(',')}`);
}
