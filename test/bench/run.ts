import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { agentRows } from './agent.ts';
import { dayRows } from './agent-day.ts';
import { largeRows } from './agent-large.ts';
import { bundledRules } from './bundled.ts';
import { writeConfigDump, writeManifests } from './inputs.ts';
import { measureLive } from './live.ts';
import { measureLogs, writeAccessLog } from './logs.ts';
import { compare, median, type Run, runNode } from './measure.ts';
import { measurePage } from './pages.ts';
import { measureRouting, ordinaryDump, requestLines } from './routing.ts';
import { measureAdversarial, measureOrdinary } from './space.ts';
import { type Row, resultsOf, sectionOf } from './table.ts';
import { measureWatch } from './watch.ts';

/**
 * `npm run bench`: ratios against a peer or a limit in the same run. Parts can be named: `npm run bench -- logs watch`. `--smoke` runs
 * on small inputs, to prove that the benchmarks work; `--record` writes RESULTS.md, where a part that did not run keeps its last rows.
 */
const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean', default: false }, record: { type: 'boolean', default: false } },
});
const { smoke } = flags;
const main = 'dist/main.js';
const findings = [0, 1, 3];
const folder = mkdtempSync(join(tmpdir(), 'meshdoctor-bench-'));

const parts: Readonly<Record<string, () => unknown>> = {
  'start-up': startUp,
  'config-dump': async () => {
    await configDump(smoke ? 300 : 10_800, smoke ? 1 : 5, true);
    await configDump(smoke ? 600 : 50_500, 1, false);
    await rescued(smoke ? 300 : 11_000, smoke ? 1 : 5);
  },
  manifests: () => manifests(smoke ? 400 : 20_000),
  rules: () => rules(smoke ? 500 : 10_000),
  routing: async () => {
    routing(smoke ? 2_000 : 20_000);
    await answers(smoke ? 2_000 : 400_000);
    space(smoke ? [100, 400, 1_000] : [1_000, 20_000, 50_000]);
  },
  logs: () => accessLog(smoke ? 200_000 : 4_000_000),
  watch: watched,
  html: () => page(smoke ? 60 : 500),
  live: () => live(smoke ? 100 : 1_000),
  agent: async () => rows.push(...(await agentRows(folder, smoke))),
  'agent-large': async () => rows.push(...(await largeRows(folder, smoke))),
  'agent-day': async () => rows.push(...(await dayRows(folder, smoke))),
};
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  throw new Error(`There is no part ${unknown.join(', ')} of the benchmark: ${Object.keys(parts).join(', ')}.`);
}

