import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import { envoyBinary, type EnvoyVersion } from '../install/install.ts';
import { agrees, compile, expected, makeBatch, shrink, Tally, toRouting, variantCount } from './differ.ts';
import { freePorts, startOracle } from './oracle.ts';
import type { WireRequest } from './requests.ts';

/** Decisions a version; each batch is one Envoy. */
const batches = Number(process.env.MESHDOCTOR_BATCHES ?? 8);
const size = { hosts: 50, requests: 42 };
const least = 200;
/** How many failing cases are made small; each takes a few Envoys. */
const shrunk = Number(process.env.MESHDOCTOR_SHRINK ?? 8);
const seed = Number(process.env.MESHDOCTOR_SEED ?? Date.now() % 1_000_000);

describe.each<EnvoyVersion>(['1.40.0', '1.36.2'])('our decisions are those of Envoy %s', (version) => {
  it(`for random tables and near misses, seed ${seed}`, { timeout: 600_000 }, async () => {
    const binary = await envoyBinary(version);
    const tally = new Tally();
    let decisions = 0;
    let undecided = 0;
    const wrong: string[] = [];
    const begun = performance.now();
    for (let batch = 0; batch < batches; batch += 1) {
      const ports = await freePorts(variantCount);
      const cases = makeBatch(seed + batch, version, ports, size);
      const oracle = await startOracle(
        binary,
        cases.map(({ listener }) => listener),
      );
      try {
        for (const { port, table, requests, listener } of cases) {
          const answers = await oracle.ask(port, requests);
          for (const [index, request] of requests.entries()) {
            const real = answers[index];
            const routing = toRouting(request, port);
            const ours = expected(decide(table, routing), request);
            decisions += 1;
            tally.add(table, request, routing, `h${Math.floor(index / size.requests)}.test`);
            if (ours === null) undecided += 1;
            else if (!real || !agrees(ours, real)) {
              if (wrong.length < shrunk)
                wrong.push(
                  await reproduce(
                    binary,
                    version,
                    port,
                    listener,
                    request,
                    `h${Math.floor(index / size.requests)}.test`,
                  ),
                );
              else wrong.push(JSON.stringify({ request, real, ours }));
            }
          }
        }
      } finally {
        await oracle.stop();
      }
    }
    const seconds = (performance.now() - begun) / 1000;
    console.log(
      `Envoy ${version}, seed ${seed}: ${decisions} decisions, ${wrong.length} disagreements, ${undecided} undecided, ${Math.round(decisions / seconds)}/s`,
    );
    const rows = [...tally.counts].sort(([one], [other]) => one.localeCompare(other));
    console.log(
      rows
        .map(([kind, { yes, no, near }]) => `${kind.padEnd(32)} true ${yes}  false ${no}  near miss ${near}`)
        .join('\n'),
    );
    expect(wrong.slice(0, 8), `seed ${seed}`).toEqual([]);
    expect(undecided / decisions).toBeLessThan(0.005);
    if (batches < 8) return;
    expect(decisions).toBeGreaterThanOrEqual(100_000);
    const thin = rows.filter(
      ([kind, { yes, no, near }]) =>
        yes < leastOf(kind, 'yes') || no < leastOf(kind, 'no') || near < leastOf(kind, 'near'),
    );
    expect(thin).toEqual([]);
  });
});

/** A fraction and a plain connection do not hang on the request: no edit makes or breaks them. */
function leastOf(kind: string, which: 'yes' | 'no' | 'near'): number {
  return which === 'near' && (kind === 'fraction' || kind === 'tls') ? 0 : least;
}

/** The smallest table and request that still disagree, as text. */
async function reproduce(
  binary: string,
  version: EnvoyVersion,
  port: number,
  listener: JsonObject,
  request: WireRequest,
  host: string,
): Promise<string> {
  let last = '';
  const fails = async (tried: JsonObject, asked: WireRequest): Promise<boolean> => {
    const [free = 0] = await freePorts(1);
    // The same table on a port of its own; the Host of a request that names the port follows.
    const moved: JsonObject = JSON.parse(
      JSON.stringify(tried).replaceAll(`"port_value":${port}`, `"port_value":${free}`),
    );
    const sent = { ...asked, host: asked.host.replace(`:${port}`, `:${free}`) };
    const oracle = await startOracle(binary, [moved]);
    try {
      const [real] = await oracle.ask(free, [sent]);
      const ours = expected(decide(compile(moved, version), toRouting(sent, free)), sent);
      if (!real || !ours || agrees(ours, real)) return false;
      last = JSON.stringify({ request: sent, envoy: real, ours });
      return true;
    } finally {
      await oracle.stop();
    }
  };
  const [small] = await shrink(listener, request, host, fails);
  const routes = JSON.stringify(small);
  return `${last}\n${routes.slice(routes.indexOf('"route_config"'), 3000)}`;
}
