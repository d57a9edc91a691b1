import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import { envoyBinary, type EnvoyVersion } from '../install/install.ts';
import { type Answer, expected, judged, toRouting } from './answers.ts';
import { closed } from './client-http1.ts';
import { runtime } from './made-hosts.ts';
import { type Case, compile, listenerCount, makeBatch } from './made-listeners.ts';
import { freePorts } from '../ports.ts';
import { startOracle } from './oracle.ts';
import type { WireRequest } from './requests.ts';
import { shrink } from './shrink.ts';
import { Tally } from './tally.ts';

/** Decisions a version; each batch is one Envoy. */
const batches = Number(process.env.MESHDOCTOR_BATCHES ?? 4);
const size = { hosts: 50, requests: 42 };
const least = 200;
/** How many failing cases are made small; each takes a few Envoys. */
const shrunk = Number(process.env.MESHDOCTOR_SHRINK ?? 8);
const seed = Number(process.env.MESHDOCTOR_SEED ?? Date.now() % 1_000_000);

/** What came of a batch. */
interface Score {
  decisions: number;
  undecided: number;
  /** Left open because of the filter that was planted. */
  filtered: number;
  readonly wrong: string[];
  readonly open: Map<string, number>;
}

describe.each<EnvoyVersion>(['1.40.0', '1.36.2'])('our decisions are those of Envoy %s', (version) => {
  it(`for random tables and near misses, seed ${seed}`, { timeout: 3_600_000 }, async () => {
    const binary = await envoyBinary(version);
    const tally = new Tally();
    const score: Score = { decisions: 0, undecided: 0, filtered: 0, wrong: [], open: new Map() };
    const begun = performance.now();
    // Chance makes some kinds rare in a run: more batches then, until each has its floor.
    const goesOn = (batch: number): boolean =>
      batch < batches || (batches >= 4 && batch < 3 * batches && thinOf(tally).length > 0);
    for (let batch = 0; goesOn(batch); batch += 1) {
      const cases = makeBatch(seed + batch, version, await freePorts(listenerCount), size);
      const oracle = await startOracle(
        binary,
        cases.map(({ listener }) => listener),
        runtime,
      );
      try {
        for (const one of cases) {
          await judge(one, await oracle.ask(one.port, one.requests), tally, score, { binary, version });
        }
      } finally {
        await oracle.stop();
      }
    }
    report(version, score, tally, performance.now() - begun);
    expect(score.wrong.slice(0, 8), `seed ${seed}`).toEqual([]);
    expect(score.undecided / score.decisions).toBeLessThan(0.005);
    if (batches < 4) return;
    expect(score.decisions).toBeGreaterThanOrEqual(100_000);
    expect(score.filtered).toBeGreaterThanOrEqual(least);
    expect(thinOf(tally)).toEqual([]);
  });
});

async function judge(
  { port, table, requests, listener }: Case,
  answers: readonly Answer[],
  tally: Tally,
  score: Score,
  envoy: { readonly binary: string; readonly version: EnvoyVersion },
): Promise<void> {
  for (const [index, request] of requests.entries()) {
    const real = answers[index] ?? closed;
    const routing = toRouting(request, port);
    const decision = decide(table, routing);
    const verdict = judged(decision, request, real);
    const why = decision.why ?? '';
    score.decisions += 1;
    tally.add(table, request, routing);
    tally.addWay(request, real.verdict);
    if (verdict === 'filtered') score.filtered += 1;
    if (verdict === 'open') {
      score.undecided += 1;
      score.open.set(why, (score.open.get(why) ?? 0) + 1);
    }
    if (verdict !== 'wrong') continue;
    const small =
      score.wrong.length < shrunk ? await reproduce(envoy.binary, envoy.version, port, listener, request) : null;
    score.wrong.push(small ?? JSON.stringify({ request, real, decision }));
  }
}

function report(
  version: string,
  { decisions, undecided, filtered, wrong, open }: Score,
  tally: Tally,
  ms: number,
): void {
  console.log(
    `Envoy ${version}, seed ${seed}: ${decisions} decisions, ${wrong.length} disagreements, ${undecided} undecided, ` +
      `${filtered} rightly left to a filter, ${Math.round(decisions / (ms / 1000))}/s`,
  );
  const rows = [...tally.counts].sort(([one], [other]) => one.localeCompare(other));
  for (const [kind, { yes, no, near }] of rows) {
    console.log(`${kind.padEnd(32)} true ${yes}  false ${no}  near miss ${near}`);
  }
  for (const [way, count] of [...tally.ways, ...open]) console.log(`${way.padEnd(32)} ${count}`);
}

/** The kinds and ways that too few decisions had. */
function thinOf({ counts, ways }: Tally): readonly unknown[] {
  const kinds = [...counts].filter(
    ([kind, { yes, no, near }]) =>
      yes < leastOf(kind, 'yes') || no < leastOf(kind, 'no') || near < leastOf(kind, 'near'),
  );
  return [...kinds, ...[...ways].filter(([, count]) => count < least)];
}

/** A fraction and a plain connection do not hang on the request: no edit makes or breaks them. */
function leastOf(kind: string, which: 'yes' | 'no' | 'near'): number {
  return which === 'near' && (kind === 'fraction' || kind === 'tls') ? 0 : least;
}

/** The smallest table and request that still disagree, as text; null: alone they agree. */
async function reproduce(
  binary: string,
  version: EnvoyVersion,
  port: number,
  listener: JsonObject,
  request: WireRequest,
): Promise<string | null> {
  let last = '';
  const fails = async (tried: JsonObject, asked: WireRequest): Promise<boolean> => {
    const [free = 0] = await freePorts(1);
    // The same table on a port of its own; names that hold the port follow.
    const moved: JsonObject = JSON.parse(JSON.stringify(tried).replaceAll(String(port), String(free)));
    const sent: WireRequest = JSON.parse(JSON.stringify(asked).replaceAll(`:${port}`, `:${free}`));
    const oracle = await startOracle(binary, [moved], runtime);
    try {
      const [real = closed] = await oracle.ask(free, [sent]);
      const decision = decide(compile(moved, version), toRouting(sent, free));
      if (judged(decision, sent, real) !== 'wrong') return false;
      last = JSON.stringify({ request: sent, envoy: real, ours: expected(decision, sent) });
      return true;
    } finally {
      await oracle.stop();
    }
  };
  const [small] = await shrink(listener, request, fails);
  if (last === '') return null;
  const routes = JSON.stringify(small);
  return `${last}\n${routes.slice(routes.indexOf('"route_config"'), 3000)}`;
}