let rows: Row[] = [];
const measured = new Map<string, string>();
let missed = false;
try {
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    rows = [];
    await part();
    missed ||= rows.some(({ holds }) => !holds);
    const text = sectionOf(name, rows);
    measured.set(name, text);
    console.log(text);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (flags.record) {
  const path = 'test/bench/RESULTS.md';
  writeFileSync(path, resultsOf(Object.keys(parts), measured, readFileSync(path, 'utf8')));
}
if (!smoke && missed) process.exitCode = 1;

async function startUp(): Promise<void> {
  const rounds = smoke ? 1 : 15;
  const bare = () => runNode(['-e', '0']);
  const [help, node] = await compare(rounds, () => runNode([main, '--help']), bare);
  ratio('`--help` against `node -e 0`', help, node, 1.5);
  const fifty = join(folder, 'fifty.yaml');
  writeManifests(fifty, 50);
  const [small, again] = await compare(rounds, () => runNode([main, 'diagnose', '-f', fifty], findings), bare);
  ratio('`diagnose -f` on 50 objects against `node -e 0`', small, again, 4);
}

/** Every rule over a cluster where all is well, and over one with many faults; the median of three runs. */
async function rules(routes: number): Promise<void> {
  const { measureRules } = await bundledRules(folder);
  for (const health of ['well', 'ill'] as const) {
    const runs = Array.from({ length: smoke ? 1 : 3 }, () => measureRules(routes, health));
    const [build, all] = [median(runs.map(({ buildMs }) => buildMs)), median(runs.map(({ rulesMs }) => rulesMs))];
    const faults = health === 'ill' ? ', of which many are ill' : '';
    const what = `all rules over ${routes} routes and ${routes / 5} services${faults}, 20 gateway pods, against building the model`;
    ratio(what, { ms: all }, { ms: build }, 2);
  }
}

function routing(routes: number): void {
  const { worstMs, perSecond } = measureRouting(routes, smoke ? 20_000 : 400_000);
  const add = (what: string, measured: string, most: string, holds: boolean): void => {
    rows.push({ what, measured, limit: most, holds });
  };
  const shown = `${worstMs.toFixed(2)} ms`;
  add(`one decision on ${routes} routes (5 % regexes), the slowest of 40`, shown, '5 ms', worstMs <= 5);
  const rate = `${Math.round(perSecond / 1000)},000/s`;
  add('decisions on 50 routes, one core', rate, 'at least 50,000/s', perSecond >= 50_000);
}

/** The whole verb on an ordinary table: requests read, decided and written; what it takes to start is left out. */
async function answers(count: number): Promise<void> {
  const [dump, one, many] = [join(folder, 'dump.json'), join(folder, 'one.jsonl'), join(folder, 'many.jsonl')];
  writeFileSync(dump, JSON.stringify(ordinaryDump()));
  writeFileSync(one, requestLines(1));
  writeFileSync(many, requestLines(count));
  const explain = (file: string) => () => runNode([main, 'explain', '--requests', file, '--config-dump', dump]);
  const [whole, start] = await compare(smoke ? 1 : 3, explain(many), explain(one));
  const perSecond = count / ((whole.ms - start.ms) / 1000);
  const measured = `${Math.round(perSecond / 1000)},000/s`;
  const holds = perSecond >= 50_000;
  rows.push({
    what: '`explain --requests` on 50 routes, reading and writing included',
    measured,
    limit: 'at least 50,000/s',
    holds,
  });
}

/**
 * One log, read from end to end: all fields, counts, quantiles; then with routes decided. Start-up is left out of the rates. They are
 * of CPU time, which is what one core gives: Node reads and collects garbage in threads of their own.
 */
async function accessLog(lines: number): Promise<void> {
  const [one, many, dump] = [join(folder, 'one.log'), join(folder, 'many.log'), join(folder, 'logged-dump.json')];
  writeAccessLog(one, 1);
  writeAccessLog(many, lines);
  writeFileSync(dump, JSON.stringify(ordinaryDump()));
  const logs = (file: string, ...more: readonly string[]) => runNode([main, 'logs', file, '-o', 'json', ...more]);
  const { alone, decided, starts, peers } = await measureLogs([one, many], dump, smoke ? 1 : 7, logs);
  const name = `\`logs\` of ${lines} lines`;
  const rate = (what: string, run: Run, start: Run, least: number): void => {
    const [cpu, wall] = [lines / (run.cpuMs - start.cpuMs), lines / (run.ms - start.ms)];
    const measured = `${Math.round(cpu)},000 lines/s of one core (${Math.round(wall)},000/s by the clock)`;
    rows.push({ what, measured, limit: `at least ${least},000 lines/s`, holds: cpu >= least });
  };
  rate(name, alone, starts[0], 1_000);
  rate(`${name}, decided by 50 routes`, decided, starts[1], 400);
  limit(`${name}: peak memory`, Math.max(alone.mib, decided.mib), 150, ' MiB');
  for (const { name: peer, asks, least, ours, theirs } of peers) {
    const [cpu, wall] = [theirs.cpuMs / ours.cpuMs, theirs.ms / ours.ms];
    rows.push({
      what: `${name} against ${peer}${asks}`,
      measured: `${cpu.toFixed(2)}x as fast by CPU time (${wall.toFixed(2)}x by the clock)`,
      limit: least === null ? 'none' : `${least}x`,
      holds: least === null || cpu >= least,
    });
  }
}

/** The terminal UI in a terminal of its own. */
async function watched(): Promise<void> {
  const { firstFrameMs, firstRowMs, keyMs, sortMs, idleShare, memory } = await measureWatch(folder, smoke);
  const routes = smoke ? 300 : 10_000;
  limit('`watch` on a bundle: first frame', firstFrameMs, 500, ' ms');
  limit('`watch` on a bundle: first frame with a gateway in it', firstRowMs, 1_500, ' ms');
  const load = `${routes} routes and 2,000 log lines a second arriving`;
  const keys = { 'a key answered': keyMs, 'sorted by a rate that changes each second': sortMs };
  for (const [what, { p50, p99, presses }] of Object.entries(keys))
    rows.push({
      what: `\`watch\`: ${what}, ${load}, 99th percentile of ${presses}`,
      measured: `${p99.toFixed(0)} ms (median ${p50.toFixed(0)} ms)`,
      limit: '50 ms',
      holds: p99 <= 50,
    });
  limit('`watch`, idle: of one core', idleShare * 100, 5, ' %');
  const { early, late, lines } = memory;
  const grown = `${early.toFixed(0)} MiB, then ${late.toFixed(0)} MiB`;
  const what = `\`watch\`, an hour of traffic (${lines} lines): memory after 20 minutes, and at its end`;
  rows.push({ what, measured: grown, limit: 'a tenth more', holds: late <= early * 1.1 });
}

/** The HTML report in a real browser. */
async function page(findings: number): Promise<void> {
  const { bytes, openMs } = await measurePage(folder, findings, smoke ? 1 : 5);
  limit(`HTML of ${findings} findings: its size`, bytes / 1_000, 1_000, ' kB');
  limit(`HTML of ${findings} findings: opened`, openMs, 1_000, ' ms');
}

/** A whole diagnosis of the lab's cluster: its API server, and two Envoys by port-forward. */
async function live(objects: number): Promise<void> {
  const measured = await measureLive(folder, objects, smoke ? 1 : 5);
  const what = `\`diagnose --live\` on ${measured.objects} objects and two Envoys, beside the wait of \`--window\``;
  limit(what, measured.ms / 1_000, 3, ' s');
}

/** All routes of one table, shadowed and partly shadowed: an ordinary one at three sizes, and the worst we know. */
function space([small, middle, large]: readonly [number, number, number]): void {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  measureOrdinary(small);
  const costs = [small, middle, large].map(measureOrdinary);
  const [one, mid, last] = costs.map(({ ms }) => ms);
  const add = (what: string, measured: string, most: string, holds: boolean): void => {
    rows.push({ what, measured, limit: most, holds });
  };
  add(`shadow analysis of ${middle} routes (5 % regexes)`, seconds(mid ?? 0), '30 s', (mid ?? 0) < 30_000);
  const ideal = (large * Math.log(large)) / (small * Math.log(small));
  const growth = (last ?? 0) / (one ?? 1);
  const said = `${growth.toFixed(0)}x (${seconds(one ?? 0)} to ${seconds(last ?? 0)})`;
  add(`the same, ${small} to ${large} routes`, said, `${ideal.toFixed(0)}x (n log n)`, growth <= ideal);
  const hard = smoke ? 20 : 100;
  const { ms, dead, undecided } = measureAdversarial(hard);
  const found = `${seconds(ms)}; ${dead} dead, ${undecided} undecided`;
  add(`the worst we know: ${hard} regexes that all meet, each with a header`, found, 'none', true);
}

async function configDump(pairs: number, rounds: number, timed: boolean): Promise<void> {
  const path = join(folder, 'config_dump.json');
  writeConfigDump(path, pairs);
  const size = statSync(path).size / 1e6;
  const parse = `JSON.parse(require('node:fs').readFileSync(${JSON.stringify(path)}, 'utf8'))`;
  const ours = () => runNode([main, 'diagnose', '--config-dump', path], findings);
  const [diagnosed, parsed] = await compare(rounds, ours, () => runNode(['-e', parse]));
  const name = `config_dump of ${size.toFixed(0)} MB (${pairs} routes and clusters)`;
  if (timed) {
    ratio(`${name}: diagnosed, against JSON.parse`, diagnosed, parsed, 3);
    limit(`${name}: peak memory against its size`, diagnosed.mib / (size / 1.048576), 6, 'x');
  } else {
    limit(`${name}: peak memory`, diagnosed.mib, 1.2 * 1024, ' MiB');
  }
}

async function rescued(pairs: number, rounds: number): Promise<void> {
  const path = join(folder, 'whole_dump.json');
  writeConfigDump(path, pairs, true);
  const size = statSync(path).size / 1e6;
  const ours = () => runNode([main, 'rescue', '--config-dump', path]);
  const [run] = await compare(rounds, ours, () => runNode(['-e', '0']));
  const name = `config_dump of ${size.toFixed(0)} MB (${pairs} routes and clusters): rescued and proved equal`;
  limit(name, run.ms / 1000, 5, ' s');
  limit(`${name}, peak memory against its size`, run.mib / (size / 1.048576), 8, 'x');
}

async function manifests(objects: number): Promise<void> {
  const path = join(folder, 'manifests.yaml');
  writeManifests(path, objects);
  const script = `import('yaml').then(({ parseAllDocuments }) => parseAllDocuments(require('node:fs').readFileSync(${JSON.stringify(path)}, 'utf8')))`;
  const ours = () => runNode([main, 'diagnose', '-f', path], findings);
  const [diagnosed, parsed] = await compare(1, ours, () => runNode(['-e', script]));
  ratio(`${objects} objects from manifests, against parsing the YAML alone`, diagnosed, parsed, 10);
}

function ratio(what: string, ours: Pick<Run, 'ms'>, theirs: Pick<Run, 'ms'>, most: number): void {
  const value = ours.ms / theirs.ms;
  const measured = `${value.toFixed(2)}x (${ours.ms.toFixed(0)} ms against ${theirs.ms.toFixed(0)} ms)`;
  rows.push({ what, measured, limit: `${most}x`, holds: value <= most });
}

function limit(what: string, value: number, most: number, unit: string): void {
  rows.push({ what, measured: `${value.toFixed(1)}${unit}`, limit: `${most.toFixed(0)}${unit}`, holds: value <= most });
}
