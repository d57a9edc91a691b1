import { headerTruth, isGrpc, pathTestHolds, textHolds, valueHolds } from '../match/clauses.ts';
import type { Clause, HeaderTest, PathTest, ValueTest } from '../table/clause.ts';
import type { Route } from '../table/table.ts';
import { chanceCondition, type Condition, type Field, flagCondition, wordCondition } from './field.ts';
import {
  everything,
  type Language,
  patternLanguage,
  pathLanguage,
  rangeLanguage,
  targetLanguage,
  textLanguage,
} from './language.ts';
import type { Scene } from './scene.ts';

/** The requests a route asks for: every condition must hold. CONNECT requests are a world of their own: they have no path. */
export interface Cube {
  readonly connect: boolean;
  readonly conditions: readonly Condition[];
  /** Why no request can meet it, whatever its fields; null: it may. */
  readonly impossible: string | null;
}

/** A clause without a field of its own: true or false for every request of the scene. */
export type Read = readonly Condition[] | boolean;

/** The cube of a route. */
export function cubeOf(scene: Scene, route: Pick<Route, 'clauses'>): Cube {
  const connect = route.clauses.some((clause) => clause.field === 'path' && clause.test.kind === 'connect');
  const conditions: Condition[] = [];
  for (const clause of route.clauses) {
    const read = connect ? readForConnect(scene, clause) : readClause(scene, clause);
    if (read === false) {
      const impossible = clause.field === 'invalid' ? clause.what : 'a clause that holds for no request';
      return { connect, conditions: [], impossible };
    }
    if (read !== true) conditions.push(...read);
  }
  return { connect, conditions, impossible: null };
}

function readForConnect(scene: Scene, clause: Clause): Read {
  switch (clause.field) {
    case 'path':
      return clause.test.kind !== 'connect' || [connectHost(scene)];
    case 'grpc':
      return false;
    case 'query':
      return valueHolds(clause.test, undefined);
    case 'header':
      if (clause.name === ':method') return headerTruth(clause, ['CONNECT']);
      if (clause.name === ':path') return headerTruth(clause, []);
      return readClause(scene, clause);
    default:
      return readClause(scene, clause);
  }
}

/** CONNECT names host and port; where the port is stripped, routes do not see it. */
function connectHost({ host, manager }: Scene): Condition {
  const language =
    manager.stripPort === 'none'
      ? patternLanguage('.*:[0-9]+', (word) => /:\d+$/.test(word), ['www.example.com:443'])
      : everything;
  return wordCondition(host, language, true, false);
}

/** What a clause asks of a request as it comes to the listener. */
export function readClause(scene: Scene, clause: Clause): Read {
  switch (clause.field) {
    case 'path':
      return readPath(scene, clause.test);
    case 'header':
      return readHeader(scene, clause);
    case 'query': {
      // A pair is cut at `&`, its name at `=`, the target at `#`.
      if (/[&=#]/.test(clause.name)) return valueHolds(clause.test, undefined);
      return [valueCondition(scene, scene.query(clause.name), clause.test, false)];
    }
    case 'cookie': {
      if (/[;=]|^ /.test(clause.name)) return valueHolds(clause.test, undefined) !== clause.invert;
      return [valueCondition(scene, scene.cookie(clause.name), clause.test, clause.invert)];
    }
    case 'grpc':
      return [wordCondition(scene.header('content-type'), grpcTypes, true, false)];
    case 'fraction':
      return readFraction(scene, clause, 0);
    case 'tls':
      if (clause.presented === null && clause.validated === null) return true;
      if (!scene.chain.tls) return clause.presented !== true && clause.validated !== true;
      return [flag(scene, `tls ${clause.presented} ${clause.validated}`)];
    case 'hidden':
      return [flag(scene, clause.key)];
    case 'invalid':
      return false;
  }
}

/** A share of requests, of the random number that a pass through a listener draws. */
export function readFraction(
  scene: Scene,
  { share, of, key }: Extract<Clause, { field: 'fraction' }>,
  hop: number,
): Read {
  if (share === 0 || share === 1) return share === 1;
  if (share === null) return [flag(scene, `runtime ${key}`)];
  return [chanceCondition(scene.chance(hop), { below: Math.round(share * of), of }, true)];
}

const grpcTypes = patternLanguage('application/grpc(?:\\+(?s:.*))?', isGrpc, ['application/grpc']);

/** A condition that no request tells: the same key is the same truth. */
export function flag(scene: Scene, key: string): Condition {
  return flagCondition(scene.flag(key), true);
}

function readPath(scene: Scene, test: PathTest): Read {
  if (test.kind === 'connect') return false;
  return [pathCondition(scene, pathsOf(scene, test), true)];
}

/** The paths that a test takes. */
export function pathsOf({ semantics }: Scene, test: Exclude<PathTest, { kind: 'connect' }>): Language {
  return pathLanguage(test, (path) => pathTestHolds(test, path), semantics.regexUnit);
}

/** A condition on the path. */
export function pathCondition(scene: Scene, paths: Language, wanted: boolean): Condition {
  return wordCondition(scene.path, scene.targets ? targetLanguage(paths) : paths, wanted, false);
}

function readHeader(scene: Scene, clause: Extract<Clause, { field: 'header' }>): Read {
  const { name } = clause;
  // Envoy makes these itself, or drops what a client sends.
  const made = name === 'x-request-id' || name.startsWith('x-envoy-');
  if (made || scene.correlated.has(name)) return [flag(scene, `header ${describe(clause)}`)];
  const field = headerField(scene, name);
  if (!field) return headerTruth(clause, []);
  const { test, invert } = clause;
  const absent = headerTruth(clause, []);
  if (test.kind === 'present') return [wordCondition(field, everything, test.present !== invert, absent)];
  return [wordCondition(field, languageOf(scene, test), !invert, absent)];
}

/** The field that a header matcher looks at; null: no request has it. */
export function headerField(scene: Scene, name: string): Field | null {
  if (name === ':method') return scene.method;
  if (name === ':authority') return scene.host;
  if (name === ':scheme') return scene.scheme;
  if (name === ':path') return scene.path;
  return name.startsWith(':') ? null : scene.header(name);
}

function valueCondition(scene: Scene, field: Field, test: ValueTest, invert: boolean): Condition {
  const absent = valueHolds(test, undefined) !== invert;
  if (test.kind === 'present') return wordCondition(field, everything, test.present !== invert, absent);
  return wordCondition(field, languageOf(scene, test), !invert, absent);
}

/** The texts that a test takes. */
export function languageOf({ semantics }: Scene, test: Exclude<HeaderTest, { kind: 'present' }>): Language {
  if (test.kind === 'range')
    return rangeLanguage(test, (word) => headerTruth({ test, invert: false, missingIsEmpty: false }, [word]));
  return textLanguage(test, (word) => textHolds(test, word), semantics.regexUnit);
}

function describe({ name, test, invert, missingIsEmpty }: Extract<Clause, { field: 'header' }>): string {
  const shown = test.kind === 'regex' ? { kind: test.kind, regex: test.regex.source } : test;
  return JSON.stringify([name, shown, invert, missingIsEmpty], (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

/** The conditions of several cubes by the field they are about. */
export function byField(conditions: Iterable<Condition>): ReadonlyMap<Field, readonly Condition[]> {
  const fields = new Map<Field, Condition[]>();
  for (const condition of conditions) {
    const list = fields.get(condition.field);
    if (!list) fields.set(condition.field, [condition]);
    else if (!list.some(({ key }) => key === condition.key)) list.push(condition);
  }
  return fields;
}
