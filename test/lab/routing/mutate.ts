import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { differs, record } from './replay.ts';

/**
 * `npm run test:mutations [TEXT]` (not in CI): asks real Envoys one batch of the differential test, then plants one bug after
 * another in the matcher (those that hold TEXT) and sees that its decisions are no longer those answers. A bug that goes
 * unnoticed is a hole in the test.
 */
const bugs: readonly (readonly [file: string, right: string, wrong: string])[] = [
  ['match/clauses.ts', "path.charAt(test.value.length) === '/'", "path.charAt(test.value.length) !== 'x'"],
  ['match/clauses.ts', 'number < test.end', 'number <= test.end'],
  ['match/clauses.ts', 'if (seen.length === 0) return false;', 'if (seen.length === 0) return invert;'],
  ['match/clauses.ts', '/^[+-]?\\d+$/', '/^-?\\d+$/'],
  ['match/clauses.ts', "if (method === 'CONNECT') return false;", ''],
  ['match/clauses.ts', 'return have.endsWith(want)', 'return have.includes(want)'],
  ['match/clauses.ts', '/^application\\/grpc($|\\+)/', '/^application\\/grpc/'],
  ['match/clauses.ts', '(there === test.present) !== invert', 'there === test.present'],
  ['match/facts.ts', "lines.filter((line) => line !== '')", 'lines'],
  ['match/facts.ts', 'facts.semantics.joinsHeaderLines ? ', '!facts.semantics.joinsHeaderLines ? '],
  ['match/facts.ts', '[facts.path + facts.query]', '[facts.path]'],
  ['match/path.ts', "if (!path.includes('//')) return path;", 'return path;'],
  ['match/path.ts', 'return null;', 'continue;'],
  ['match/path.ts', "else if (kind === 'up')", "else if (kind === 'name')"],
  ['match/host.ts', "behind === '' || behind === ':'", "behind === ''"],
  ['match/rewrite.ts', "own.includes('?') ? '' : kept", 'kept'],
  ['match/rewrite.ts', "own === ':80'", "own === ':443'"],
  ['match/rewrite.ts', 'redirect.stripQuery ? ', '!redirect.stripQuery ? '],
  ['table/host-index.ts', 'host.length > suffix.length', 'host.length >= suffix.length'],
  ['table/host-index.ts', 'other.length - one.length', 'one.length - other.length'],
  ['table/regex.ts', 'program.matches(subject)', 'program.matcher(subject).find()'],
  ['table/read-clauses.ts', 'ignoreCase = asBoolean(match.case_sensitive) === false', 'ignoreCase = false'],
  ['match/arrive.ts', "manager.stripPort === 'any' ? null : listener.port", 'null'],
  ['match/arrive.ts', "redirects = made !== path && manager.escapedSlashes === 'redirect'", 'redirects = false'],
  ['match/act.ts', 'more.length > 0 || ', ''],
  ['match/act.ts', 'if (own?.inert) continue;', ''],
  ['match/act.ts', 'filter.onlyPerRoute && !own?.configured', 'filter.onlyPerRoute'],
  ['match/act.ts', 'timeoutMs: action.timeoutMs', 'timeoutMs: 15_000'],
  ['match/arrive.ts', "[crumbs.join('; ')]", 'crumbs'],
  ['match/arrive.ts', "asked === 'https' && !chain.tls", 'false'],
  ['match/arrive.ts', 'scheme: asked ?? told', 'scheme: told'],
  ['match/codec.ts', "target === '*' && method === 'OPTIONS'", "target === '*'"],
  ['match/codec.ts', 'knownMethods.has(method)', '/^[A-Z-]+$/.test(method)'],
  ['match/codec.ts', '[A-Za-z0-9.-]+|', '[A-Za-z0-9._-]+|'],
  ['match/codec.ts', "rest === '' ? '/' : rest", "rest.startsWith('/') ? rest : '/' + rest"],
  ['match/codec.ts', 'authority.slice(at + 1)', 'authority'],
  ['match/decide.ts', 'chain.tls && request.tls === false', 'false'],
  ['match/facts.ts', 'lines.length === 0 ? undefined', "lines.length === 0 ? ''"],
  ['match/filter-chain.ts', "name.indexOf('.', 1); dot", "name.indexOf('.', name.length); dot"],
  ['match/filter-chain.ts', 'serverNames.length === 0);', 'serverNames.length >= 0);'],
  ['match/path-index.ts', 'const folded = path.toLowerCase();', 'const folded = path;'],
  ['match/path-index.ts', 'found.sort((one, other) => one - other);', ''],
  ['match/path-index.ts', 'literal.slice(0, -1) : literal', 'literal : literal'],
  ['match/path-index.ts', "if (pattern.includes('|')) return '';", ''],
  ['match/matcher-tree.ts', 'truth === true && (!missed || goesOn === false)', 'truth === true'],
  ['match/matcher-tree.ts', 'truth === null ? null : !truth', 'truth'],
  ['match/matcher-tree.ts', "predicate.kind === 'any'", "predicate.kind === 'all'"],
  [
    'table/read-matcher.ts',
    'bytesOf(other).length - bytesOf(one).length',
    'bytesOf(one).length - bytesOf(other).length',
  ],
  ['table/read-matcher.ts', "header === 'host' ? ':authority' : header", 'header'],
  ['table/read-clauses.ts', 'Number(override) / 100, 1)', 'Number(override) / 1000, 1)'],
  ['table/filters.ts', 'needed !== undefined && !isObject(own[needed])', 'needed !== undefined'],
];

const only = process.argv[2];
const tried = bugs.filter(([file, right]) => only === undefined || `${file} ${right}`.includes(only));
const folder = mkdtempSync(join(tmpdir(), 'meshdoctor-mutants-'));
let missed = 0;
try {
  for (const name of ['src', 'rules', 'test/lab', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    cpSync(name, join(folder, name), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const recordings = join(folder, 'recordings.json');
  writeFileSync(recordings, JSON.stringify([await record('1.40.0'), await record('1.36.2')]));
  const sound = spawnSync('npx', ['tsx', 'test/lab/routing/replay.ts', recordings], { cwd: folder });
  if (sound.status !== 0) throw new Error(`without a bug the decisions differ: ${sound.stderr}`);
  for (const [file, right, wrong] of tried) {
    const path = join(folder, 'src/routing', file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(right)) throw new Error(`${file} no longer holds: ${right}`);
    writeFileSync(
      path,
      text.replace(right, () => wrong),
    );
    const { status } = spawnSync('npx', ['tsx', 'test/lab/routing/replay.ts', recordings], { cwd: folder });
    writeFileSync(path, text);
    if (status !== differs) missed += 1;
    // A bug that does not even run says nothing of the test.
    const told = status === differs ? 'caught' : status === 0 ? 'MISSED' : 'BROKEN';
    console.log(`${told}  ${file}: ${right}  =>  ${wrong}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${tried.length - missed} of ${tried.length} planted bugs caught`);
if (missed > 0) process.exitCode = 1;
